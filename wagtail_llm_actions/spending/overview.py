"""How much is left of each budget, and where its day or month will end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import FilteredRelation, Q
from django.utils import timezone

from wagtail_llm_actions.models import LLMBudget
from wagtail_llm_actions.spending.counting import uncounted_periods
from wagtail_llm_actions.spending.periods import day_of, first_day, next_first_day, projected

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from wagtail_llm_actions.models import LLMBudgetPeriod


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


def budget_statuses() -> list[BudgetStatus]:
    """Return the status of all budgets, by one query.

    Budgets that no run has asked for in their period take one more, which adds up the runs.
    """
    now = timezone.now()
    is_current = Q()
    for period in LLMBudget.Period:
        is_current |= Q(period=period, periods__starts_on=first_day(period, day_of(now)))
    budgets = list(
        LLMBudget.objects.alias(
            current=FilteredRelation("periods", condition=is_current)
        ).select_related("group", "user", "action", "current")  # type: ignore[misc] # not of the model
    )
    # Where there is no row, Django sets no attribute.
    rows = {each.pk: each.current for each in budgets if hasattr(each, "current")}
    uncounted = [each for each in budgets if each.pk not in rows]
    rows |= {row.budget_id: row for row in uncounted_periods(uncounted, now)}
    return [_status(budget, rows[budget.pk]) for budget in budgets]


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
