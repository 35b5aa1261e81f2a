"""How much is left of each budget, and where its day or month will end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

from wagtail_llm_actions.models import LLMBudget, LLMBudgetPeriod
from wagtail_llm_actions.spending.counting import uncounted_period
from wagtail_llm_actions.spending.periods import day_of, first_day, next_first_day, projected

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from decimal import Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class BudgetStatus:
    """A budget in its present day or month; amounts in US dollars."""

    budget: LLMBudget
    spent_usd: Decimal
    reserved_usd: Decimal
    """What runs under way may cost at most."""
    left_usd: Decimal
    """Neither spent nor reserved; at least 0."""
    projected_usd: Decimal | None
    """Spent at the end, if it goes on at the same pace; ``None`` at the beginning."""
    starts_anew_on: date

    @property
    def percent_spent(self) -> int:
        """Of the amount, rounded down."""
        return int(100 * self.spent_usd / self.budget.amount_usd)


def budget_statuses(budgets: Iterable[LLMBudget] | None = None) -> list[BudgetStatus]:
    """Return the status of budgets, of all by default, by two queries.

    A budget that no run has asked for in its period takes one more, which adds up the runs.
    """
    if budgets is None:
        budgets = LLMBudget.objects.select_related("group", "user", "action")
    budgets, now = list(budgets), timezone.now()
    today = day_of(now)
    starts = {budget.pk: first_day(budget.period, today) for budget in budgets}
    rows = LLMBudgetPeriod.objects.filter(budget__in=starts, starts_on__in=set(starts.values()))
    found = {(row.budget_id, row.starts_on): row for row in rows}
    return [
        _status(budget, found.get((budget.pk, starts[budget.pk])) or uncounted_period(budget, now))
        for budget in budgets
    ]


def _status(budget: LLMBudget, row: LLMBudgetPeriod) -> BudgetStatus:
    row.budget = budget
    return BudgetStatus(
        budget=budget,
        spent_usd=row.spent_usd,
        reserved_usd=row.reserved_usd,
        left_usd=row.left_usd,
        projected_usd=projected(row.spent_usd, budget.period, row.starts_on, timezone.now()),
        starts_anew_on=next_first_day(budget.period, row.starts_on),
    )
