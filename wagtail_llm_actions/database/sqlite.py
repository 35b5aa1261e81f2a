"""Write to SQLite without making the site's own transactions fail.

A transaction that has begun by reading cannot go on to write while another connection writes: SQLite
refuses at once, with "database is locked", whatever the timeout. Django's transactions begin so
unless ``OPTIONS`` has ``transaction_mode``. A run can wait, so it writes when no other transaction
is open, which is when SQLite grants an exclusive lock. Where the journal is a write-ahead log, SQLite
grants that at any time, and only ``transaction_mode`` helps.
"""

from __future__ import annotations

import random
import threading
import time
from contextlib import contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from django.core import checks
from django.db import OperationalError, connection, transaction
from django.db.backends.signals import connection_created

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from django.db.backends.base.base import BaseDatabaseWrapper

MAX_WAIT_SECONDS = 4.0
"""After that a run writes although other transactions are open, since it has to renew its lease."""
LOOK_SECONDS = 0.001
"""Between two looks for open transactions of this process."""
MAX_PAUSE_SECONDS = 0.02
"""Between two tries: a lock that is tried for in vain is held for some microseconds, too."""
DEFERRED = ("BEGIN", "BEGIN DEFERRED")

_connections: WeakSet[BaseDatabaseWrapper] = WeakSet()
"""Of all threads of this process."""
_connections_lock = threading.Lock()
_writer = threading.RLock()
"""Held by the one thread of this process that tries; the next one is granted its lock at once."""


@contextmanager
def yielding_writes() -> Iterator[None]:
    """Let the writes of this block wait for the transactions of others; also a decorator.

    Does nothing on other databases, nor inside a transaction. An INSERT needs ``sqlite_transaction``.
    """
    if has_deferred_transactions():
        with connection.execute_wrapper(_execute):
            yield
    else:
        yield


def sqlite_transaction() -> AbstractContextManager[None]:
    """Return a transaction on SQLite, and nothing elsewhere.

    SQLite cannot commit before the id is fetched that an INSERT returns.
    """
    return transaction.atomic() if connection.vendor == "sqlite" else nullcontext()


def check_transactions() -> list[checks.CheckMessage]:
    """Return the recommended settings if writes of the web process may make one another fail."""
    if not has_deferred_transactions():
        return []
    return [
        checks.Warning(
            "Runs and pages are written to SQLite at the same time, and Django's transactions do not "
            'wait for each other: saving a page may fail with "database is locked".',
            hint="Add to the database in DATABASES: "
            '"OPTIONS": {"transaction_mode": "IMMEDIATE", '
            '"init_command": "PRAGMA journal_mode=WAL;"}.',
            id="wagtail_llm_actions.W007",
        )
    ]


def has_deferred_transactions() -> bool:
    """Return whether the database is SQLite, with transactions as Django begins them by itself."""
    mode = connection.settings_dict["OPTIONS"].get("transaction_mode") or "DEFERRED"
    return connection.vendor == "sqlite" and mode.upper() == "DEFERRED"


def _execute(
    execute: Callable[..., Any],
    sql: str,
    params: Any,
    many: bool,  # noqa: FBT001 - Django's signature
    context: dict[str, Any],
) -> Any:
    database = context["connection"].connection
    if database.in_transaction:
        return execute(sql, params, many, context)
    if sql in DEFERRED:
        return _begin(execute, context)
    if not sql.startswith(("UPDATE", "DELETE")):
        return execute(sql, params, many, context)
    with _writer:
        _begin(execute, context)
        try:
            result = execute(sql, params, many, context)
        except BaseException:
            database.rollback()
            raise
        database.commit()
        return result


def _begin(execute: Callable[..., Any], context: dict[str, Any]) -> Any:
    database = context["connection"].connection
    deadline = time.monotonic() + MAX_WAIT_SECONDS
    with _writer:
        (timeout,) = database.execute("PRAGMA busy_timeout").fetchone()
        # While SQLite itself waits for a lock, it lets nobody else write.
        database.execute("PRAGMA busy_timeout = 0")
        try:
            while time.monotonic() < deadline:
                if _has_open_transaction():
                    time.sleep(LOOK_SECONDS)
                    continue
                with suppress(OperationalError):
                    return execute("BEGIN EXCLUSIVE", None, False, context)  # noqa: FBT003
                time.sleep(random.uniform(0, MAX_PAUSE_SECONDS))  # noqa: S311 - no secret
        finally:
            database.execute(f"PRAGMA busy_timeout = {timeout}")
    return execute("BEGIN IMMEDIATE", None, False, context)  # noqa: FBT003


def _has_open_transaction() -> bool:
    """Return whether another thread of this process has a transaction open."""
    with _connections_lock:
        databases = [database.connection for database in _connections]
    return any(database is not None and database.in_transaction for database in databases)


def _remember(connection: BaseDatabaseWrapper, **_kwargs: object) -> None:
    if connection.vendor == "sqlite":
        with _connections_lock:
            _connections.add(connection)


connection_created.connect(_remember, dispatch_uid="wagtail_llm_actions.sqlite")
