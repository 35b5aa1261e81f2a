"""An end to reservations: of a day or month that is over, its counters are enough."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from wagtail_llm_actions.models import LLMBudget, LLMBudgetPeriod, LLMReservation
from wagtail_llm_actions.retention.work import Work
from wagtail_llm_actions.spending.periods import day_of, first_day


class ReservationDeletion(Work):
    """The settled reservations of a period that is over are deleted; what they counted is carried by the period.

    Args:
        period_id: The primary key of the day or month of a budget.
    """

    verb = "delete"
    noun = "reservation"

    def __init__(self, period_id: int) -> None:
        self._period = LLMBudgetPeriod.objects.filter(pk=period_id)
        self._settled = LLMReservation.objects.filter(period=period_id, settled_at__isnull=False)

    def due(self) -> QuerySet[LLMReservation]:
        """Return them; those of runs that are still under way are left for later."""
        return self._settled.order_by("pk")

    def lock(self) -> None:
        """Lock the period, as whoever settles a reservation does, or deletes or verifies a budget."""
        self._period.select_for_update().first()

    def do(self, keys: list[int]) -> None:
        """Delete some, so that the counters stay the sums of what is left."""
        rows = self._settled.filter(pk__in=keys)
        counted = rows.aggregate(total=Sum("counted_nano_usd", default=0))["total"]
        self._period.update(carried_nano_usd=F("carried_nano_usd") + counted)
        rows._raw_delete(rows.db)


def reservation_deletions() -> list[Work]:
    """Return what is due for the days and months of budgets that are over, by one query."""
    today = day_of(timezone.now())
    is_over = Q()
    for period in LLMBudget.Period.values:
        is_over |= Q(budget__period=period, starts_on__lt=first_day(period, today))
    settled = LLMReservation.objects.filter(period=OuterRef("pk"), settled_at__isnull=False)
    periods = LLMBudgetPeriod.objects.filter(is_over, Exists(settled)).order_by("pk")
    return [ReservationDeletion(pk) for pk in periods.values_list("pk", flat=True)]
