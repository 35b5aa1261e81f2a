"""The page of one run."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.users.models import UserProfile

from tests.admin.html import page_at, words
from tests.admin.runs import HISTORY, links, run_url
from tests.editor.forms import page_edit
from tests.factories import (
    LLMActionFactory,
    LLMAttemptFactory,
    LLMRunFactory,
    PromptTemplateFactory,
)
from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client

pytestmark = pytest.mark.django_db


def test_the_page_of_a_run_shows_everything_about_it(client: Client, admin: User) -> None:
    run = LLMRunFactory(
        succeeded=True,
        system_instructions="You edit a magazine.",
        response_model="scripted-2026",
        input_tokens=12,
        output_tokens=7,
        cached_input_tokens=4,
        cache_write_tokens=3,
        reasoning_tokens=2,
        cost_usd=Decimal("0.0021"),
        price={"input": "0.1", "output": "0.5", "source": "genai-prices 0.2.3"},
        truncated_chars=99,
        used_fallback=True,
        fallback_model_key="spare",
        temperature=0.3,
        max_tokens=200,
    )
    sent = {"temperature": None, "max_tokens": 2200, "reasoning_effort": "low"}
    tokens = {"input_tokens": 12, "cache_write_tokens": 3, "cache_write_1h_tokens": 2}
    LLMAttemptFactory(run=run, sent_parameters=sent, **tokens)

    page = page_at(client, run_url(run))

    shown = words(page)
    for text in (
        run.action_label,
        run.target_label,
        str(run.user),
        "You edit a magazine.",
        run.prompt,
        "The tide came early.",
        "Scripted (scripted-2026)",
        "Requested parameters temperature 0.3, max tokens 200",
        "Sent parameters max tokens 2200, reasoning effort low, no temperature",
        "12 in, 7 out 4 of these read from the cache, 3 written to it, 2 for reasoning",
        "Cost $0.0021 US dollars per million tokens: 0.1 in, 0.5 out (genai-prices 0.2.3)",
        "2 written to the cache for an hour",
        "its last 99 characters were left out",
        "Fallback used: spare",
        "Introduction → Summary",
        str(run.pk),
    ):
        assert text in shown
    assert {page_edit(run.target), reverse(HISTORY)} <= links(page)


def test_the_page_of_a_failed_run_tells_the_providers_words(client: Client, admin: User) -> None:
    run = LLMRunFactory(
        status="failed", error_code="timeout", error_detail="upstream request <b>timeout</b>"
    )
    LLMAttemptFactory(run=run, error_code="timeout")

    shown = words(page_at(client, run_url(run)))

    assert "Scripted took too long." in shown
    assert "The provider said: upstream request <b>timeout</b>" in shown
    assert shown.endswith("Took too long timeout")


def test_numbers_are_written_as_the_language_writes_them(client: Client, admin: User) -> None:
    UserProfile.objects.create(user=admin, preferred_language="de")
    now = timezone.now()
    run = LLMRunFactory(
        succeeded=True,
        input_tokens=12_345,
        output_tokens=1_048,
        queued_at=now,
        finished_at=now + timedelta(seconds=2.06),
    )
    LLMAttemptFactory(run=run, input_tokens=12_345, output_tokens=1_048)

    shown, listed = (words(page_at(client, url)) for url in (run_url(run), reverse(HISTORY)))

    assert "12.345 in, 1.048 out" in shown
    for words_of in (shown, listed):
        assert "12.345 + 1.048" in words_of
        assert "2,1 s" in words_of


def test_the_page_says_that_a_budget_asked_for_the_cheaper_model(
    client: Client, admin: User
) -> None:
    run = LLMRunFactory(succeeded=True, used_cheaper_model=True)

    shown = words(page_at(client, run_url(run)))

    assert "The cheaper model of the action: a budget had too little left." in shown


def test_a_text_that_was_right_is_no_fault_to_report(client: Client, admin: User) -> None:
    run = LLMRunFactory(status="failed", error_code="nothing_to_change")

    page = page_at(client, run_url(run))

    assert "Scripted found nothing to change." in words(page.select("#main .help-info")[0])
    assert not page.select(".help-critical, .llm-actions-support-report")


def test_tokens_that_were_estimated_are_marked(client: Client, admin: User) -> None:
    run = LLMRunFactory(status="cancelled", input_tokens=40, output_tokens=3)
    LLMAttemptFactory(run=run, input_tokens=40, output_tokens=3, usage_source="estimated")

    shown = words(page_at(client, run_url(run)))

    assert "40 in, 3 out Estimated in part: a call ended before" in shown
    assert "40 + 3 (estimated)" in shown


def test_counts_that_were_repaired_or_are_missing_are_explained(
    client: Client, admin: User
) -> None:
    run = LLMRunFactory(
        succeeded=True, output_tokens=3, price={"source": "provider"}, cost_usd="0.02"
    )
    repairs = ["input_missing", "zero_ignored"]
    LLMAttemptFactory(run=run, output_tokens=3, usage_repairs=repairs, usage_source="reported")

    shown = words(page_at(client, run_url(run)))

    assert "? in, 3 out" in shown
    assert (
        "? + 3 The provider reported no input. A zero that came after a count was ignored." in shown
    )
    assert "$0.020 as the provider reported it" in shown


def test_the_page_of_a_run_without_a_call_says_so(client: Client, admin: User) -> None:
    run = LLMRunFactory(
        status="failed",
        error_code="invalid_input",
        error_context={"reason": "empty_source", "detail": "Introduction"},
        prompt="",
    )

    shown = words(page_at(client, run_url(run)))

    assert "“Introduction” is empty." in shown
    assert "The model was not called." in shown


def test_what_a_model_wrote_is_shown_as_text(client: Client, admin: User) -> None:
    run = LLMRunFactory(status="succeeded", output="<script>alert(1)</script>", prompt="<i>p</i>")

    page = page_at(client, run_url(run))

    assert "<script>alert(1)</script>" in words(page)
    assert not any("alert(1)" in script.text for script in page.select("script"))


def test_what_turns_the_direction_of_a_text_is_shown_as_what_it_is(
    client: Client, admin: User
) -> None:
    run = LLMRunFactory(
        succeeded=True,
        prompt="a\u202eb",
        system_instructions="c\u2066d",
        output="pay \u202e001\u202c \u200f\u05d0",
        raw_output="<think>e\u2067</think>f\u2069",
        removed=[{"kind": "reasoning", "text": "<think>e\u2067</think>"}],
    )

    page = page_at(client, run_url(run))

    shown = [text.get_text() for text in page.select("pre.llm-actions-text")]
    assert shown == [
        "c[U+2066]d",
        "a[U+202E]b",
        "pay [U+202E]001[U+202C] \u200f\u05d0",
        "<think>e[U+2067]</think>",
        "<think>e[U+2067]</think>f[U+2069]",
    ]
    assert {text["dir"] for text in page.select("pre.llm-actions-text")} == {"auto"}


def test_a_run_that_does_not_exist_is_not_found(client: Client, admin: User) -> None:
    assert client.get(run_url(LLMRun())).status_code == 404


def test_the_revision_of_the_template_is_kept(client: Client, admin: User) -> None:
    template = PromptTemplateFactory()
    run = LLMRunFactory(
        action=LLMActionFactory(prompt_template=template),
        prompt_template_revision=template.save_revision(),
    )

    assert client.get(run_url(run)).status_code == 200


def test_the_raw_answer_is_shown_with_what_was_taken_away(client: Client, admin: User) -> None:
    run = LLMRunFactory(
        succeeded=True,
        raw_output="<think>Hm & so on</think>The tide came early.",
        removed=[{"kind": "reasoning", "text": "Hm & so on"}],
    )

    details = page_at(client, run_url(run)).select_one("details.llm-actions-raw-answer")

    assert details is not None
    assert not details.has_attr("open")
    shown = details.get_text(" ", strip=True)
    assert shown.startswith("Raw answer")
    assert "reasoning Hm & so on" in shown
    assert "<think>Hm & so on</think>The tide came early." in shown


def test_a_run_without_an_answer_has_no_raw_one(client: Client, admin: User) -> None:
    page = page_at(client, run_url(LLMRunFactory()))

    assert page.select_one("details.llm-actions-raw-answer") is None
