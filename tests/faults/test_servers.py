"""The servers around the runs end and come back: the queue's, the web's, the database's."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from tests.faults.conftest import RUNS
from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from tests.faults.conftest import NewLoad, Tell
    from tests.faults.site import Site, WorkerSite

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

OUTAGE_SECONDS = 3.0
CLICKS_DURING_OUTAGE = 3
SQLITE_WAITS_SECONDS = 5.0
"""For a lock, as Django sets it."""


@pytest.mark.parametrize("forgets", [False, True], ids=["with its data", "without its data"])
def test_a_queue_server_that_was_killed_loses_nothing(
    workers: WorkerSite, new_load: NewLoad, tell: Tell, *, forgets: bool
) -> None:
    load = new_load(workers)
    load.click_many(RUNS)
    load.wait_until_under_way()
    workers.valkey.kill()
    load.click(CLICKS_DURING_OUTAGE)
    time.sleep(OUTAGE_SECONDS)
    if forgets:
        workers.valkey.forget()
    workers.valkey.start()
    workers.replace_ended()

    tell(load.settle(f"Valkey killed, back {'without' if forgets else 'with'} its data"))
    load.check()
    codes = {run.error_code for run in load.runs(LLMRun.Status.FAILED)}
    assert codes == {"queue_unavailable"}
    load.try_again()


def test_a_web_process_that_was_killed_loses_nothing(
    site: Site, new_load: NewLoad, tell: Tell
) -> None:
    load = new_load(site)
    load.click_many(RUNS)
    load.wait_until_under_way()
    site.web.kill()
    time.sleep(OUTAGE_SECONDS)
    site.replace_ended()

    tell(load.settle("kill -9 of the web process"))
    load.check()
    load.try_again()


def test_a_database_that_cannot_be_reached_for_a_while_loses_nothing(
    site: Site, new_load: NewLoad, tell: Tell
) -> None:
    load = new_load(site)
    load.click_many(RUNS)
    load.wait_until_under_way()
    if connection.vendor == "postgresql":
        refuse_connections()
        tell(load.settle("database connections cut and refused"))
        load.check()
    else:
        lock_database()
        tell(load.settle("database locked"))
        load.check()
    load.try_again()


def lock_database() -> None:
    """Hold the write lock of SQLite for longer than others wait for it."""
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other:
        other.execute("PRAGMA busy_timeout = 60000")
        other.execute("BEGIN IMMEDIATE")
        time.sleep(SQLITE_WAITS_SECONDS + OUTAGE_SECONDS)
        other.execute("ROLLBACK")


def refuse_connections() -> None:
    """Cut every connection to the database but our own, and let in no new one for a while."""
    import psycopg  # noqa: PLC0415 - where it is installed

    name = connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (ours,) = cursor.fetchone()
    with closing(psycopg.connect(dbname="postgres", autocommit=True)) as other:
        other.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        try:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = %s AND pid <> %s",
                [name, ours],
            )
            time.sleep(OUTAGE_SECONDS)
        finally:
            other.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
