"""A person can be told what is stored about them, and it can be taken away."""

from __future__ import annotations

import json
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.factories import BlogPageFactory, EditorFactory, LLMBudgetFactory
from tests.retention.runs import SECRET, full_run, stored_words
from wagtail_llm_actions.models import LLMImport, LLMRun, RedactionReason
from wagtail_llm_actions.runs.audit_log import log_saved_texts
from wagtail_llm_actions.runs.redaction import redact

pytestmark = pytest.mark.django_db


def output(*args: str) -> str:
    stdout = StringIO()
    call_command("llm_actions_person", *args, stdout=stdout)
    return stdout.getvalue()


def exported(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(output("--user", name, "--format", "json"))
    return found


def test_everything_that_names_a_person_is_exported() -> None:
    user = EditorFactory(username="ines")
    page = BlogPageFactory(summary=SECRET)
    run = full_run(user=user, page=page, decision=LLMRun.Decision.NONE)
    LLMRun.objects.filter(pk=run.pk).update(decision="accepted", decision_similarity=1)
    log_saved_texts(user, page)
    LLMImport.objects.create(user=user, content="", total=3)
    full_run()

    found = exported("ines")

    assert found["user"] == "ines"
    (row,) = found["llmrun"]
    assert (row["id"], row["prompt"], row["decision"]) == (str(run.pk), SECRET, "accepted")
    assert row["instruction"] == SECRET
    assert [attempt["error_detail"] for attempt in row["attempts"]] == [SECRET]
    assert [row["total"] for row in found["llmimport"]] == [3]


def test_what_a_person_has_spent_is_exported_with_their_budget() -> None:
    user = EditorFactory(username="ines")
    budget = LLMBudgetFactory(scope="user", user=user)
    budget.periods.create(starts_on=date(2026, 10, 1), spent_nano_usd=3 * 10**9)
    LLMBudgetFactory()

    (row,) = exported("ines")["llmbudget"]

    assert row["amount_usd"] == "10.00"
    (period,) = row["periods"]
    assert (period["starts_on"], period["spent_nano_usd"]) == ("2026-10-01", 3_000_000_000)


def test_a_summary_counts_the_rows_by_names_that_people_know() -> None:
    user = EditorFactory(username="ines")
    full_run(user=user)
    full_run(user=user)

    assert output("--user", "ines").splitlines() == [
        "Budgets: 0",
        "Exported files: 0",
        "LLM imports: 0",
        "Rollups of LLM runs: 0",
        "LLM runs: 2",
        "Log entries: 0",
    ]


def test_accepted_texts_in_the_log_of_wagtail_are_exported_too() -> None:
    user = EditorFactory(username="ines")
    page = BlogPageFactory(summary=SECRET)
    run = full_run(user=user, page=page, decided_at=None)
    run.decided_at = run.queued_at
    run.decision_similarity = 1
    run.save()

    log_saved_texts(user, page)

    (entry,) = exported("ines")["log_entries"]
    assert entry["action"] == "wagtail_llm_actions.accepted"
    assert str(run.pk) in str(entry["data"])


def test_what_was_redacted_has_a_date_in_place_of_texts() -> None:
    run = full_run(user=EditorFactory(username="ines"))
    redact([run.pk], RedactionReason.AGE)

    (row,) = exported("ines")["llmrun"]

    assert row["redacted_at"]
    assert row["redaction_reason"] == "age"
    assert not {"prompt", "output", "instruction", "error_detail"} & row.keys()


def test_a_person_is_anonymised_without_being_deleted() -> None:
    user = EditorFactory(username="ines")
    typed, plain = full_run(user=user), full_run(user=user, instruction="")
    running = full_run(user=user, status=LLMRun.Status.RUNNING)
    LLMImport.objects.create(user=user, content="", total=3)

    assert output("--user", "ines", "--anonymise") == "Runs anonymised: 3.\n"

    found = exported("ines")
    assert found["llmrun"] == found["llmimport"] == []
    assert SECRET not in stored_words(typed)
    assert SECRET in stored_words(plain)
    assert SECRET in stored_words(running), "its worker needs them"
    LLMRun.objects.filter(pk=running.pk).update(status=LLMRun.Status.SUCCEEDED)
    call_command("llm_actions_prune", stdout=StringIO())
    assert SECRET not in stored_words(running)


def test_an_unknown_name_is_said() -> None:
    with pytest.raises(CommandError, match="There is no user 'nobody'"):
        output("--user", "nobody")
