"""Runs with a text in every column that can hold one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from tests.factories import LLMAttemptFactory, LLMRunFactory
from wagtail_llm_actions.models import LLMAttempt, LLMRun

SECRET = "The mayor was in the harbour"  # noqa: S105 - what nobody may find afterwards


def full_run(*, days: float = 0, **values: Any) -> LLMRun:
    """Return a finished run, started so many days ago, with an attempt that failed before."""
    texts = {
        "system_instructions": SECRET,
        "prompt": SECRET,
        "instruction": SECRET,
        "source_hash": "5ec2e7",
        "image": {
            "hash": SECRET,
            "width": 10,
            "height": 10,
            "model": "wagtailimages.image",
            "id": 0,
        },
        "fallback_request": {"prompt": SECRET},
        "output": SECRET,
        "raw_output": SECRET,
        "removed": [{"kind": "quotes", "text": SECRET}],
        "unsourced_facts": [SECRET],
        "error_detail": SECRET,
    }
    queued_at = timezone.now() - timedelta(days=days)
    given = {"status": LLMRun.Status.SUCCEEDED, "decision": LLMRun.Decision.ACCEPTED}
    figures = {"input_tokens": 12, "output_tokens": 7, "cost_usd": "0.25", "finished_at": queued_at}
    every: dict[str, Any] = {"queued_at": queued_at, **texts, **given, **figures, **values}
    run: LLMRun = LLMRunFactory(**every)
    LLMAttemptFactory(run=run, error_code="server_error", error_detail=SECRET)
    return run


def stored_words(run: LLMRun) -> str:
    """Return everything that the database has about a run and its attempts."""
    rows = [LLMRun.objects.get(pk=run.pk), *LLMAttempt.objects.filter(run=run.pk)]
    return str([vars(row) for row in rows])


def whole_database() -> str:
    """Return what all tables hold."""
    found: list[object] = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            cells = [cell for row in cursor.fetchall() for cell in row]
            found += [bytes(cell) if isinstance(cell, memoryview) else cell for cell in cells]
    return str(found)
