"""The metrics of a period: in total, of each day and in groups."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from wagtail_llm_actions.models import LLMRunRollup
from wagtail_llm_actions.reporting.period import Period
from wagtail_llm_actions.reporting.reading import PeriodSums, read_rollups, stored_spans, tally_runs
from wagtail_llm_actions.reporting.tally import ESTIMATES, TOTAL, Group, Tallies, Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import date
    from decimal import Decimal

    from wagtail_llm_actions.reporting.metrics import Metrics
    from wagtail_llm_actions.reporting.reading import Reading, Span, StoredSpan

Dimension = LLMRunRollup.Dimension

DIMENSIONS: dict[str, Callable[[Group], Any]] = {
    Dimension.ACTION.value: lambda group: group.action_id,
    Dimension.MODEL.value: lambda group: group.key,
    Dimension.USER.value: lambda group: group.user_id,
    Dimension.PAGE_TYPE.value: lambda group: group.target_content_type_id,
    Dimension.ERROR.value: lambda group: group.key,
}
"""What runs can be grouped by, and what identifies a group; a deleted action has its last label."""


@dataclass(frozen=True)
class UsageGroup:
    """The runs that share an action, a model, a user, a page type or an error code."""

    key: Any
    name: str
    tally: Tally

    @cached_property
    def metrics(self) -> Metrics:
        """Computed on first access: a page shows few of the groups."""
        return self.tally.metrics()


@dataclass(frozen=True, slots=True)
class Day:
    """The runs of one day."""

    day: date
    metrics: Metrics
    costs: Mapping[str, Decimal]
    """Known costs in US dollars by model key."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EstimateErrors:
    """How far estimates of costs were off, which are made before a run begins."""

    median: float
    """In parts of the cost: 0.12 for 12 % too high or too low."""
    runs: int


class Usage:
    """The metrics of one period; each is computed on first access and cached."""

    def __init__(self, period: Period, stored: Mapping[Span, StoredSpan] | None = None) -> None:
        """Keep the period, and the spans of it that are stored, if these have been read already."""
        self.period = period
        self._sums = PeriodSums(period, stored)
        self._groups: dict[str, Tallies] = {}
        self._days: Mapping[date, Tallies] | None = None

    @classmethod
    def with_previous(cls, period: Period) -> tuple[Usage, Usage]:
        """Return the usage of a period, and that of the period before it."""
        previous = period.previous
        stored = stored_spans(Period(previous.start, period.end))
        return cls(period, stored), cls(previous, stored)

    @cached_property
    def totals(self) -> Metrics:
        """The metrics of all runs."""
        return self._tallies(Dimension.TOTAL)[TOTAL].metrics()

    @cached_property
    def days(self) -> list[Day]:
        """Every day of the period, including days without runs."""
        if self._days is None:
            read_rollups([self._read_days()])
        days = self._days or {}
        return [_day(day, days.get(day) or Tallies()) for day in self.period.days]

    def by(self, dimension: str) -> list[UsageGroup]:
        """Return the runs in groups, those with the most runs first.

        Args:
            dimension: A key of ``DIMENSIONS``.
        """
        tallies = self._tallies(dimension)
        merged: dict[tuple[Any, str], Tally] = {}
        for group, tally in tallies.items():
            key = DIMENSIONS[dimension](group)
            # The current label while the action exists, else the one that its runs recorded.
            name = (group.action__label or group.key) if dimension == Dimension.ACTION else str(key)
            # Most have a name of their own: nothing is to be added up.
            known = merged.get((key, name))
            merged[key, name] = tally if known is None else known.merged(tally)
        # Groups without a key, such as deleted actions, come last.
        order = sorted(
            merged.items(), key=lambda item: (-item[1].runs, item[0][0] is None, item[0])
        )
        return [UsageGroup(key, name, tally) for (key, name), tally in order]

    def dismiss_reasons(self) -> list[tuple[str, int]]:
        """Return how many texts were dismissed for each reason, the most frequent first."""
        tallies = self._tallies(Dimension.DISMISS_REASON)
        counts = [(group.key, tally.runs) for group, tally in tallies.items()]
        return sorted(counts, key=lambda count: (-count[1], count[0]))

    def failures(self) -> tuple[Mapping[Group, Tally], Mapping[int, str]]:
        """Return the runs of each error pattern, and the present labels of the actions by primary key."""
        patterns = self._tallies(Dimension.ERROR_PATTERN, Dimension.ACTION)
        actions = self._tallies(Dimension.ACTION)
        return patterns, {
            group.action_id: group.action__label
            for group in actions
            if group.action_id and group.action__label
        }

    @cached_property
    def estimate_errors(self) -> EstimateErrors | None:
        """How far the estimates were off; ``None`` where none can be compared."""
        errors = self._tallies(Dimension.ESTIMATE)[ESTIMATES].metrics()
        if errors.median_seconds is None:
            return None
        return EstimateErrors(median=errors.median_seconds, runs=errors.timed_runs)

    def load(
        self,
        previous: Usage,
        dimensions: Collection[str] = Dimension.values,
        *,
        with_days: bool = True,
    ) -> None:
        """Read all that a report shows by the queries that otherwise one dimension takes.

        Args:
            previous: Of the period before; its totals are read too.
            dimensions: What the report shows of this period besides its totals; the fewer, the quicker.
            with_days: Whether it shows ``days``.
        """
        dimensions = [Dimension.TOTAL, *dimensions]
        tally_runs([self._sums, previous._sums], dimensions)
        readings = [self._read_groups(dimensions), previous._read_groups([Dimension.TOTAL])]
        if with_days:
            readings.append(self._read_days())
        read_rollups(readings)

    def _tallies(self, dimension: str, *others: str) -> Tallies:
        """Return the groups of a dimension; read those of others together with them."""
        if dimension not in self._groups:
            read_rollups([self._read_groups([dimension, *others])])
        return self._groups[dimension]

    def _read_groups(self, dimensions: Collection[str]) -> Reading:
        by_dimension = {dimension: Tallies() for dimension in dimensions}
        self._groups |= by_dimension
        return self._sums.groups(by_dimension)

    def _read_days(self) -> Reading:
        self._days = defaultdict(Tallies)
        return self._sums.days(self._days)


def _day(day: date, tallies: Tallies) -> Day:
    costs = {
        group.key: tally.cost_usd
        for group, tally in tallies.items()
        if group.dimension == Dimension.MODEL and tally.cost_usd is not None
    }
    return Day(day, tallies[TOTAL].metrics(), costs)
