"""What runs were used for, how they went and what they cost: all numbers of the report.

Runs that test an action are left out of everything. A reader in ``admin/`` decides who may see
which of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from wagtail_llm_actions.errors import ErrorCode
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.reporting.latency import Durations, collect
from wagtail_llm_actions.reporting.period import day_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from django.db.models import QuerySet

    from wagtail_llm_actions.reporting.period import Period

Status, Decision = LLMRun.Status, LLMRun.Decision

ACCEPTED_DECISIONS = (Decision.ACCEPTED, Decision.EDITED)
COST_UNKNOWN = Q(cost_usd=None, started_at__isnull=False)
"""A model was called, and nobody knows for how much."""

REFUSED = Q(error_code=ErrorCode.LIMIT_REACHED)
"""Failed for a limit of the site's own, which says nothing about the model or the action."""

# Under today's name while the action exists, else under its last one.
ACTION_NAME = Coalesce("action__label", "action_label")

DIMENSIONS: dict[str, tuple[Any, ...]] = {
    "action": (F("action_id"), ACTION_NAME),
    "model": (F("model_key"),),
    "user": (F("user_id"),),
    "page_type": (F("target_content_type_id"),),
    "error": (F("error_code"),),
}
"""What runs can be grouped by: a key, and where it is not enough to know it by, a name."""

_COUNTS = {
    "runs": Count("pk"),
    **{status.value: Count("pk", filter=Q(status=status)) for status in Status},
    "refused": Count("pk", filter=REFUSED),
    "kept": Count("pk", filter=Q(status=Status.SUCCEEDED, decision__in=ACCEPTED_DECISIONS)),
    "used_fallback_count": Count("pk", filter=Q(used_fallback=True)),
    "tokens_in": Sum("input_tokens"),
    "tokens_out": Sum("output_tokens"),
    "known_cost": Sum("cost_usd"),
    "unknown_costs": Count("pk", filter=COST_UNKNOWN),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Metrics:
    """The numbers of some runs; percentiles are of those that succeeded, bulk runs left out."""

    runs: int = 0
    queued: int = 0
    running: int = 0
    succeeded: int = 0
    failed: int = 0
    cancelled: int = 0
    refused: int = 0
    kept: int = 0
    used_fallback_count: int = 0
    tokens_in: int | None = None
    tokens_out: int | None = None
    known_cost: Decimal | None = None
    unknown_costs: int = 0
    median_seconds: float | None = None
    p95_seconds: float | None = None
    first_text_seconds: float | None = None

    @property
    def success_rate(self) -> float | None:
        """Of the runs that ended by themselves, how many with a text; no limit refused them."""
        return _rate(self.succeeded, self.succeeded + self.failed - self.refused)

    @property
    def kept_rate(self) -> float | None:
        """Of the texts that were proposed, how many an editor put into the field."""
        return _rate(self.kept, self.succeeded)

    @property
    def cost_usd(self) -> Decimal | None:
        """What is known of the cost; ``None`` where nothing of it is."""
        if self.known_cost is None and not self.unknown_costs:
            return Decimal(0)
        return self.known_cost

    @property
    def cost_per_kept(self) -> Decimal | None:
        """The cost of everything, failures included, for each text that was kept."""
        if self.cost_usd is None or not self.kept:
            return None
        return self.cost_usd / self.kept


@dataclass(frozen=True, slots=True)
class Group:
    """The runs that share an action, a model, a user, a page type or an error."""

    key: Any
    name: str
    figures: Metrics


@dataclass(frozen=True, slots=True)
class Day:
    """The runs of a day, and the known costs by model."""

    day: date
    figures: Metrics
    costs: Mapping[str, Decimal]


def counted_runs(period: Period) -> QuerySet[LLMRun]:
    """Return the runs of a period that are counted."""
    start, end = period.bounds
    runs = LLMRun.objects.filter(queued_at__gte=start, queued_at__lt=end)
    return runs.exclude(trigger=LLMRun.Trigger.TEST).order_by()


def aggregate(runs: QuerySet[LLMRun]) -> Metrics:
    """Return the numbers of some runs, without their times."""
    return Metrics(**runs.aggregate(**_COUNTS))


class Usage:
    """The figures of one period; each is asked for when it is needed, and once."""

    def __init__(self, period: Period) -> None:
        self.period = period

    @cached_property
    def counts(self) -> Metrics:
        """All runs of the period without their times, for which every run is read."""
        return aggregate(counted_runs(self.period))

    @cached_property
    def totals(self) -> Metrics:
        """All runs of the period."""
        return replace(self.counts, **self._times("total", ()))

    @cached_property
    def days(self) -> list[Day]:
        """Every day of the period, also those without runs."""
        rows = {row.pop("day"): row for row in self._by_day().annotate(**_COUNTS)}
        priced = self._by_day().filter(cost_usd__isnull=False).values_list("day", "model_key")
        costs: dict[date, dict[str, Decimal]] = {}
        for day, model_key, cost in priced.annotate(cost=Sum("cost_usd")):
            costs.setdefault(day, {})[model_key] = cost
        return [
            Day(
                day,
                Metrics(**rows.get(day, {}), **self._times("day", (day,))),
                costs.get(day, {}),
            )
            for day in self.period.days
        ]

    def by(self, dimension: str) -> list[Group]:
        """Return the runs in groups, the largest first.

        Args:
            dimension: One of ``DIMENSIONS``.
        """
        runs = counted_runs(self.period)
        if dimension == "error":
            runs = runs.exclude(error_code="")
        names = [f"key{number}" for number, _ in enumerate(DIMENSIONS[dimension])]
        keys = dict(zip(names, DIMENSIONS[dimension], strict=True))
        rows: Any = runs.values(**keys).annotate(**_COUNTS)
        groups = []
        # Databases differ in where they put null.
        order = [F(name).asc(nulls_last=True) for name in names]
        for row in rows.order_by("-runs", *order):
            key = tuple(row.pop(name) for name in names)
            figures = Metrics(**row, **self._times(dimension, key))
            groups.append(Group(key[0], str(key[-1]), figures))
        return groups

    def _by_day(self) -> Any:
        day = TruncDate("queued_at", tzinfo=timezone.get_default_timezone())
        return counted_runs(self.period).values(day=day)

    def _times(self, dimension: str, key: tuple[Any, ...]) -> dict[str, Any]:
        return self._durations.get((dimension, key), Durations()).values()

    @cached_property
    def _durations(self) -> Mapping[tuple[str, tuple[Any, ...]], Durations]:
        return collect(self._succeeded())

    def _succeeded(self) -> Iterator[tuple[Any, Any, Any, list[tuple[str, tuple[Any, ...]]]]]:
        rows = (
            counted_runs(self.period)
            .filter(status=Status.SUCCEEDED)
            # For hours in the queue, while nobody waits.
            .exclude(trigger=LLMRun.Trigger.BULK)
            .values_list(
                "queued_at",
                "finished_at",
                "first_token_at",
                *(part for parts in DIMENSIONS.values() for part in parts),
            )
        )
        for queued_at, finished_at, first_token_at, *values in rows.iterator():
            left = iter(values)
            keys: list[tuple[str, tuple[Any, ...]]] = [
                ("total", ()),
                ("day", (day_of(queued_at),)),
                *((name, tuple(next(left) for _ in parts)) for name, parts in DIMENSIONS.items()),
            ]
            yield queued_at, finished_at, first_token_at, keys


def _rate(part: int, whole: int) -> float | None:
    return part / whole if whole else None
