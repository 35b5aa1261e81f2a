"""Rows that another process has locked, and does not let go of."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import QuerySet


@contextmanager
def held(rows: QuerySet[Any]) -> Iterator[BaseDatabaseWrapper]:
    """Lock rows in a transaction of a connection of its own, which is idle afterwards."""
    other = connection.copy()
    other.set_autocommit(False)
    try:
        query = rows.select_for_update().query
        with other.cursor() as cursor:
            cursor.execute(*query.get_compiler(connection=other).as_sql())
            assert cursor.fetchall()
        yield other
    finally:
        # At once: the server sees only a moment later that a connection was closed.
        other.rollback()
        other.close()


def is_waited_for(other: BaseDatabaseWrapper) -> bool:
    """Return whether somebody waits for what that connection holds; on PostgreSQL."""
    with other.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity"
            " WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
        )
        (found,) = cursor.fetchone()
    return bool(found)
