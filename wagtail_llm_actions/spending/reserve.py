"""Reserve what runs may cost at most, in each budget that applies, before anything is spent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import BigIntegerField, ExpressionWrapper, F, Q

from wagtail_llm_actions.database.locks import let_locks_expire
from wagtail_llm_actions.errors import BudgetReached, PriceUnknownForBudget
from wagtail_llm_actions.models import LLMBudget, LLMBudgetPeriod, LLMReservation
from wagtail_llm_actions.spending.counting import current_period
from wagtail_llm_actions.spending.periods import next_first_day
from wagtail_llm_actions.spending.worst_case import PriceUnknown, WorstCase, worst_case

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wagtail_llm_actions.models import LLMRun
    from wagtail_llm_actions.spending.worst_case import Calls

FREE = WorstCase(run_nano_usd=0, call_nano_usd=0)


def periods_for(run: LLMRun) -> list[LLMBudgetPeriod]:
    """Lock and return the present days and months of the budgets that a run counts in, inside a transaction.

    Takes one query where there is no budget. Whoever locks rows of several budgets does so by the budgets'
    keys, and for each a budget before its periods, so that no two transactions wait for each other.

    Returns:
        In the order in which the budgets are asked.
    """
    # Asking for those that apply takes three times the processor time, at each click.
    if not LLMBudget.objects.exists():
        return []
    let_locks_expire()
    scopes = Q(scope=LLMBudget.Scope.SITE)
    if run.action_id is not None:
        scopes |= Q(scope=LLMBudget.Scope.ACTION, action=run.action_id)
    if run.user is not None:
        scopes |= Q(scope=LLMBudget.Scope.USER, user=run.user_id)
        scopes |= Q(scope=LLMBudget.Scope.GROUP, group__in=run.user.groups.all())
    budgets = LLMBudget.objects.filter(scopes).order_by("pk")
    periods = [period for budget in budgets if (period := current_period(budget, run.queued_at))]
    return sorted(
        periods, key=lambda period: LLMBudget.AtLimit.values.index(period.budget.at_limit)
    )


def reserve(
    periods: Sequence[LLMBudgetPeriod],
    attempts: Sequence[Calls],
    repairs: Sequence[Calls],
    *,
    count: int = 1,
    is_cheaper: bool = False,
) -> list[LLMReservation]:
    """Reserve the worst case of runs of one click in budgets, inside a transaction.

    Where a budget refuses, what was reserved in others has to be rolled back.

    Args:
        periods: Of the budgets, in the order in which they are asked.
        attempts: The calls that each run may make, as for ``worst_case``.
        repairs: Of which each run may make one.
        count: The number of runs.
        is_cheaper: Whether they take the cheaper model, which budgets that ask for it let through.

    Returns:
        One unsaved reservation for each budget that was not deleted meanwhile, without its run.

    Raises:
        BudgetReached: One has too little left.
        PriceUnknownForBudget: Nobody could tell what the runs cost.
    """
    reservations = []
    for period in periods:
        budget = period.budget
        most = _worst_case(budget, attempts, repairs)
        is_binding = budget.at_limit == LLMBudget.AtLimit.REFUSE or (
            budget.at_limit == LLMBudget.AtLimit.CHEAPER_MODEL and not is_cheaper
        )
        total = most.run_nano_usd * count
        # What costs nothing, such as a local model, is never refused.
        if not _raise_reserved(period, total, is_binding=is_binding and total > 0):
            continue
        reservations.append(
            LLMReservation(
                period=period,
                reserved_nano_usd=most.run_nano_usd,
                call_nano_usd=most.call_nano_usd,
            )
        )
    return reservations


def _worst_case(
    budget: LLMBudget, attempts: Sequence[Calls], repairs: Sequence[Calls]
) -> WorstCase:
    try:
        return worst_case(attempts, repairs, budget.assumed_price_usd)
    except PriceUnknown as error:
        if budget.at_limit == LLMBudget.AtLimit.WARN:
            return FREE
        raise PriceUnknownForBudget(error.model_key) from None


def _raise_reserved(period: LLMBudgetPeriod, total: int, *, is_binding: bool) -> bool:
    """Reserve in one budget; return whether the budget still exists."""
    budget = period.budget
    rows = LLMBudgetPeriod.objects.filter(pk=period.pk)
    if is_binding:
        most = budget.amount_nano_usd - total
        # Django takes the sum of two columns for 32 bits, and would leave out what is above them.
        taken = F("spent_nano_usd") + F("reserved_nano_usd")
        rows = rows.alias(taken=ExpressionWrapper(taken, output_field=BigIntegerField()))
        rows = rows.filter(taken__lte=most)
    if rows.update(reserved_nano_usd=F("reserved_nano_usd") + total):
        return True
    # Locked, so that it is read as the update has found it.
    found = LLMBudgetPeriod.objects.select_for_update().filter(pk=period.pk).first()
    if found is None:
        return False
    raise BudgetReached(
        period_id=period.pk,
        scope=budget.scope,
        period=budget.period,
        ends_on=next_first_day(budget.period, period.starts_on),
        is_reserved=found.spent_nano_usd + total <= budget.amount_nano_usd,
        exceeds_amount=total > budget.amount_nano_usd,
        allows_cheaper_model=budget.at_limit == LLMBudget.AtLimit.CHEAPER_MODEL,
    )
