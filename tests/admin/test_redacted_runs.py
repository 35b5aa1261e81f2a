"""What was redacted is shown as redacted, with the date."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from tests.admin.html import page_at, table_rows, words
from tests.admin.runs import HISTORY, run_url
from tests.factories import BlogPageFactory
from tests.retention.runs import SECRET, full_run
from wagtail_llm_actions.models import LLMRun, RedactionReason
from wagtail_llm_actions.runs import decisions
from wagtail_llm_actions.runs.audit_log import log_saved_texts
from wagtail_llm_actions.runs.redaction import redact

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client

pytestmark = pytest.mark.django_db


def redacted(reason: RedactionReason = RedactionReason.AGE, **values: Any) -> LLMRun:
    run = full_run(**values)
    redact([run.pk], reason)
    LLMRun.objects.filter(pk=run.pk).update(redacted_at=datetime(2026, 3, 3, 12, tzinfo=UTC))
    run.refresh_from_db()
    return run


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        (RedactionReason.AGE, "they were older than this site keeps texts."),
        (RedactionReason.OBJECT, "the page or snippet was deleted."),
        (RedactionReason.PERSON, "they were removed with the data of a person."),
    ],
)
def test_the_page_of_a_run_says_when_and_why_its_texts_were_redacted(
    reason: RedactionReason, why: str, client: Client, admin: User
) -> None:
    run = redacted(reason)

    page = page_at(client, run_url(run))

    shown = words(page)
    assert f"The texts of this run were redacted on March 3, 2026: {why}" in shown
    assert "12 in, 7 out" in shown
    assert SECRET not in shown
    headings = [words(heading) for heading in page.select("h2")]
    assert "Prompt and output" in headings
    assert not {"Prompt", "Output", "Instruction", "Raw answer"} & {*headings}


def test_a_failed_run_keeps_its_error_and_its_report(client: Client, admin: User) -> None:
    run = redacted(status=LLMRun.Status.FAILED, error_code="authentication", decision="")

    page = page_at(client, run_url(run))

    assert "What to check:" in words(page)
    assert "The provider said" not in words(page)
    report = words(page.select_one("textarea") or page)
    assert "error: authentication" in report
    assert "texts redacted: 2026-03-03T12:00:00+00:00" in report


def test_the_history_and_its_export_tell_the_date(client: Client, admin: User) -> None:
    redacted()

    (row,) = table_rows(page_at(client, reverse(HISTORY)))
    assert "Accepted Texts redacted on March 3, 2026" in row
    exported = b"".join(client.get(f"{reverse(HISTORY)}?export=csv"))
    heading, line = exported.decode().splitlines()
    assert "Texts redacted" in heading
    assert "2026-03-03" in line


def test_an_editor_can_still_decide_on_a_text_that_was_redacted_meanwhile() -> None:
    run = redacted(decision=LLMRun.Decision.NONE)

    decisions.accept(run, "What the card still showed.")

    run.refresh_from_db()
    assert (run.decision, run.decision_similarity) == ("accepted", None)
    decisions.undo(run)
    decisions.dismiss(run)
    run.refresh_from_db()
    assert run.decision == "dismissed"


def test_a_save_takes_nothing_back_of_a_text_that_was_redacted() -> None:
    page = BlogPageFactory(summary="Something else altogether.")
    run = redacted(page=page, decision=LLMRun.Decision.NONE)
    decisions.accept(run, SECRET)

    log_saved_texts(run.user, page)  # type: ignore[arg-type]

    run.refresh_from_db()
    assert run.decision == "accepted"
