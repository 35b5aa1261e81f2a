"""``llm_actions_usage`` on a terminal and for programs."""

from __future__ import annotations

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import LLMRunFactory
from tests.reporting.usage_rows import NOON, failed, succeeded
from wagtail_llm_actions.reporting.period import Period, today
from wagtail_llm_actions.reporting.rollups import refresh

pytestmark = pytest.mark.django_db

JULY = ("--from", "2026-07-01", "--to", "2026-07-10")


def printed(*arguments: str) -> str:
    output = StringIO()
    call_command("llm_actions_usage", *arguments, stdout=output)
    return output.getvalue()


def test_a_person_gets_a_table() -> None:
    succeeded(cost="0.01", decision="accepted", action__label="Summary")
    failed(started_at=NOON)

    lines = [line.split() for line in printed(*JULY).splitlines()]

    assert lines[0][:3] == ["runs", "succeeded", "failed"]
    totals = "2026-07-01 to 2026-07-10 2 50.0 % 1 100.0 % 2.0 s 2.0 s $0.010 1"
    assert lines[1] == totals.split()
    assert lines[2][:4] == ["2026-06-21", "to", "2026-06-30", "0"]
    assert ["by", "action"] in lines
    assert any(line[:2] == ["Summary", "1"] for line in lines)
    assert any(line[:2] == ["timeout", "1"] for line in lines)


def test_a_table_reads_the_rollups_of_what_it_prints() -> None:
    succeeded(cost="0.01", action__label="Summary")
    refresh(Period(date(2026, 7, 1), date(2026, 7, 10)))

    with CaptureQueriesContext(connection) as captured:
        lines = [line.split() for line in printed(*JULY).splitlines()]

    rollups = [query["sql"] for query in captured if "llmrunrollup" in query["sql"]]
    assert [("action" in sql, "user" in sql.partition("WHERE")[2]) for sql in rollups] == [
        (True, False)
    ]
    assert any(line[:2] == ["Summary", "1"] for line in lines)


def test_a_program_gets_json_with_exact_costs() -> None:
    succeeded(cost="0.000000001", action__label="Summary", decision="edited")
    failed(error_detail="slow")
    LLMRunFactory(trigger="test", queued_at=NOON)

    answer = json.loads(printed(*JULY, "--format", "json"))

    assert (answer["from"], answer["to"]) == ("2026-07-01", "2026-07-10")
    assert answer["totals"]["runs"] == 2
    assert float(answer["totals"]["cost_usd"]) == 1e-9
    assert answer["totals"]["success_rate"] == 0.5
    assert answer["previous"]["totals"]["runs"] == 0
    assert len(answer["days"]) == 10
    assert answer["days"][2]["costs"].keys() == {"scripted"}
    assert "Summary" in {group["name"] for group in answer["by_action"]}
    assert [group["key"] for group in answer["by_error"]] == ["timeout"]
    assert answer["error_patterns"][0]["detail"] == "slow"


@pytest.mark.parametrize(("arguments", "days"), [((), 30), (("--days", "7"), 7)])
def test_the_last_days_end_today(arguments: tuple[str, ...], days: int) -> None:
    answer = json.loads(printed(*arguments, "--format", "json"))

    assert answer["to"] == today().isoformat()
    assert len(answer["days"]) == days


@pytest.mark.parametrize(
    "arguments",
    [
        ("--days", "0"),
        ("--days", "999999999"),
        ("--days", "7", "--from", "2026-07-01"),
        ("--from", "soon"),
        ("--to", "2026-07-01"),
        ("--from", "2026-07-02", "--to", "2026-07-01"),
        ("--from", "0001-01-01", "--to", "0001-01-02"),
        ("--from", "9999-12-01", "--to", "9999-12-31"),
    ],
)
def test_days_that_are_none_are_refused(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        printed(*arguments)
