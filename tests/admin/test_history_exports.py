"""The export of the history: what it holds, and that it reads runs in chunks."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.db.models.signals import post_init
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from tests.admin.runs import HISTORY
from tests.factories import LLMRunFactory, UserFactory
from wagtail_llm_actions.models import LLMRun, run_queryset

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_queryset, "CHUNK_SIZE", 2)


def ids(rows: list[dict[str, Any]]) -> list[Any]:
    return [row["pk"] for row in rows]


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5])
def test_chunks_hold_every_run_once_the_newest_first(count: int) -> None:
    # Of the same moment, as runs that were created at once may be.
    moment = datetime(2026, 7, 1, tzinfo=UTC)
    LLMRunFactory.create_batch(count, queued_at=moment)
    newer = LLMRunFactory()

    found = [pk for chunk in LLMRun.objects.chunks("status") for pk in ids(chunk)]

    assert found[0] == newer.pk
    assert len(found) == len(set(found)) == count + 1
    # In the order of the database: that of MariaDB is not that of the digits.
    assert found == list(LLMRun.objects.order_by("-queued_at", "-pk").values_list("pk", flat=True))


@pytest.mark.usefixtures("small_chunks")
def test_the_file_begins_before_any_run_is_read(client: Client, admin: User) -> None:
    LLMRunFactory.create_batch(5, user=UserFactory())
    response: Any = client.get(reverse(HISTORY), {"export": "csv"})

    with CaptureQueriesContext(connection) as queries:
        pieces = iter(response.streaming_content)
        heading = next(pieces)
        assert not queries.captured_queries
        rows = b"".join(pieces)

    assert heading.startswith(b"Queued,User,Action")
    assert rows.count(b"\n") == 5
    # Three chunks and the end, each with a query for the names of its users.
    assert len(queries.captured_queries) == 7


@pytest.mark.usefixtures("small_chunks")
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_export_makes_no_instances_of_runs(client: Client, admin: User, form: str) -> None:
    LLMRunFactory.create_batch(5)
    made: list[LLMRun] = []

    def remember(instance: LLMRun, **_values: Any) -> None:
        made.append(instance)

    post_init.connect(remember, sender=LLMRun)
    try:
        response: Any = client.get(reverse(HISTORY), {"export": form})
        content = response.getvalue()
    finally:
        post_init.disconnect(remember, sender=LLMRun)

    assert len(content) > 100
    assert made == []


def test_a_workbook_has_the_same_values_as_the_text(client: Client, admin: User) -> None:
    LLMRunFactory(succeeded=True, user=None, input_tokens=12)
    LLMRunFactory(user=UserFactory(username="ada"))

    text: Any = client.get(reverse(HISTORY), {"export": "csv"})
    workbook: Any = client.get(reverse(HISTORY), {"export": "xlsx"})

    csv_rows = list(csv.reader(io.StringIO(text.getvalue().decode())))
    xlsx_rows = list(load_workbook(io.BytesIO(workbook.getvalue())).active.values)
    assert [row[1] for row in csv_rows] == ["User", "ada", ""]
    assert [[str(cell or "") for cell in row[1:13]] for row in xlsx_rows] == [
        row[1:13] for row in csv_rows
    ]


@pytest.mark.parametrize(
    "query",
    [
        {"page": "  "},
        {"error_pattern": " "},
        {"queued_at": "2026-07-01"},
        {"queued_at_from": "July"},
        {"queued_at_0": "2026-07-01"},
        {"finished_since": "yesterday"},
        {"Status": "failed"},
        {"text": "\x00"},
        {"user": "0"},
    ],
)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_would_filter_nothing_exports_nothing(
    client: Client, admin: User, query: dict[str, str], form: str
) -> None:
    LLMRunFactory()

    response = client.get(reverse(HISTORY), {"export": form} | query)

    assert response.status_code == 400
    page = BeautifulSoup(response.text, "html.parser")
    (sentence,) = page.select("main .help-block.help-warning p")
    (name,) = query
    assert name.removesuffix("_from") in sentence.text
    assert "Nothing was exported." in sentence.text
    # In the frame of the admin, where the way back is.
    assert page.select("#wagtail-sidebar, [data-wagtail-sidebar]")


@pytest.mark.parametrize("form", ["pdf", "CSV", "csv,xlsx"])
def test_an_unknown_format_exports_nothing(client: Client, admin: User, form: str) -> None:
    response = client.get(reverse(HISTORY), {"export": form})

    assert response.status_code == 400
    assert "Nothing was exported. The format is either csv or xlsx." in response.text


def test_an_empty_filter_is_none(client: Client, admin: User) -> None:
    LLMRunFactory()

    response: Any = client.get(reverse(HISTORY), {"export": "csv", "page": "", "user": ""})

    assert response.getvalue().count(b"\n") == 2
