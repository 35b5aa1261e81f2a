"""What a run costs: the sum of its calls, or unknown where one of them is."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, cast

import pytest

from tests.factories import LLMRunFactory
from wagtail_llm_actions.errors import InvalidOutput, ModelUnavailable, RateLimited
from wagtail_llm_actions.generation import GenerationResult, ReasoningDelta, Usage, UsageRepair
from wagtail_llm_actions.messages.usage_repairs import usage_repair_sentences
from wagtail_llm_actions.models import LLMAttempt
from wagtail_llm_actions.provider_registry import get_provider
from wagtail_llm_actions.providers.testing import ScriptedProvider
from wagtail_llm_actions.reporting.metrics import aggregate
from wagtail_llm_actions.runs.lifecycle.execute import execute
from wagtail_llm_actions.runs.lifecycle.retry_policy import wait_seconds

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from pytest_django import Settings

    from wagtail_llm_actions.generation import GenerationRequest, StreamItem
    from wagtail_llm_actions.models import LLMRun

pytestmark = pytest.mark.django_db

USAGE = Usage(input_tokens=1000, output_tokens=100)
SCRIPTED = "wagtail_llm_actions.providers.testing.ScriptedProvider"


class Deployment(ScriptedProvider):
    """Answers for a model of another name than the requested one."""

    async def stream(self, request: GenerationRequest) -> AsyncGenerator[StreamItem]:
        async for item in super().stream(request):
            if isinstance(item, GenerationResult):
                yield replace(item, response_model="gpt-4o")
            else:
                yield item


@pytest.fixture
def provider(kept_queue: object, settings: Settings) -> ScriptedProvider:
    """Return the provider of a priced, an unpriced and a free model."""
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {
        "PROVIDERS": {"test": {"BACKEND": SCRIPTED}},
        "MODELS": {
            "priced": {
                "PROVIDER": "test",
                "NAME": "priced",
                "PRICE": {"INPUT": 3, "CACHED_INPUT": "0.3", "OUTPUT": 15},
            },
            "unpriced": {"PROVIDER": "test", "NAME": "unpriced"},
            "free": {
                "PROVIDER": "test",
                "NAME": "free",
                "PRICE": {"INPUT": 0, "OUTPUT": 0},
            },
        },
    }
    return cast("ScriptedProvider", get_provider("test"))


def executed(model: str = "priced", fallback: str = "") -> LLMRun:
    run: LLMRun = LLMRunFactory(model_key=model, fallback_model_key=fallback)
    execute(run.pk)
    run.refresh_from_db()
    return run


def unavailable(usage: Usage | None = None) -> ModelUnavailable:
    return ModelUnavailable(provider="test", model="unpriced", usage=usage, retryable=False)


def unknown_costs() -> int:
    from wagtail_llm_actions.models import LLMRun  # noqa: PLC0415 - beside its type

    return aggregate(LLMRun.objects.order_by()).unknown_costs


def test_calls_at_an_unknown_price_make_the_run_unknown_although_its_last_call_is_free(
    provider: ScriptedProvider,
) -> None:
    provider.script(unavailable(USAGE))
    provider.script("The tide.", USAGE)

    run = executed("unpriced", fallback="free")

    assert (run.status, run.used_fallback, run.cost_usd) == ("succeeded", True, None)
    assert [row.cost_usd for row in run.attempts.all()] == [None, 0]
    assert unknown_costs() == 1


def test_a_known_call_after_an_unknown_one_is_not_the_whole_cost(
    provider: ScriptedProvider,
) -> None:
    provider.script(unavailable(USAGE))
    provider.script("The tide.", USAGE)

    run = executed("unpriced", fallback="priced")

    assert run.cost_usd is None
    assert (run.input_tokens, run.output_tokens) == (2000, 200)


def test_a_call_that_answered_without_counts_is_unknown(provider: ScriptedProvider) -> None:
    provider.script(InvalidOutput)
    provider.script("The tide.", USAGE)

    run = executed(fallback="free")

    assert run.attempts.count() >= 1
    assert run.cost_usd is None
    assert unknown_costs() == 1


def test_a_call_that_was_refused_costs_nothing(provider: ScriptedProvider) -> None:
    refusal = RateLimited(
        provider="test", model="priced", retry_after_seconds=0.0, is_unbilled=True
    )
    assert wait_seconds(refusal, attempts=1, left_seconds=60.0) is not None
    provider.script(refusal)
    provider.script("The tide.", USAGE)

    run = executed()

    assert [row.cost_usd for row in run.attempts.all()] == [0, Decimal("0.0045")]
    assert run.cost_usd == Decimal("0.0045")
    assert unknown_costs() == 0


def test_a_free_model_costs_nothing_whatever_it_counted(provider: ScriptedProvider) -> None:
    provider.script("The tide.")

    run = executed("free")

    assert run.cost_usd == 0
    assert run.input_tokens is None
    assert run.price is not None
    assert unknown_costs() == 0


def test_half_a_usage_is_stored_and_its_cost_is_unknown(provider: ScriptedProvider) -> None:
    provider.script("The tide.", Usage(input_tokens=1000, output_tokens=None))

    run = executed()

    assert (run.input_tokens, run.output_tokens, run.cost_usd) == (1000, None, None)
    assert unknown_costs() == 1


def test_what_a_broken_off_call_did_not_report_is_estimated(provider: ScriptedProvider) -> None:
    provider.script("The tide came", unavailable(Usage(input_tokens=1000, output_tokens=None)))

    run = executed()

    attempt = run.attempts.get()
    assert (attempt.input_tokens, attempt.output_tokens) == (1000, 6)
    assert attempt.usage_source == LLMAttempt.UsageSource.ESTIMATED
    assert run.cost_usd == Decimal("0.00309")


def test_reasoning_before_a_call_broke_off_is_estimated(provider: ScriptedProvider) -> None:
    provider.script(ReasoningDelta(text="The user wants a title."), unavailable())

    run = executed()

    assert run.attempts.get().usage_source == LLMAttempt.UsageSource.ESTIMATED
    assert run.cost_usd


def test_a_deployment_with_a_name_of_its_own_costs_what_the_answering_model_costs(
    kept_queue: object, settings: Settings
) -> None:
    backend = f"{__name__}.Deployment"
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {
        "PROVIDERS": {"azure": {"BACKEND": backend, "BASE_URL": "https://x.openai.azure.com/v1"}},
        "MODELS": {"shop": {"PROVIDER": "azure", "NAME": "shop-texts"}},
    }
    provider = cast("ScriptedProvider", get_provider("azure"))
    provider.script("The tide.", USAGE)

    assert executed("shop").cost_usd == Decimal("0.0035")


def test_all_counts_that_a_price_depends_on_are_stored(
    provider: ScriptedProvider,
) -> None:
    usage = Usage(
        input_tokens=1000,
        output_tokens=7,
        cached_input_tokens=100,
        cache_write_tokens=500,
        cache_write_1h_tokens=200,
        reasoning_tokens=3,
    )
    provider.script("The tide.", usage)

    run = executed()

    attempt = run.attempts.get()
    assert (attempt.cached_input_tokens, attempt.cache_write_tokens) == (100, 500)
    assert (attempt.cache_write_1h_tokens, attempt.reasoning_tokens) == (200, 3)
    assert run.cache_write_tokens == 500
    assert run.cost_usd == Decimal(400 * 3 + 30 + 500 * 3 + 7 * 15) / 1_000_000


def test_a_repair_is_stored_with_the_attempt(provider: ScriptedProvider) -> None:
    provider.script(
        "The tide.", Usage(input_tokens=7, output_tokens=123, cached_input_tokens=20646)
    )

    run = executed()

    attempt = run.attempts.get()
    assert attempt.usage_repairs == ["cached_beside_input"]
    assert usage_repair_sentences(attempt) == [
        "The provider counted cached tokens beside the input; they were added to it."
    ]
    assert run.cost_usd == Decimal("0.0080598")


def test_the_providers_own_cost_is_the_cost(provider: ScriptedProvider) -> None:
    provider.script(
        "The tide.", Usage(input_tokens=1000, output_tokens=100, cost_usd=Decimal("0.0123"))
    )

    run = executed("unpriced")

    assert run.cost_usd == Decimal("0.0123")
    assert run.price == {"source": "provider"}
    assert unknown_costs() == 0


def test_a_run_that_goes_on_is_not_yet_unknown() -> None:
    LLMRunFactory(running=True, started_at="2026-07-03T10:00:00Z")

    assert unknown_costs() == 0


@pytest.mark.parametrize("repair", UsageRepair)
def test_each_repair_is_explained(repair: UsageRepair) -> None:
    (sentence,) = usage_repair_sentences(LLMAttempt(usage_repairs=[repair.value]))

    assert sentence.endswith(".")
