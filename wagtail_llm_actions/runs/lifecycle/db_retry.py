"""Write although the database is away for a moment: a text that was paid for must not be lost."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

from django.db import InterfaceError, OperationalError, connection

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

MAX_OUTAGE_SECONDS = 30.0
PAUSE_SECONDS = 0.5
DB_CONNECTION_ERRORS = (InterfaceError, OperationalError)
"""What a lost connection, a server that starts again, and a locked SQLite file raise."""


def retry_on_db_outage(write: Callable[[], T]) -> T:
    """Return what ``write`` returns; call it again for half a minute while the database is away.

    Raises:
        InterfaceError, OperationalError: It was away for longer.
    """
    deadline = time.monotonic() + MAX_OUTAGE_SECONDS
    while True:
        try:
            return write()
        except DB_CONNECTION_ERRORS:
            if connection.in_atomic_block or time.monotonic() >= deadline:
                raise
        # Django keeps a broken connection until it is told to look at it.
        connection.close()
        time.sleep(PAUSE_SECONDS)
