"""Settle reservations: what an ended run was billed takes the place of what it might have cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from wagtail_llm_actions.database.locks import let_locks_expire, unlocked
from wagtail_llm_actions.models import LLMBudgetPeriod, LLMReservation, LLMRun
from wagtail_llm_actions.spending.counting import counted_nano_usd
from wagtail_llm_actions.spending.notices import tell_of_spending

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from django.db.models import QuerySet

MAX_SETTLED = 1_000
"""So many are settled by one recovery at most; the next one goes on."""


def settle(run_ids: Iterable[UUID]) -> None:
    """Settle the reservations of those of some runs that have ended; doing it again changes nothing."""
    for reservation in unsettled().filter(run__in=list(run_ids)):
        _settle(reservation)


def settle_left() -> None:
    """Settle what the processes that ended the runs could not: they were killed, or had no database.

    What another transaction has locked is left for the next time: it may be that of a frozen process.
    """
    for reservation in unsettled()[:MAX_SETTLED]:
        _settle(reservation, waits=False)


def unsettled() -> QuerySet[LLMReservation]:
    """Return the open reservations of runs that have ended, or are no more, in the order of locks.

    See ``reserve.periods_for``: the requests of a site may be transactions.
    """
    reservations = LLMReservation.objects.filter(settled_at=None)
    return (
        reservations.exclude(run__status__in=LLMRun.UNFINISHED)
        .select_related("run", "period__budget")
        .order_by("period__budget_id", "period_id", "pk")
    )


def _settle(reservation: LLMReservation, *, waits: bool = True) -> None:
    counted = counted_nano_usd(reservation)
    period = LLMBudgetPeriod.objects.filter(pk=reservation.period_id)
    row = LLMReservation.objects.filter(pk=reservation.pk, settled_at=None)
    with transaction.atomic():
        let_locks_expire()
        if not waits:
            period, row = unlocked(period), unlocked(row)
        # The row of the period first, as everywhere: two that lock in turns would wait for each other.
        is_counted = period.update(
            spent_nano_usd=F("spent_nano_usd") + counted,
            reserved_nano_usd=F("reserved_nano_usd") - reservation.reserved_nano_usd,
        )
        if not is_counted or not row.update(settled_at=timezone.now(), counted_nano_usd=counted):
            # Locked; or of several processes that see the end of a run, the first has settled it.
            transaction.set_rollback(True)
            return
    tell_of_spending(reservation.period_id)
