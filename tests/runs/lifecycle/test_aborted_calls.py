"""What a call costs that did not come to its own end, and how long it may grow."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from tests.factories import LLMRunFactory
from wagtail_llm_actions.errors import ModelUnavailable
from wagtail_llm_actions.generation import Usage
from wagtail_llm_actions.models import LLMAttempt
from wagtail_llm_actions.prompts.tokens import approximate_tokens
from wagtail_llm_actions.runs.lifecycle.execute import execute

if TYPE_CHECKING:
    from pytest_django import Settings

    from wagtail_llm_actions.models import LLMRun
    from wagtail_llm_actions.providers.testing import ScriptedProvider

pytestmark = pytest.mark.django_db

REPORTED, ESTIMATED = LLMAttempt.UsageSource


@pytest.fixture(autouse=True)
def price(settings: Settings) -> None:
    models = settings.WAGTAIL_LLM_ACTIONS["MODELS"]
    priced = models["scripted"] | {"PRICE": {"INPUT": "1", "OUTPUT": "2"}}
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {"MODELS": {"scripted": priced}}


def executed(run: LLMRun) -> tuple[LLMRun, LLMAttempt]:
    execute(run.pk)
    run.refresh_from_db()
    return run, run.attempts.get()


def cancelled_run() -> LLMRun:
    return LLMRunFactory(cancel_requested_at=timezone.now())


@pytest.mark.parametrize(
    ("script", "output", "output_tokens"),
    [([math.inf], "", 0), (["The tide came", math.inf], "The tide came", 6)],
    ids=["before the first token", "in the middle"],
)
def test_a_cancelled_call_is_billed_by_an_estimate(
    provider: ScriptedProvider, script: list[str | float], output: str, output_tokens: int
) -> None:
    provider.script(*script)
    run, attempt = executed(cancelled_run())

    assert (run.status, run.output) == ("cancelled", output)
    prompt_tokens = approximate_tokens(run.system_instructions + run.prompt)
    assert (run.input_tokens, run.output_tokens) == (prompt_tokens, output_tokens)
    assert (attempt.usage_source, attempt.error_code) == (ESTIMATED, "cancelled")
    assert run.cost_usd is not None
    assert float(run.cost_usd) == pytest.approx((prompt_tokens + 2 * output_tokens) / 1e6)


def test_an_answer_that_broke_off_is_billed_by_an_estimate(provider: ScriptedProvider) -> None:
    broken = ModelUnavailable(provider="test", model="scripted")
    provider.script("The tide came", broken)

    run, attempt = executed(LLMRunFactory())

    assert (run.status, run.error_code, run.output) == (
        "failed",
        "model_unavailable",
        "The tide came",
    )
    assert (attempt.usage_source, run.output_tokens) == (ESTIMATED, 6)


def test_a_call_that_was_refused_costs_nothing_that_we_know(provider: ScriptedProvider) -> None:
    provider.script(ModelUnavailable(provider="test", model="scripted", retryable=False))

    run, attempt = executed(LLMRunFactory())

    assert (run.status, attempt.usage_source, run.cost_usd) == ("failed", "", None)


def test_what_the_provider_reports_is_not_estimated(provider: ScriptedProvider) -> None:
    provider.script("The tide.", Usage(input_tokens=12, output_tokens=7))

    _, attempt = executed(LLMRunFactory())

    assert (attempt.usage_source, attempt.output_tokens) == (REPORTED, 7)


@pytest.mark.parametrize("pieces", [["tide"] * 100, ["tide" * 100]], ids=["many", "a huge one"])
def test_an_answer_without_end_is_cut_off(provider: ScriptedProvider, pieces: list[str]) -> None:
    provider.script(*pieces, math.inf)

    run, attempt = executed(LLMRunFactory(max_tokens=10))

    assert (run.status, run.finish_reason) == ("succeeded", "length")
    assert run.output == "tide" * 50
    assert attempt.usage_source == ESTIMATED
