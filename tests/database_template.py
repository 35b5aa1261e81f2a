"""Test databases on SQLite that are copied from one that the migrations built before.

The migrations of Wagtail and of what it needs take ten seconds, in each process of each run. What
they build is the same until one of them, a version or the list of apps changes.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import django
from django.apps import apps
from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Iterator


def template_name() -> str:
    """Return a name that changes with all that a migrated database depends on."""
    digest = hashlib.sha256(f"{django.__version__} {sqlite3.sqlite_version}".encode())
    for config in apps.get_app_configs():
        digest.update(config.name.encode())
        for migration in sorted(Path(config.path, "migrations").glob("*.py")):
            digest.update(migration.read_bytes())
    return f"{digest.hexdigest()[:16]}.sqlite3"


@contextmanager
def copied_database(folder: Path) -> Iterator[None]:
    """Copy the test database from ``folder`` before it is set up, or to there afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    template = folder / template_name()
    database = Path(connection.settings_dict["TEST"]["NAME"])
    # Another process that needs the same one waits for it instead of building it too.
    with Path(folder, f"{template.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if template.exists():
            shutil.copyfile(template, database)
            yield
        else:
            yield
            unfinished = template.with_suffix(f".{os.getpid()}")
            with (
                closing(sqlite3.connect(database)) as source,
                closing(sqlite3.connect(unfinished)) as target,
            ):
                source.backup(target)
            unfinished.rename(template)
