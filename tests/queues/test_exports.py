"""A large workbook is written by a worker process, or by a thread, and downloaded from the web process."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from tests.factories import AdminFactory, LLMRunFactory
from tests.parts.waiting import eventually
from tests.parts.worker import WorkerProcess
from wagtail_llm_actions.admin.exports import spreadsheets
from wagtail_llm_actions.models import LLMExport

if TYPE_CHECKING:
    from tests.parts.valkey import Valkey
    from tests.queues.conftest import UseQueues

HISTORY = "wagtail_llm_actions:history"
ROWS = 3


@pytest.fixture
def browser(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Return the client of an admin, for whom files with more than one row are large."""
    monkeypatch.setattr(spreadsheets, "ROWS_OF_REQUEST", 1)
    client, admin = Client(), AdminFactory()
    client.force_login(admin)
    LLMRunFactory.create_batch(ROWS, succeeded=True, target_label="Tides")
    return client


def written(browser: Client) -> list[tuple[Any, ...]]:
    """Ask for a workbook, wait until it is written elsewhere, and return its rows."""
    address = browser.post(reverse(HISTORY, query={"export": "xlsx", "page": "tides"}))["Location"]
    eventually(lambda: not LLMExport.objects.get().is_unfinished)
    assert "3 rows are written." in browser.get(address).text
    response: Any = browser.get(f"{address}file/")
    return list(load_workbook(io.BytesIO(response.getvalue())).active.values)


@pytest.mark.processes
def test_a_worker_writes_a_large_workbook(
    valkey: Valkey, use_queues: UseQueues, browser: Client
) -> None:
    with WorkerProcess(use_queues(valkey.rq_queues)):
        rows = written(browser)

    assert [row[4] for row in rows] == ["Page", *["Tides"] * ROWS]


def test_a_thread_writes_a_large_workbook(use_queues: UseQueues, browser: Client) -> None:
    use_queues(None)

    rows = written(browser)

    assert [row[4] for row in rows] == ["Page", *["Tides"] * ROWS]
