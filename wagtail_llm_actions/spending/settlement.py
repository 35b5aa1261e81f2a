"""Settle reservations: what an ended run was billed takes the place of what it might have cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils import timezone

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
    _settle_all(_unsettled().filter(run__in=list(run_ids)))


def settle_left() -> None:
    """Settle what the processes that ended the runs could not: they were killed, or had no database."""
    _settle_all(_unsettled()[:MAX_SETTLED])


def _unsettled() -> QuerySet[LLMReservation]:
    """Return the open reservations of runs that have ended, or are no more, in the order of locks.

    See ``reserve.periods_for``: the requests of a site may be transactions.
    """
    reservations = LLMReservation.objects.filter(settled_at=None)
    return (
        reservations.exclude(run__status__in=LLMRun.UNFINISHED)
        .select_related("run", "period__budget")
        .order_by("period__budget_id", "period_id", "pk")
    )


def _settle_all(reservations: QuerySet[LLMReservation]) -> None:
    for reservation in reservations:
        _settle(reservation)


def _settle(reservation: LLMReservation) -> None:
    counted = counted_nano_usd(reservation)
    with transaction.atomic():
        # The row of the period first, as everywhere: two that lock in turns would wait for each other.
        LLMBudgetPeriod.objects.filter(pk=reservation.period_id).update(
            spent_nano_usd=F("spent_nano_usd") + counted,
            reserved_nano_usd=F("reserved_nano_usd") - reservation.reserved_nano_usd,
        )
        row = LLMReservation.objects.filter(pk=reservation.pk, settled_at=None)
        if not row.update(settled_at=timezone.now(), counted_nano_usd=counted):
            # Of several processes that see the end of a run, the first has settled it.
            transaction.set_rollback(True)
            return
    tell_of_spending(reservation.period_id)
