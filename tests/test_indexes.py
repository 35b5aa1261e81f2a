"""Each way to look for runs has an index that every database uses."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.db.models import Count

from tests.factories import LLMRunFactory
from wagtail_llm_actions.errors import ErrorCode
from wagtail_llm_actions.models import LLMAttempt, LLMRun
from wagtail_llm_actions.reporting.metrics import counted_runs
from wagtail_llm_actions.reporting.period import Period

if TYPE_CHECKING:
    from collections.abc import Callable

    from wagtail_llm_actions.models.run_queryset import LLMRunQuerySet

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _large_tables() -> None:
    """Let PostgreSQL plan as for a million rows that it has not looked at yet.

    It rightly reads a small table from its beginning to its end, and what it remembers depends on the
    tests before.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            for model in (LLMRun, LLMAttempt):
                table = [model._meta.db_table]
                cursor.execute(
                    "UPDATE pg_class SET reltuples = 1e6, relpages = 1 WHERE relname = %s", table
                )
                cursor.execute("DELETE FROM pg_statistic WHERE starelid = %s::regclass", table)


@pytest.mark.parametrize(
    ("index", "narrow"),
    [
        ("llm_run_queued_at", lambda runs: runs),
        ("llm_run_status", lambda runs: runs.filter(status="failed")),
        ("llm_run_trigger", lambda runs: runs.filter(trigger="editor")),
        ("llm_run_user", lambda runs: runs.filter(user=1)),
        ("llm_run_action", lambda runs: runs.filter(action=1)),
        ("llm_run_model", lambda runs: runs.filter(model_key="scripted")),
        ("llm_run_type", lambda runs: runs.filter(target_content_type=1)),
        ("llm_run_error", lambda runs: runs.failed_with("timeout")),
        (
            "llm_run_target",
            lambda runs: runs.filter(target_content_type=1, target_object_id="1"),
        ),
    ],
)
def test_the_newest_runs_of_a_kind_are_read_in_the_order_of_an_index(
    index: str, narrow: Callable[[LLMRunQuerySet], LLMRunQuerySet]
) -> None:
    LLMRunFactory()
    newest = narrow(LLMRun.objects.all()).order_by("-queued_at", "-pk").values("pk")[:51]

    assert index in newest.explain()


def test_error_patterns_are_counted_from_the_index_of_errors() -> None:
    LLMRunFactory(status="failed", error_code="timeout")
    day = date(2026, 7, 3)
    failed = counted_runs(Period(day, day)).failed_with(*ErrorCode)

    plan = failed.values("error_code", "model_key", "error_detail_hash").annotate(runs=Count("*"))

    assert "llm_run_error" in plan.explain()


def test_the_labels_of_deleted_actions_are_read_from_an_index() -> None:
    LLMRunFactory()
    deleted = LLMRun.objects.filter(action=None, action_label__gt="Old")

    plan = deleted.order_by("action", "action_label").values("action_label")[:1].explain()

    assert "llm_run_deleted_action" in plan


def test_the_runs_of_a_form_are_found_by_an_index() -> None:
    assert "llm_run_form_key" in LLMRun.objects.of_form("key").order_by().explain()


def test_the_attempts_of_a_run_are_found_by_the_index_of_their_numbers() -> None:
    run = LLMRunFactory()

    plan = LLMAttempt.objects.filter(run=run).explain()

    assert ("llm_attempt_number" in plan) or ("autoindex" in plan)
