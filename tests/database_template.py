"""Test databases that are copied from one that the migrations built before.

The migrations of Wagtail and of what it needs take ten seconds, in each process of each run. What
they build is the same until one of them, a version or the list of apps changes.

SQLite's is kept in a folder, PostgreSQL's is a database of its server. MariaDB copies no database.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
from django.apps import apps
from django.db import connection, transaction

if TYPE_CHECKING:
    from collections.abc import Iterator

Rows = dict[str, tuple[list[str], list[tuple[Any, ...]]]]
"""The columns of each table that has rows, and these."""


def template_name() -> str:
    """Return a name that changes with all that a migrated database depends on."""
    digest = hashlib.sha256(f"{django.__version__} {sqlite3.sqlite_version}".encode())
    for config in apps.get_app_configs():
        digest.update(config.name.encode())
        for migration in sorted(Path(config.path, "migrations").glob("*.py")):
            digest.update(migration.read_bytes())
    return f"llm_actions_{digest.hexdigest()[:16]}"


@contextmanager
def copied_database(folder: Path) -> Iterator[None]:
    """Copy the test database from a template before it is set up, or to a new template afterwards.

    ``folder`` keeps the templates of SQLite, and the locks.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = template_name()
    copied = {"sqlite": _copied_file, "postgresql": _copied_in_server}[connection.vendor]
    # Another process that needs the same one waits for it instead of building it too.
    with Path(folder, f"{name}.{connection.vendor}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with copied(folder / f"{name}.sqlite3"):
            yield


@contextmanager
def _copied_file(template: Path) -> Iterator[None]:
    database = Path(connection.settings_dict["TEST"]["NAME"])
    if template.exists():
        shutil.copyfile(template, database)
        yield
        return
    yield
    unfinished = template.with_suffix(f".{os.getpid()}")
    with (
        closing(sqlite3.connect(database)) as source,
        closing(sqlite3.connect(unfinished)) as target,
    ):
        source.backup(target)
    unfinished.rename(template)


@contextmanager
def _copied_in_server(file: Path) -> Iterator[None]:
    template, database = file.stem, connection.creation._get_test_db_name()  # type: ignore[attr-defined]
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {database}")
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template])
        exists = cursor.fetchone()
        if exists:
            cursor.execute(f"CREATE DATABASE {database} TEMPLATE {template}")
    yield
    if not exists:
        # Nobody may be connected to what is copied.
        connection.close()
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {template} TEMPLATE {database}")


def read_rows() -> Rows:
    """Return what is in the tables of all models."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.django_table_names(
            only_existing=True, include_views=False
        ):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            if rows := cursor.fetchall():
                found[table] = ([column[0] for column in cursor.description], rows)
    return found


def write_rows(rows_of_tables: Rows) -> None:
    """Put rows into empty tables: a twentieth of the work that Django's own serializer has with them."""
    quote = connection.ops.quote_name
    with (
        transaction.atomic(),
        connection.constraint_checks_disabled(),
        connection.cursor() as cursor,
    ):
        for table, (columns, rows) in rows_of_tables.items():
            names, values = ", ".join(map(quote, columns)), ", ".join(["%s"] * len(columns))
            cursor.executemany(
                f"INSERT INTO {quote(table)} ({names}) VALUES ({values})",  # noqa: S608
                rows,
            )
