"""Metrics of the runs of a period: counts, rates, latencies, tokens and costs.

Runs of the playground (trigger *test*) are excluded throughout. Permissions are checked in
``admin/``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Count, F, Q, Sum, When
from django.db.models.functions import Coalesce

from wagtail_llm_actions.errors import ErrorCode
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.reporting.latency import Latencies, group_latencies
from wagtail_llm_actions.reporting.period import Period
from wagtail_llm_actions.spending.periods import day_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from django.db.models import QuerySet

Status, Decision, Trigger = LLMRun.Status, LLMRun.Decision, LLMRun.Trigger

COUNTED_TRIGGERS = (Trigger.EDITOR, Trigger.BULK)
"""Of the runs that every metric counts."""

TIMED_TRIGGERS = (Trigger.EDITOR,)
"""Of the runs whose latency counts: bulk runs may queue for hours while nobody waits."""

UNKNOWN_COST = Q(cost_usd=None, started_at__isnull=False) & ~Q(status__in=LLMRun.UNFINISHED)
"""A model was called, and the price or the token counts of a call are unknown."""

LIMIT_EXCEEDED = Q(error_code=ErrorCode.LIMIT_REACHED)
"""Stopped by a limit of the site, which says nothing about the model or the action."""

# The current label while the action exists, else the one that its runs recorded.
ACTION_NAME = Coalesce("action__label", "action_label")

DIMENSIONS: dict[str, tuple[Any, ...]] = {
    "action": (F("action_id"), ACTION_NAME),
    "model": (F("model_key"),),
    "user": (F("user_id"),),
    "page_type": (F("target_content_type_id"),),
    "error": (F("error_code"),),
}
"""What runs can be grouped by: a key, and a name where the key alone does not identify the group
(deleted actions have no key)."""

_COUNTS = {
    "runs": Count("pk"),
    **{status.value: Count("pk", filter=Q(status=status)) for status in Status},
    "limit_exceeded": Count("pk", filter=LIMIT_EXCEEDED),
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
    limit_exceeded: int = 0
    """The failed runs that a limit stopped."""
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

    @property
    def in_progress(self) -> int:
        """The runs that are queued or running."""
        return self.queued + self.running

    @property
    def judged(self) -> int:
        """The denominator of the success rate: succeeded and failed runs that no limit stopped."""
        return self.succeeded + self.failed - self.limit_exceeded

    @property
    def success_rate(self) -> float | None:
        """Succeeded ÷ (succeeded + failed), limits excluded; ``None`` for 0 ÷ 0."""
        return _rate(self.succeeded, self.judged)

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


@dataclass(frozen=True, slots=True)
class Group:
    """The runs that share an action, a model, a user, a page type or an error code."""

    key: Any
    name: str
    metrics: Metrics


@dataclass(frozen=True, slots=True)
class Day:
    """The runs of one day."""

    day: date
    metrics: Metrics
    costs: Mapping[str, Decimal]
    """Known costs in US dollars by model key."""


def counted_runs(period: Period) -> QuerySet[LLMRun]:
    """Return the runs that were queued in a period, without those of the playground."""
    start, end = period.bounds
    runs = LLMRun.objects.filter(queued_at__gte=start, queued_at__lt=end)
    return runs.filter(trigger__in=COUNTED_TRIGGERS).order_by()


def aggregate(runs: QuerySet[LLMRun]) -> Metrics:
    """Return the metrics of a set of runs, latencies excepted, by one query."""
    return Metrics(**runs.aggregate(**_COUNTS))


class Usage:
    """The metrics of one period; each is computed on first access and cached."""

    def __init__(self, period: Period) -> None:
        self.period = period

    @cached_property
    def counts(self) -> Metrics:
        """The metrics of all runs, without latencies, which would read every run."""
        return aggregate(counted_runs(self.period))

    @cached_property
    def totals(self) -> Metrics:
        """The metrics of all runs."""
        return replace(self.counts, **self._latency("total", ()))

    @cached_property
    def days(self) -> list[Day]:
        """Every day of the period, including days without runs."""
        rows = {row.pop("day_index"): row for row in self._by_day().annotate(**_COUNTS)}
        priced = self._by_day().filter(cost_usd__isnull=False).values_list("day_index", "model_key")
        costs: dict[int, dict[str, Decimal]] = {}
        for index, model_key, cost in priced.annotate(cost=Sum("cost_usd")):
            costs.setdefault(index, {})[model_key] = cost
        return [
            Day(
                day,
                Metrics(**rows.get(index, {}), **self._latency("day", (day,))),
                costs.get(index, {}),
            )
            for index, day in enumerate(self.period.days)
        ]

    def by(self, dimension: str) -> list[Group]:
        """Return the runs in groups, those with the most runs first.

        Args:
            dimension: A key of ``DIMENSIONS``.
        """
        runs = counted_runs(self.period)
        if dimension == "error":
            runs = runs.exclude(error_code="")
        names = [f"key{number}" for number, _ in enumerate(DIMENSIONS[dimension])]
        keys = dict(zip(names, DIMENSIONS[dimension], strict=True))
        rows: Any = runs.values(**keys).annotate(**_COUNTS)
        groups = []
        # Databases differ in where they sort null.
        order = [F(name).asc(nulls_last=True) for name in names]
        for row in rows.order_by("-runs", *order):
            key = tuple(row.pop(name) for name in names)
            metrics = Metrics(**row, **self._latency(dimension, key))
            groups.append(Group(key[0], str(key[-1]), metrics))
        return groups

    def dismiss_reasons(self) -> list[tuple[str, int]]:
        """Return how many texts were dismissed for each reason, the most frequent first."""
        runs = counted_runs(self.period).exclude(dismiss_reason="")
        counts = runs.values_list("dismiss_reason").annotate(count=Count("pk"))
        return list(counts.order_by("-count", "dismiss_reason"))

    def _by_day(self) -> Any:
        # Not by TruncDate: without time zone tables, MariaDB and MySQL answer NULL.
        ends = [Period(day, day).bounds[1] for day in self.period.days]
        cases = [When(queued_at__lt=end, then=index) for index, end in enumerate(ends)]
        return counted_runs(self.period).values(day_index=Case(*cases))

    def _latency(self, dimension: str, key: tuple[Any, ...]) -> dict[str, Any]:
        return self._latencies.get((dimension, key), Latencies()).percentiles()

    @cached_property
    def _latencies(self) -> Mapping[tuple[str, tuple[Any, ...]], Latencies]:
        return group_latencies(self._timed_runs())

    def _timed_runs(self) -> Iterator[tuple[Any, Any, Any, list[tuple[str, tuple[Any, ...]]]]]:
        rows = (
            counted_runs(self.period)
            .filter(status=Status.SUCCEEDED, trigger__in=TIMED_TRIGGERS)
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
