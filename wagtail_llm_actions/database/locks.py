"""Row locks of a process that stops within a transaction: frozen, or cut off from the database.

PostgreSQL keeps them for it, and lets others wait without end. On MariaDB and MySQL each gives up after
``innodb_lock_wait_timeout``; SQLite locks the whole file, and has a timeout too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from django.db import connection

from wagtail_llm_actions.conf import get_settings

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet

M = TypeVar("M", bound="Model")

LIMIT_IDLE_TRANSACTION = """
    SELECT set_config('idle_in_transaction_session_timeout', %s, true)
    WHERE current_setting('idle_in_transaction_session_timeout') = '0'
"""
"""Until the end of the transaction, in milliseconds, unless the site has set a limit."""


def unlocked(rows: QuerySet[M]) -> QuerySet[M]:
    """Lock those of some rows that no other transaction has locked, and return them; inside a transaction.

    A database that cannot tell (SQLite, MariaDB before 10.6) returns all of them, without a query.
    """
    if not connection.features.has_select_for_update_skip_locked:
        return rows
    locked = rows.select_for_update(skip_locked=True).values_list("pk", flat=True)
    return rows.filter(pk__in=list(locked))


def let_locks_expire() -> None:
    """Let PostgreSQL end the present transaction where this process is silent for ``LEASE_SECONDS`` in it.

    So a process that is frozen loses its locks as it loses its runs, and meets an ``InternalError`` when it
    goes on. Does nothing where the transaction is not our own, but one of the site around it.
    """
    if connection.vendor == "postgresql" and not connection.savepoint_ids:
        with connection.cursor() as cursor:
            cursor.execute(
                LIMIT_IDLE_TRANSACTION, [str(round(get_settings().lease_seconds * 1000))]
            )
