"""Clicks that cost something: a model with a price, and what was counted of its runs."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from tests.factories import BlogPageFactory, LLMActionFactory
from tests.runs.starting import start_run
from wagtail_llm_actions.generation import Usage
from wagtail_llm_actions.models import LLMBudgetPeriod, LLMReservation
from wagtail_llm_actions.provider_registry import get_provider
from wagtail_llm_actions.runs.lifecycle.execute import execute

if TYPE_CHECKING:
    from pytest_django import Settings

    from wagtail_llm_actions.models import LLMBudget, LLMRun
    from wagtail_llm_actions.providers.testing import ScriptedProvider, Step

PRICES = {"scripted": 1_000, "cheap": 1}
"""US dollars per million tokens, of input and output: a thousand tokens cost a dollar, or a tenth of a cent."""


def with_prices(settings: Settings, **prices: int | None) -> None:
    """Give models to the site; ``None`` for one whose price is not known."""
    models = {
        key: {
            "PROVIDER": "test",
            "NAME": key,
            **({} if price is None else {"PRICE": {"INPUT": price, "OUTPUT": price}}),
        }
        for key, price in {**PRICES, **prices}.items()
    }
    settings.WAGTAIL_LLM_ACTIONS = {**settings.WAGTAIL_LLM_ACTIONS, "MODELS": models}


def click(**values: Any) -> LLMRun:
    """Click as some editor; ``user`` and ``action`` choose whose and which."""
    user, llm_action = values.pop("user", None), values.pop("action", None)
    action = llm_action or LLMActionFactory(**{"max_tokens": 100, **values})
    return start_run(action, BlogPageFactory(), user=user)


def script(*steps: Step) -> None:
    """Let the next call answer so; the provider is another one after each change of the settings."""
    cast("ScriptedProvider", get_provider("test")).script(*steps)


def bought(tokens: int, **values: Any) -> LLMRun:
    """Click, and execute the run, which is billed for so many tokens."""
    run = click(**values)
    script("The tide.", Usage(input_tokens=tokens, output_tokens=0))
    execute(run.pk)
    run.refresh_from_db()
    return run


def counters(budget: LLMBudget) -> tuple[Decimal | int, Decimal | int]:
    """Return what is spent and reserved of a budget in its newest period, in US dollars."""
    period = LLMBudgetPeriod.objects.filter(budget=budget).latest("starts_on")
    return period.spent_usd, period.reserved_usd


def worst_usd(run: LLMRun) -> Decimal:
    """Return what was reserved for a run in each of its budgets."""
    (amount,) = set(LLMReservation.objects.filter(run=run).values_list("reserved_nano_usd"))
    return Decimal(amount[0]) / 10**9
