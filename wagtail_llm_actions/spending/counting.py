"""The counters of budgets: one row for each period, and what an ended run counts as."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q, Sum, Value

from wagtail_llm_actions.models import LLMBudget, LLMBudgetPeriod, LLMReservation, LLMRun
from wagtail_llm_actions.models.budget import to_nano
from wagtail_llm_actions.spending.periods import bounds, day_of, first_day
from wagtail_llm_actions.spending.worst_case import assumed_nano_usd

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from wagtail_llm_actions.models import LLMAttempt
    from wagtail_llm_actions.models.run_queryset import LLMRunQuerySet


def current_period(budget: LLMBudget, when: datetime) -> LLMBudgetPeriod | None:
    """Lock and return the row of a budget for the period that holds a moment; the first call makes it.

    A new row counts what the runs of the period have cost already, since a budget may be newer than
    they are. Those under way are added when they end. It is ``None`` if the budget was deleted meanwhile.
    """
    starts_on = first_day(budget.period, day_of(when))
    rows = budget.periods.filter(starts_on=starts_on)
    period = rows.select_for_update().first() or _new_period(budget, starts_on)
    if period:
        period.budget = budget
    return period


def _new_period(budget: LLMBudget, starts_on: date) -> LLMBudgetPeriod | None:
    with transaction.atomic():
        # Who deletes the budget, or makes the same row, waits until this is committed, or was faster.
        if not LLMBudget.objects.select_for_update().filter(pk=budget.pk).first():
            return None
        rows = LLMBudgetPeriod.objects.select_for_update()
        period, is_new = rows.get_or_create(budget=budget, starts_on=starts_on)
        if is_new:
            runs = runs_of(period)
            LLMReservation.objects.bulk_create(
                LLMReservation(period=period, run=run, reserved_nano_usd=0, call_nano_usd=0)
                for run in runs.unfinished().only("pk")
            )
            # Of the same moment: a run that has ended since is settled, not carried.
            carried = carried_nano_usd(runs.exclude(reservations__period=period))
            period.carried_nano_usd = period.spent_nano_usd = carried
            period.save(update_fields=["carried_nano_usd", "spent_nano_usd"])
    return period


def uncounted_periods(budgets: Sequence[LLMBudget], when: datetime) -> list[LLMBudgetPeriod]:
    """Return, unsaved, what the rows of periods would hold in which no run has asked for the budgets yet.

    It takes one query, with a part for each budget, which the index of its scope answers.
    """
    today = day_of(when)
    periods = [
        LLMBudgetPeriod(budget=budget, starts_on=first_day(budget.period, today))
        for budget in budgets
    ]
    parts = [
        runs_of(period)
        .finished()
        .values(budget=Value(period.budget_id))
        .annotate(total=Sum("cost_usd"))
        for period in periods
    ]
    rows = parts[0].union(*parts[1:]).order_by() if parts else ()
    totals = {row["budget"]: row["total"] for row in rows}
    for period in periods:
        cost = to_nano(totals.get(period.budget_id) or Decimal(0))
        period.carried_nano_usd = period.spent_nano_usd = cost
    return periods


def carried_nano_usd(runs: LLMRunQuerySet) -> int:
    """Return what those of some runs that have ended have cost, as far as it is known."""
    return to_nano(runs.finished().aggregate(total=Sum("cost_usd"))["total"] or Decimal(0))


def runs_of(period: LLMBudgetPeriod) -> LLMRunQuerySet:
    """Return the runs that a budget counts in a period, by the groups that users have now."""
    budget = period.budget
    start, end = bounds(budget.period, period.starts_on)
    scope = {
        LLMBudget.Scope.SITE: Q(),
        LLMBudget.Scope.GROUP: Q(user__groups=budget.group_id),
        LLMBudget.Scope.USER: Q(user=budget.user_id),
        LLMBudget.Scope.ACTION: Q(action=budget.action_id),
    }[LLMBudget.Scope(budget.scope)]
    return LLMRun.objects.filter(scope, queued_at__gte=start, queued_at__lt=end).order_by()


def counted_nano_usd(reservation: LLMReservation) -> int:
    """Return what an ended run counts as in a budget: what it was billed, as far as that is known.

    A call whose cost is unknown counts by the price that the budget assumes, or else as much as a call
    of the run may cost at most; all of these together as no more than what is left of what was reserved.
    A run that was deleted counts as what was reserved for it.
    """
    run, reserved = reservation.run, reservation.reserved_nano_usd
    if run is None:
        return reserved
    if run.cost_usd is not None:
        return to_nano(run.cost_usd)
    calls = [_call_nano_usd(attempt, reservation) for attempt in run.attempts.all()]
    known = sum(call for call in calls if call is not None)
    unknown = calls.count(None) * reservation.call_nano_usd
    return known + min(unknown, max(0, reserved - known))


def _call_nano_usd(attempt: LLMAttempt, reservation: LLMReservation) -> int | None:
    if attempt.cost_usd is not None:
        return to_nano(attempt.cost_usd)
    price = reservation.period.budget.assumed_price_usd
    if price is None or attempt.input_tokens is None or attempt.output_tokens is None:
        return None
    return assumed_nano_usd(attempt.input_tokens + attempt.output_tokens, price)
