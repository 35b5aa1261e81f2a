"""What a run is going to cost is known from the runs before it, and stored with the run."""

from __future__ import annotations

import math
import random
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import BlogPageFactory, LLMActionFactory, LLMRunFactory
from tests.parts.examples import examples
from tests.runs.starting import start_run
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.spending.estimates import (
    FREE,
    LINE_RUNS,
    READ_RUNS,
    Estimate,
    MeasuredRun,
    estimate_from,
    estimate_of,
    estimates_of,
)

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries, Settings

    from wagtail_llm_actions.models import LLMAction

PAID = {"input": "2.5", "output": "10", "source": "genai-prices 1.0"}
INPUT, OUTPUT = 2.5e-6, 10e-6
"""US dollars for a token."""


def summary(chars: int, answer_tokens: int = 120) -> MeasuredRun:
    """Return a run on a template of 300 tokens."""
    return MeasuredRun(chars, (300 + chars / 4) * INPUT, answer_tokens * OUTPUT)


def translation(chars: int) -> MeasuredRun:
    return MeasuredRun(chars, (300 + chars / 4) * INPUT, chars / 3 * OUTPUT)


def usd(run: MeasuredRun) -> float:
    return run.input_usd + run.output_usd


@pytest.mark.parametrize("kind", [summary, translation])
def test_a_source_much_longer_than_all_before_has_the_right_estimate(kind: Any) -> None:
    found = estimate_from([kind(chars) for chars in (900, 1_000, 1_100, 1_200, 1_400, 2_000)])

    assert found is not None
    assert float(found.cost_usd(50_000)) == pytest.approx(usd(kind(50_000)), rel=0.01)
    assert float(found.cost_usd()) == pytest.approx(usd(kind(1_150)), rel=0.01)


def test_runs_that_were_repaired_or_tried_again_change_little() -> None:
    noise = random.Random(14)  # noqa: S311 - the same at each run
    runs = [
        summary(noise.randint(500, 20_000), round(noise.gauss(120, 15))) for _number in range(40)
    ]
    spoilt = [MeasuredRun(chars, 3 * sent, 3 * got) for chars, sent, got in runs[:8]] + runs[8:]

    found = estimate_from(spoilt)

    assert found is not None
    errors = sorted(abs(float(found.cost_usd(run.source_chars)) / usd(run) - 1) for run in runs)
    assert errors[len(errors) // 2] < 0.1


@pytest.mark.parametrize("chars", [0, 1_200])
def test_runs_on_images_or_on_texts_of_one_length_give_their_median(chars: int) -> None:
    found = estimate_from([summary(chars, tokens) for tokens in (100, 110, 120, 130, 500)])

    assert found is not None
    assert float(found.cost_usd(chars)) == pytest.approx(usd(summary(chars, 120)))


def test_a_few_runs_tell_what_a_run_costs_but_not_yet_how_it_grows() -> None:
    found = estimate_from([summary(chars) for chars in (500, 1_000, 9_000)])

    assert found is not None
    assert float(found.cost_usd(9_000)) == pytest.approx(usd(summary(1_000)))
    assert estimate_from([]) is None


amounts = st.floats(min_value=0, max_value=100)


@examples(100)
@given(
    st.lists(
        st.builds(MeasuredRun, st.integers(0, 10**6), amounts, amounts), min_size=1, max_size=50
    ),
    st.integers(0, 10**6),
)
def test_an_estimate_is_an_amount_whatever_the_runs(runs: list[MeasuredRun], chars: int) -> None:
    found = estimate_from(runs)

    assert found is not None
    assert math.isfinite(found.cost_usd(chars))
    assert found.cost_usd(chars) >= 0


def past_run(llm_action: LLMAction, **values: Any) -> LLMRun:
    measured: dict[str, Any] = {
        "source_chars": 1_000,
        "input_tokens": 550,
        "output_tokens": 120,
        "cost_usd": Decimal("0.002575"),
        "price": PAID,
    }
    run: LLMRun = LLMRunFactory(succeeded=True, action=llm_action, **measured | values)
    return run


@pytest.fixture
def llm_action(db: None) -> LLMAction:
    """An action with a few runs, which all have cost the same."""
    llm_action = LLMActionFactory()
    for _number in range(LINE_RUNS):
        past_run(llm_action)
    return llm_action


def test_the_estimate_is_stored_with_a_run(llm_action: LLMAction) -> None:
    page = BlogPageFactory(intro="The tide came in early that day. " * 30)

    run = start_run(llm_action, page)

    run.refresh_from_db()
    assert run.source_chars == len(page.intro.strip())
    assert run.estimated_cost_usd == Decimal("0.002575")


def test_a_run_of_a_new_action_has_none(db: None) -> None:
    assert start_run(LLMActionFactory(), BlogPageFactory()).estimated_cost_usd is None


def test_only_runs_that_say_what_such_a_run_costs_are_measured(db: None) -> None:
    llm_action = LLMActionFactory()
    others: list[dict[str, Any]] = [
        {"trigger": LLMRun.Trigger.TEST},
        {"status": LLMRun.Status.FAILED},
        {"used_fallback": True},
        {"model_key": "another"},
        {"source_chars": None},
        {"cost_usd": None},
    ]
    for other in others:
        for _number in range(LINE_RUNS):
            past_run(llm_action, **other)

    assert estimate_of(llm_action) is None


def test_the_cost_is_that_of_the_present_model_or_unknown(db: None) -> None:
    llm_action = LLMActionFactory()
    assert estimate_of(llm_action) is None
    past_run(llm_action, cost_usd=None)
    past_run(llm_action, cost_usd=9, model_key="other")
    cache.clear()
    assert estimate_of(llm_action) is None
    past_run(llm_action, cost_usd="0.01")
    past_run(llm_action, cost_usd="0.03")
    cache.clear()

    found = estimate_of(llm_action)

    assert found is not None
    assert found.cost_usd() == Decimal("0.02")


def test_a_changed_model_has_to_be_measured_anew(llm_action: LLMAction) -> None:
    assert estimate_of(llm_action) is not None

    llm_action.model = "another"

    assert estimate_of(llm_action) is None


def test_a_local_model_costs_nothing(llm_action: LLMAction, settings: Settings) -> None:
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {
        "PROVIDERS": {"test": {"BACKEND": "wagtail_llm_actions.providers.ollama.OllamaProvider"}}
    }

    assert estimate_of(llm_action) == FREE


def test_past_runs_count_at_the_price_that_the_site_states_now(
    llm_action: LLMAction, settings: Settings
) -> None:
    models = settings.WAGTAIL_LLM_ACTIONS["MODELS"]
    dearer = models["scripted"] | {"PRICE": {"INPUT": 25, "OUTPUT": 10}}
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {"MODELS": {"scripted": dearer}}

    found = estimate_of(llm_action)

    assert found is not None
    assert found.cost_usd(1_000) == Decimal("0.01495")


def test_a_price_per_request_is_taken_as_the_site_states_it_now(
    llm_action: LLMAction, settings: Settings
) -> None:
    models = settings.WAGTAIL_LLM_ACTIONS["MODELS"]
    price = {"INPUT": 25, "OUTPUT": 10, "REQUESTS": 5}
    changed = models["scripted"] | {"PRICE": price}
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {"MODELS": {"scripted": changed}}
    LLMRun.objects.update(cost_usd=Decimal("0.014575"), price={**PAID, "requests": "12"})

    found = estimate_of(llm_action)

    assert found is not None
    assert found.cost_usd(1_000) == Decimal("0.01995")


def test_a_cost_that_the_provider_reports_is_measured_as_a_whole(db: None) -> None:
    llm_action = LLMActionFactory()
    for chars in range(1_000, 6_000, 1_000):
        cost = Decimal(chars) / 1_000_000
        past_run(llm_action, source_chars=chars, cost_usd=cost, price={"source": "provider"})

    found = estimate_of(llm_action)

    assert found is not None
    assert found.cost_usd(10_000) == Decimal("0.01")


def test_actions_are_measured_once_in_a_while_by_one_bounded_query_each(
    llm_action: LLMAction, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    other = LLMActionFactory()
    for _number in range(LINE_RUNS):
        past_run(other)
    with django_assert_num_queries(2) as queries:
        first = estimates_of([llm_action, other])
    with django_assert_num_queries(0):
        again = estimates_of([other, llm_action])

    assert set(first) == {llm_action.pk, other.pk}
    assert again == first
    assert isinstance(first[other.pk], Estimate)
    assert all(f"LIMIT {READ_RUNS}" in query["sql"] for query in queries.captured_queries)
