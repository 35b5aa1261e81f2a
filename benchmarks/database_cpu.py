"""The processor time that the database server spends on this process's connection."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Callable

NANOSECONDS = 1_000_000_000


def database_clock() -> Callable[[], float]:
    """Return what reads the processor time in seconds of the thread or process that answers.

    It is 0 for SQLite, which is in this process. The server has to be on this machine, which has to be
    a Linux, and the connection has to stay open.
    """
    if connection.vendor == "sqlite":
        return lambda: 0.0
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_backend_pid()")
            (task,) = cursor.fetchone()
            path = Path(f"/proc/{task}/schedstat")
        else:
            cursor.execute(
                "SELECT @@pid_file, tid FROM information_schema.processlist WHERE id = CONNECTION_ID()"
            )
            pid_file, task = cursor.fetchone()
            path = Path(f"/proc/{Path(pid_file).read_text().strip()}/task/{task}/schedstat")
    return lambda: int(path.read_text().split()[0]) / NANOSECONDS
