"""Metrics of a set of runs: counts, rates, latencies, tokens and costs.

Runs of the playground (trigger *test*) are excluded throughout. Permissions are checked in
``admin/``.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Count, Q, Sum

from wagtail_llm_actions.errors import EXCLUDED_ERRORS
from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from wagtail_llm_actions.models.run_queryset import LLMRunQuerySet
    from wagtail_llm_actions.reporting.period import Period

Status, Trigger = LLMRun.Status, LLMRun.Trigger

COUNTED_TRIGGERS = (Trigger.EDITOR, Trigger.BULK)
"""Of the runs that every metric counts."""

TIMED_TRIGGERS = (Trigger.EDITOR,)
"""Of the runs whose latency counts: bulk runs may queue for hours while nobody waits."""

UNKNOWN_COST = Q(cost_usd=None, started_at__isnull=False) & ~Q(status__in=LLMRun.UNFINISHED)
"""A model was called, and the price or the token counts of a call are unknown."""

_COUNTS = {
    "runs": Count("pk"),
    **{status.value: Count("pk", filter=Q(status=status)) for status in Status},
    "excluded": Count("pk", filter=Q(error_code__in=EXCLUDED_ERRORS)),
    "accepted": Count(
        "pk", filter=Q(status=Status.SUCCEEDED, decision__in=LLMRun.ACCEPTED_DECISIONS)
    ),
    # The candidates of a click share their group. Only their rows are compared with each other.
    "proposed": Count("pk", filter=Q(status=Status.SUCCEEDED, candidate_group=None))
    + Count("candidate_group", filter=Q(status=Status.SUCCEEDED), distinct=True),
    "fallback_used": Count("pk", filter=Q(used_fallback=True)),
    "input_tokens": Sum("input_tokens"),
    "output_tokens": Sum("output_tokens"),
    "known_cost_usd": Sum("cost_usd"),
    "unknown_costs": Count("pk", filter=UNKNOWN_COST),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Metrics:
    """Metrics of a set of runs; see the glossary for how each is defined."""

    runs: int = 0
    queued: int = 0
    running: int = 0
    succeeded: int = 0
    failed: int = 0
    cancelled: int = 0
    excluded: int = 0
    """The failed runs that a limit stopped, or that found nothing to change."""
    accepted: int = 0
    """The succeeded runs whose output was accepted, as proposed or after editing."""
    proposed: int = 0
    """The clicks, and runs of bulk runs, that brought a text: candidates of a click count once."""
    fallback_used: int = 0
    input_tokens: int | None = None
    output_tokens: int | None = None
    known_cost_usd: Decimal | None = None
    """The sum of the known costs; ``None`` where no cost is known."""
    unknown_costs: int = 0
    """The runs that called a model and whose cost is unknown."""
    timed_runs: int = 0
    """The succeeded runs that the percentiles below are of."""
    median_seconds: float | None = None
    p95_seconds: float | None = None
    first_token_seconds: float | None = None
    """The median of the seconds from the click to the first token."""
    has_approximate_times: bool = False
    """Whether the percentiles are from a histogram, and may be off by 4 %."""

    @property
    def in_progress(self) -> int:
        """The runs that are queued or running."""
        return self.queued + self.running

    @property
    def rated(self) -> int:
        """The denominator of the success rate: succeeded and failed runs but for the excluded ones."""
        return self.succeeded + self.failed - self.excluded

    @property
    def success_rate(self) -> float | None:
        """Succeeded ÷ rated; ``None`` for 0 ÷ 0."""
        return _rate(self.succeeded, self.rated)

    @property
    def acceptance_rate(self) -> float | None:
        """Accepted ÷ proposed; ``None`` for 0 ÷ 0."""
        return _rate(self.accepted, self.proposed)

    @property
    def cost_usd(self) -> Decimal | None:
        """The known cost; ``None`` where runs cost something and no cost is known."""
        if self.known_cost_usd is None and not self.unknown_costs:
            return Decimal(0)
        return self.known_cost_usd

    @property
    def cost_per_accepted(self) -> Decimal | None:
        """US dollars of all runs, failed ones included, per accepted output."""
        if self.cost_usd is None or not self.accepted:
            return None
        return self.cost_usd / self.accepted


def counted_runs(period: Period) -> LLMRunQuerySet:
    """Return the runs that were queued in a period, without those of the playground."""
    start, end = period.bounds
    runs = LLMRun.objects.filter(queued_at__gte=start, queued_at__lt=end)
    # Not by the triggers that count: SQLite would take their index rather than one of what else is asked.
    return runs.exclude(trigger=Trigger.TEST).order_by()


def aggregate(runs: QuerySet[LLMRun]) -> Metrics:
    """Return the metrics of a set of runs, latencies excepted, by one query."""
    return Metrics(**runs.aggregate(**_COUNTS))


def _rate(part: int, whole: int) -> float | None:
    return part / whole if whole else None
