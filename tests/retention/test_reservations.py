"""Of a day or month of a budget that is over, the counters stay, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from io import StringIO
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command
from django.db.models import F

from tests.factories import LLMBudgetFactory
from tests.spending.buying import bought, click, counters, script, with_prices
from wagtail_llm_actions.generation import Usage
from wagtail_llm_actions.models import LLMBudget, LLMBudgetPeriod, LLMReservation
from wagtail_llm_actions.retention.prune import prune
from wagtail_llm_actions.retention.reservations import reservation_deletions
from wagtail_llm_actions.runs.lifecycle.execute import execute
from wagtail_llm_actions.spending.verification import verify
from wagtail_llm_actions.tasks import prune_history

if TYPE_CHECKING:
    from pytest_django import Settings

    from tests.kept_queue import KeptQueue

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _prices(settings: Settings, kept_queue: type[KeptQueue]) -> None:
    with_prices(settings)


def end(budget: LLMBudget, days: int) -> None:
    """Let the present day or month of a budget have begun so many days earlier."""
    LLMBudgetPeriod.objects.filter(budget=budget).update(
        starts_on=F("starts_on") - timedelta(days=days)
    )


def of(budget: LLMBudget) -> int:
    return LLMReservation.objects.filter(period__budget=budget).count()


@pytest.mark.parametrize(("period", "days"), [("day", 1), ("month", 31)])
def test_settled_reservations_are_deleted_when_their_period_is_over(period: str, days: int) -> None:
    budget = LLMBudgetFactory(amount_usd=100, period=period)
    present = LLMBudgetFactory(amount_usd=100, period=period)
    bought(1_000)
    bought(2_000)
    late = click()
    prune_history()
    assert (of(budget), of(present)) == (3, 3)
    end(budget, days)

    prune_history()

    assert (of(budget), of(present)) == (1, 3), "that of the run under way, and all of the present"
    assert counters(budget)[0] == 3
    assert list(verify()) == []
    script("The tide.", Usage(input_tokens=1_000, output_tokens=0))
    execute(late.pk)
    prune_history()
    assert of(budget) == 0
    assert counters(budget) == (Decimal(4), 0)
    assert list(verify()) == []


def test_many_are_deleted_in_batches_and_the_command_says_how_many() -> None:
    budget = LLMBudgetFactory(amount_usd=100, period="day")
    for _ in range(3):
        bought(1_000)
    end(budget, 1)
    (work,) = reservation_deletions()

    assert work.do_batch(2) == 2

    assert counters(budget) == (Decimal(3), 0)
    assert list(verify()) == []
    stdout = StringIO()
    call_command("llm_actions_prune", dry_run=True, stdout=stdout)
    call_command("llm_actions_prune", stdout=stdout)
    assert stdout.getvalue().splitlines() == [
        "Would redact 0 runs, delete 0 runs, anonymise 0 runs and delete 1 reservation.",
        "Done: redacted 0 runs, deleted 0 runs, anonymised 0 runs and deleted 1 reservation.",
    ]
    assert counters(budget) == (Decimal(3), 0)


def test_a_budget_that_is_deleted_meanwhile_leaves_nothing_to_do() -> None:
    budget = LLMBudgetFactory(amount_usd=100, period="day")
    bought(1_000)
    end(budget, 1)
    works = reservation_deletions()
    budget.delete()

    prune(works)

    assert not LLMReservation.objects.exists()
