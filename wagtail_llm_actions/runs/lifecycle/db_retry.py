"""Retry database writes during a short outage.

A text that was paid for is not lost, and a run that waits is not taken for one that cannot be executed.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

from django.db import InterfaceError, OperationalError, connection

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

MAX_OUTAGE_SECONDS = 30.0
PAUSE_SECONDS = 0.5
"""Between two tries."""
DB_CONNECTION_ERRORS = (InterfaceError, OperationalError)
"""Raised for a lost connection, a restarting server, and a locked SQLite file."""


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
