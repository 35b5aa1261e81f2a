"""Compare the counters of budgets with the sums that they stand for, and write these if they differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Q, Sum

from wagtail_llm_actions.database.locks import let_locks_expire
from wagtail_llm_actions.models import LLMBudgetPeriod
from wagtail_llm_actions.models.budget import to_usd

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """A counter that differs from its sum; amounts in US dollars."""

    period: LLMBudgetPeriod
    counted_usd: Decimal
    """Spent and reserved, as the counters say."""
    summed_usd: Decimal
    """The same, by the reservations of the runs."""


def verify(*, rebuild: bool = False) -> Iterator[Difference]:
    """Yield the days and months of budgets whose counters are wrong; safe while runs are under way.

    Args:
        rebuild: Whether to write the sums into the counters.
    """
    for pk in list(LLMBudgetPeriod.objects.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            let_locks_expire()
            # A write first: who else changes the counters waits, so that the sums are of one moment.
            row = LLMBudgetPeriod.objects.filter(pk=pk)
            if not row.update(spent_nano_usd=F("spent_nano_usd")):  # Its budget was deleted.
                continue
            period = LLMBudgetPeriod.objects.select_related("budget").get(pk=pk)
            sums = period.reservations.aggregate(
                spent=Sum("counted_nano_usd", default=0),
                reserved=Sum("reserved_nano_usd", filter=Q(settled_at=None), default=0),
            )
            spent = period.carried_nano_usd + sums["spent"]
            counted = (period.spent_nano_usd, period.reserved_nano_usd)
            if counted == (spent, sums["reserved"]):
                continue
            if rebuild:
                period.spent_nano_usd, period.reserved_nano_usd = spent, sums["reserved"]
                period.save(update_fields=["spent_nano_usd", "reserved_nano_usd"])
        yield Difference(
            period=period,
            counted_usd=to_usd(sum(counted)),
            summed_usd=to_usd(spent + sums["reserved"]),
        )
