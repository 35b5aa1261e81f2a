"""Writes of runs beside transactions of the site, on SQLite as Django's own settings leave it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection

from tests.parts.fresh_python import run_python
from wagtail_llm_actions.queues.thread import ThreadQueue
from wagtail_llm_actions.streams.database import DatabaseStream

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = """
import sqlite3, sys, threading, time
import django
from django.conf import settings

database, what = sys.argv[1:]
settings.configure(DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": database}})

django.setup()
from django.db import connection, transaction
from wagtail_llm_actions.database import sqlite

site = sqlite3.connect(database, isolation_level=None)
site.execute("CREATE TABLE page (id INTEGER PRIMARY KEY, title TEXT)")
site.execute("INSERT INTO page (title) VALUES ('Tides')")

def update():
    with connection.cursor() as cursor:
        cursor.execute("UPDATE page SET title = title || '!'")

def update_in_a_transaction():
    with transaction.atomic():
        update()

def insert():
    with sqlite.sqlite_transaction(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO page (title) VALUES ('Owls') RETURNING id")

begins = threading.Event()

@sqlite.yielding_writes()
def write():
    connection.ensure_connection()
    begins.set()
    globals()[what]()
    connection.close()

site.execute("BEGIN")
site.execute("SELECT title FROM page").fetchall()
writer = threading.Thread(target=write)
writer.start()
begins.wait()
time.sleep(0.3)
site.execute("INSERT INTO page (title) VALUES ('Moths')")
site.execute("COMMIT")
writer.join()
print(*(title for title, in site.execute("SELECT title FROM page ORDER BY id")))
"""


@pytest.mark.parametrize(
    ("what", "titles"),
    [
        ("update", "Tides! Moths!"),
        ("update_in_a_transaction", "Tides! Moths!"),
        ("insert", "Tides Moths Owls"),
    ],
)
def test_a_run_writes_after_the_site_has_written(tmp_path: Path, what: str, titles: str) -> None:
    assert run_python(SCRIPT, str(tmp_path / "db.sqlite3"), what) == f"{titles}\n"


OTHER_SITE = """
sqlite.MAX_WAIT_SECONDS = 0.1
other = sqlite3.connect(database, isolation_level=None, check_same_thread=False)
other.execute("BEGIN")
other.execute("SELECT title FROM page").fetchall()
threading.Timer(0.5, other.execute, ["COMMIT"]).start()
write()
print(*(title for title, in site.execute("SELECT title FROM page ORDER BY id")))
"""


def test_a_run_does_not_wait_for_ever_for_the_site(tmp_path: Path) -> None:
    script = SCRIPT.partition('site.execute("BEGIN")')[0] + OTHER_SITE

    assert run_python(script, str(tmp_path / "db.sqlite3"), "update") == "Tides!\n"


@pytest.mark.parametrize(("mode", "flush_seconds"), [("DEFERRED", 0.5), ("IMMEDIATE", 0.25)])
def test_live_text_is_written_half_as_often_where_a_write_can_stand_in_the_way_of_a_page(
    mode: str, flush_seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("about SQLite")
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "transaction_mode", mode)

    assert DatabaseStream().flush_seconds == flush_seconds


@pytest.mark.parametrize(
    ("vendor", "options", "ids"),
    [
        ("sqlite", {}, ["wagtail_llm_actions.W007"]),
        ("sqlite", {"transaction_mode": "deferred"}, ["wagtail_llm_actions.W007"]),
        ("sqlite", {"transaction_mode": "IMMEDIATE"}, []),
        ("postgresql", {}, []),
    ],
)
def test_the_settings_that_let_all_writes_wait_are_recommended(
    vendor: str,
    options: dict[str, str],
    ids: list[str],
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
) -> None:
    settings.RQ_QUEUES = None
    monkeypatch.setattr(type(connection._connections["default"]), "vendor", vendor)  # type: ignore[attr-defined]
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", options)

    assert [message.id for message in ThreadQueue.check()] == ids
