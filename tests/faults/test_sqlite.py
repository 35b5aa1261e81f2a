"""Runs beside the writes of the site itself, on SQLite with Django's own settings."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from tests.faults.conftest import NO_LIMITS, RUNS
from tests.parts.processes import ROOT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

SLOW = {"script": ["word "] * 400, "delay_seconds": 0.02}


def test_pages_are_saved_while_texts_are_written(tmp_path: Path) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("about SQLite")
    settings = {
        "DATABASES": {
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": str(_plain_copy(tmp_path / "db.sqlite3")),
            }
        },
        "WAGTAIL_LLM_ACTIONS": {
            "PROVIDERS": {
                "test": {
                    "BACKEND": "wagtail_llm_actions.providers.testing.ScriptedProvider",
                    "OPTIONS": SLOW,
                }
            },
            "MODELS": {"scripted": {"PROVIDER": "test", "NAME": "scripted"}},
            "LIMITS": NO_LIMITS,
        },
    }
    done = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", "tests.faults.busy_site", str(RUNS)],
        cwd=ROOT,
        env={**os.environ, "TEST_SETTINGS": json.dumps(settings)},
        capture_output=True,
        check=False,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    # None on a machine that is not busy otherwise; two of three if runs wrote as they like.
    assert int(done.stdout) <= RUNS // 4


def _plain_copy(path: Path) -> Path:
    """Copy the test's database, and set it back to the journal that SQLite has by itself."""
    with (
        closing(sqlite3.connect(connection.settings_dict["NAME"])) as tests,
        closing(sqlite3.connect(path)) as plain,
    ):
        tests.backup(plain)
        plain.execute("PRAGMA journal_mode=DELETE")
    return path
