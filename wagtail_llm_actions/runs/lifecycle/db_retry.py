"""Retry database writes: during a short outage, and after a deadlock.

A text that was paid for is not lost, and a run that waits is not taken for one that cannot be executed.
"""

from __future__ import annotations

import time
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, connection

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
T = TypeVar("T")

MAX_OUTAGE_SECONDS = 30.0
PAUSE_SECONDS = 0.5
"""Between two tries."""
DB_CONNECTION_ERRORS = (InterfaceError, OperationalError)
"""Raised for a lost connection, a restarting server, and a locked SQLite file."""
MAX_DEADLOCKS = 10
INNODB_DEADLOCK = 1213
"""The number of MariaDB's and MySQL's error."""


def retry_on_db_outage(write: Callable[[], T]) -> T:
    """Call ``write`` until it succeeds, for up to ``MAX_OUTAGE_SECONDS``; return its result.

    Inside a transaction it is called once: a broken transaction cannot be continued.

    Raises:
        InterfaceError, OperationalError: The outage lasts longer.
    """
    deadline = time.monotonic() + MAX_OUTAGE_SECONDS
    while True:
        try:
            return write()
        except DB_CONNECTION_ERRORS:
            if connection.in_atomic_block or time.monotonic() >= deadline:
                raise
        # Otherwise Django goes on using the broken connection.
        connection.close()
        time.sleep(PAUSE_SECONDS)


def retry_on_innodb_deadlock(write: Callable[P, T]) -> Callable[P, T]:
    """Decorate what is one transaction: it is repeated where InnoDB has rolled it back for another one.

    InnoDB locks each row that a statement reads on its way to those that it changes, and of a small
    table that is all of them, so that no order of locks keeps its transactions apart. Inside another
    transaction nothing is repeated.
    """

    @wraps(write)
    def repeat(*args: P.args, **kwargs: P.kwargs) -> T:
        for _ in range(MAX_DEADLOCKS):
            try:
                return write(*args, **kwargs)
            except OperationalError as error:
                if connection.in_atomic_block or error.args[:1] != (INNODB_DEADLOCK,):
                    raise
        return write(*args, **kwargs)

    return repeat
