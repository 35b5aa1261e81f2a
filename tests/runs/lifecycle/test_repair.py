"""An answer that does not fit its field is repaired once; if that fails, the editor gets the answer."""

from __future__ import annotations

import math
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import pytest
from django.utils import timezone

from tests.factories import LLMRunFactory
from wagtail_llm_actions.errors import ModelUnavailable
from wagtail_llm_actions.generation import FinishReason, Usage
from wagtail_llm_actions.models import LLMAttempt
from wagtail_llm_actions.provider_registry import get_provider
from wagtail_llm_actions.runs.contract import faults_of
from wagtail_llm_actions.runs.lifecycle.execute import execute
from wagtail_llm_actions.runs.lifecycle.repair import has_time

if TYPE_CHECKING:
    from pytest_django import Settings

    from wagtail_llm_actions.models import LLMRun
    from wagtail_llm_actions.providers.testing import ScriptedProvider

pytestmark = pytest.mark.django_db

LONG = "The boats lay dry until noon. " * 11
"""329 characters; the summary of a post takes 300."""
SHORT = "The boats lay dry until noon, every one of them."


def executed(**values: Any) -> LLMRun:
    run = LLMRunFactory(**values)
    execute(run.pk)
    run.refresh_from_db()
    return run


def test_an_answer_that_is_too_long_is_shortened_by_the_model(provider: ScriptedProvider) -> None:
    provider.script(LONG, FinishReason.LENGTH)
    provider.script(SHORT)

    run = executed(system_instructions="Be friendly.")

    assert (run.status, run.output, run.raw_output) == ("succeeded", SHORT, SHORT)
    assert run.finish_reason == "stop"
    assert not run.is_repairing
    first, second = provider.requests
    assert first.prompt == run.prompt
    assert second.system_instructions == "Be friendly."
    assert second.prompt == (
        "This text does not fit its field. Rewrite it so that it fits, and change nothing else.\n\n"
        f"<input>{LONG.strip()}</input>\n\n"
        "The text has 329 characters, and the field takes at most 300. "
        "Shorten it to at most 255 characters, about 36 words."
    )


def test_words_are_not_counted_where_a_script_does_not_separate_them(
    provider: ScriptedProvider,
) -> None:
    provider.script("船は正午まで干上がったままだった。" * 20)
    provider.script("船は正午まで干上がったままだった。" * 10)

    executed()

    assert provider.requests[1].prompt.endswith("Shorten it to at most 255 characters.")


def test_a_broken_rule_of_the_action_is_mended_by_the_model(provider: ScriptedProvider) -> None:
    provider.script("Cheap boats lay dry until noon.")
    provider.script(SHORT)

    run = executed(rules={"forbidden_words": ["cheap"]})

    assert run.output == SHORT
    assert provider.requests[1].prompt.endswith("The text must not have the word “cheap”.")


def test_an_answer_that_is_no_value_goes_back_with_what_it_was_made_from(
    provider: ScriptedProvider,
) -> None:
    provider.script("In the last week of November.")
    provider.script("27 November 2026")

    prompt = "When? <input>The boats lay dry on the 27th.</input>"
    run = executed(field_path="date", prompt=prompt)

    assert run.output == "27 November 2026"
    assert provider.requests[1].prompt == (
        f"{prompt}\n\nThis answer does not fit. Write it again so that it fits.\n\n"
        "<input>In the last week of November.</input>\n\nEnter a valid date."
    )


def test_an_answer_that_stays_no_value_is_proposed_with_what_does_not_fit(
    provider: ScriptedProvider,
) -> None:
    provider.script("Soon.")
    provider.script("Very soon.")

    run = executed(field_path="date", write_mode="append")

    assert run.output == "Soon."
    assert [fault.detail for fault in faults_of(run, run.output)] == ["Enter a valid date."]


def test_a_text_that_has_to_be_longer_goes_back_with_what_it_was_made_from(
    provider: ScriptedProvider,
) -> None:
    provider.script("Boats.")
    provider.script(SHORT)

    prompt = "Summarise: <input>Each of the boats lay dry until noon.</input>"
    run = executed(rules={"min_length": 20}, prompt=prompt)

    assert run.output == SHORT
    assert provider.requests[1].prompt == (
        f"{prompt}\n\nThis answer does not fit. Write it again so that it fits.\n\n<input>Boats.</input>\n\n"
        "The text has 6 characters; at least 20 are asked for."
    )


def test_the_repair_is_an_attempt_that_counts(provider: ScriptedProvider) -> None:
    usage = Usage(input_tokens=100, output_tokens=50, cost_usd=Decimal("0.002"))
    provider.script(LONG, usage)
    provider.script(SHORT, usage)

    run = executed()

    attempts = LLMAttempt.objects.filter(run=run)
    assert [(row.number, row.is_repair) for row in attempts] == [(1, False), (2, True)]
    assert (run.input_tokens, run.output_tokens) == (200, 100)
    assert run.cost_usd == Decimal("0.004")
    # The editor has read since the first one.
    assert run.first_token_at == attempts[0].first_token_at


def test_a_text_that_fits_is_not_sent_again(provider: ScriptedProvider) -> None:
    provider.script(SHORT)

    assert executed().output == SHORT
    assert len(provider.requests) == 1


def test_a_repair_that_does_not_fit_either_leaves_the_answer_as_it_was(
    provider: ScriptedProvider,
) -> None:
    provider.script(LONG)
    provider.script("Still. " * 60)

    run = executed()

    assert (run.status, run.output) == ("succeeded", LONG.strip())
    assert len(provider.requests) == 2


def test_a_repair_that_is_cut_off_leaves_the_answer_as_it_was(provider: ScriptedProvider) -> None:
    provider.script(LONG)
    provider.script("This is a great summary. It conveys the", FinishReason.LENGTH)

    run = executed()

    assert (run.output, run.finish_reason) == (LONG.strip(), "stop")
    assert LLMAttempt.objects.filter(run=run).count() == 2


@pytest.mark.parametrize(
    "text",
    [
        "This summary is concise and conveys that nobody had any idea of what would come.",
        "Shorten it to at most 255 characters, about 36 words.",
        "This text does not fit its field. Boats lay dry until noon.",
        "Boats.",
        "I would be happy to help you with that. Which field does it belong to?",
        "[A short text for the website, with the most important points]",
    ],
)
def test_a_repair_that_is_no_rewriting_leaves_the_answer_as_it_was(
    provider: ScriptedProvider, text: str
) -> None:
    provider.script(LONG)
    provider.script(text)

    assert executed().output == LONG.strip()


@pytest.mark.parametrize("step", [ModelUnavailable, FinishReason.CONTENT_FILTER])
def test_a_repair_that_fails_leaves_the_answer_as_it_was(
    provider: ScriptedProvider, step: Any
) -> None:
    provider.script(LONG)
    provider.script(step)

    run = executed()

    assert (run.status, run.output, run.error_code) == ("succeeded", LONG.strip(), "")
    assert LLMAttempt.objects.get(run=run, is_repair=True).error_code
    # No retry, and no fallback.
    assert len(provider.requests) == 2


def test_a_repair_that_is_cancelled_leaves_the_answer_as_it_was_and_is_billed(
    provider: ScriptedProvider,
) -> None:
    usage = Usage(input_tokens=100, output_tokens=50)
    provider.script(LONG, usage)
    provider.script("The boats lay ", math.inf)

    run = executed(cancel_requested_at=timezone.now())

    assert (run.status, run.output, run.error_code) == ("succeeded", LONG.strip(), "")
    assert [fault.limit for fault in faults_of(run, run.output)] == [300]
    repair = LLMAttempt.objects.get(run=run, is_repair=True)
    assert (repair.error_code, repair.usage_source) == ("cancelled", "estimated")
    assert repair.input_tokens
    assert repair.output_tokens
    assert run.input_tokens == 100 + repair.input_tokens
    assert run.output_tokens == 50 + repair.output_tokens


def test_a_repair_that_takes_too_long_leaves_the_answer_as_it_was(settings: Settings) -> None:
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {"FIRST_TOKEN_TIMEOUT": 1}
    provider = cast("ScriptedProvider", get_provider("test"))
    provider.script(LONG)
    provider.script(math.inf)

    run = executed()

    assert (run.status, run.output, run.error_code) == ("succeeded", LONG.strip(), "")
    assert LLMAttempt.objects.get(run=run, is_repair=True).error_code == "timeout"


def test_a_repair_needs_as_much_time_as_the_answer_took() -> None:
    started_at = timezone.now()
    answered_at = started_at + timedelta(seconds=20)

    assert has_time(started_at, answered_at, started_at + timedelta(seconds=41))
    assert not has_time(started_at, answered_at, started_at + timedelta(seconds=40))


def test_facts_that_were_not_sent_are_stored_unless_the_action_says_otherwise(
    provider: ScriptedProvider,
) -> None:
    prompt = "Summarise: The pier was built in 1901."
    for _ in range(2):
        provider.script("Built in 1901, and again in 1987 by Dr Weiss.")

    assert executed(prompt=prompt).unsourced_facts == ["1987", "Dr Weiss"]
    assert executed(prompt=prompt, check_facts=False).unsourced_facts == []
