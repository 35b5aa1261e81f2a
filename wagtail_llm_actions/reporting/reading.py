"""The sums of a period: from rollups where those are current, else from the rows of the runs."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from django.conf import settings
from django.db.models import Q, TextField
from django.db.models.functions import Cast

from wagtail_llm_actions.models import LLMRollupSpan, LLMRunRollup
from wagtail_llm_actions.models.rollup import SPAN_DAYS, span_start
from wagtail_llm_actions.reporting.metrics import counted_runs
from wagtail_llm_actions.reporting.occurrences import Occurrences
from wagtail_llm_actions.reporting.period import ONE_DAY, Period
from wagtail_llm_actions.reporting.run_tallies import tally_days
from wagtail_llm_actions.reporting.tally import (
    COUNTS,
    SUMS,
    UNFINISHED,
    Dimension,
    Group,
    Tallies,
    nanodollars,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import date

    from django.db.models import QuerySet

    from wagtail_llm_actions.models import LLMRun

DAILY = (Dimension.TOTAL, Dimension.MODEL)
"""What is asked for by day."""
MAX_RANGES = 50
"""Of days that are read from the runs by one query; more of them are read as one range."""

_COLUMNS = (
    "span_id",
    *Group._fields,
    *COUNTS,
    *SUMS[:-1],
    "nanodollars",
    "times",
    "first_at",
    "last_at",
    "actions_json",
)
_GROUP = slice(1, 1 + len(Group._fields))
_SUMMED_UP = slice(_GROUP.stop, _COLUMNS.index("times"))


class Span(NamedTuple):
    """Some days in a row."""

    days: int
    start: date


class StoredSpan(NamedTuple):
    """The row of a span."""

    pk: int
    is_current: bool
    """Whether its rollups are those of its runs."""


def parts(span: Span) -> list[Span]:
    """Return the spans that a span is the sum of; none for a day."""
    index = SPAN_DAYS.index(span.days)
    if not index:
        return []
    days = SPAN_DAYS[index - 1]
    return [Span(days, span.start + offset * ONE_DAY) for offset in range(0, span.days, days)]


def stored_spans(period: Period) -> dict[Span, StoredSpan]:
    """Return the spans inside a period, by one query."""
    # A database may have spans of lengths that an earlier version built.
    spans_of_period = LLMRollupSpan.objects.filter(
        days__in=SPAN_DAYS, start__range=(period.start, period.end)
    )
    rows = spans_of_period.order_by("days")
    current: set[Span] = set()
    spans = {}
    for days, start, pk, token, time_zone in rows.values_list(
        "days", "start", "pk", "stale_token", "time_zone"
    ):
        span = Span(days, start)
        if token is None and time_zone == settings.TIME_ZONE and current.issuperset(parts(span)):
            current.add(span)
        spans[span] = StoredSpan(pk, span in current)
    return spans


def cover(period: Period, usable: Collection[Span]) -> tuple[list[Span], list[date]]:
    """Split a period into as few spans as possible; return them, and the days that none of them has."""
    spans: list[Span] = []
    uncovered: list[date] = []
    day = period.start
    while day <= period.end:
        for days in sorted(SPAN_DAYS, reverse=True):
            is_inside = span_start(day, days) == day and day + (days - 1) * ONE_DAY <= period.end
            if is_inside and (days, day) in usable:
                spans.append(Span(days, day))
                day += days * ONE_DAY
                break
        else:
            uncovered.append(day)
            day += ONE_DAY
    return spans, uncovered


ByDimension = Mapping[str, Tallies]


class Reading(NamedTuple):
    """What is to be read from rollups: by the id of each span, the tallies that they are added to."""

    current: Mapping[int, ByDimension]
    stale: Mapping[int, ByDimension]
    """Days of which only the rollups of deleted runs count."""


def read_rollups(readings: Iterable[Reading]) -> None:
    """Add rollups to tallies, by one query."""
    spans: defaultdict[tuple[bool, tuple[str, ...]], list[int]] = defaultdict(list)
    targets: defaultdict[tuple[int, str], list[Tallies]] = defaultdict(list)
    for reading in readings:
        for is_stale, by_span in enumerate(reading):
            for span_id, by_dimension in by_span.items():
                spans[bool(is_stale), tuple(by_dimension)].append(span_id)
                for dimension, tallies in by_dimension.items():
                    targets[span_id, dimension].append(tallies)
    if not spans:
        return
    condition = Q()
    for (is_stale, dimensions), span_ids in spans.items():
        rollups = Q(span__in=span_ids, dimension__in=dimensions)
        condition |= rollups & Q(is_archived=True) if is_stale else rollups
    add_rollups(LLMRunRollup.objects.filter(condition), targets)


def add_rollups(
    rollups: QuerySet[LLMRunRollup], targets: Mapping[tuple[int, str], Sequence[Tallies]]
) -> None:
    """Add each rollup to the tallies of its span and dimension."""
    unfinished = (0,) * len(UNFINISHED)
    rows = rollups.annotate(
        nanodollars=nanodollars("known_cost_usd"),
        # A JSON field would be asked for the value of each row, and few have one.
        actions_json=Cast("actions", TextField()),
    )
    for row in rows.values_list(*_COLUMNS).iterator():
        values: Any = row
        span_id, dimension, *_, times, first_at, last_at, actions_json = values
        figures = (*unfinished, *values[_SUMMED_UP])
        for tallies in targets[span_id, dimension]:
            tally = tallies[values[_GROUP]]
            tally.add(figures)
            if times:
                tally.latencies.histograms.append(times)
            if actions_json is not None:
                actions = json.loads(actions_json)
                tally.add_occurrences(Occurrences.from_columns(first_at, last_at, actions))


def tally_runs(
    periods: Sequence[PeriodSums], dimensions: Collection[str] = Dimension.values
) -> None:
    """Sum up the days that no span covers, by one query over the runs of all these periods."""
    uncovered = sorted(day for each in periods for day in each.uncovered)
    days = tally_days(_runs_of(uncovered), dimensions) if uncovered else {}
    for each in periods:
        each.keep_runs(days, dimensions)


class PeriodSums:
    """The sums of one period."""

    def __init__(self, period: Period, stored: Mapping[Span, StoredSpan] | None = None) -> None:
        """Keep the period, and the spans of it that are stored, if these have been read already."""
        self.period = period
        read = stored_spans(period) if stored is None else stored
        self._stored = {
            span: row for span, row in read.items() if period.start <= span.start <= period.end
        }
        self._days: Mapping[date, Tallies] = {}
        self._tallied: frozenset[str] = frozenset()

    def keep_runs(self, days: Mapping[date, Tallies], dimensions: Collection[str]) -> None:
        """Keep the sums of the days that no span covers."""
        self._days = {day: days[day] for day in self.uncovered if day in days}
        self._tallied = frozenset(dimensions)

    @property
    def uncovered(self) -> list[date]:
        """The days that no span covers."""
        return self._cover[1]

    def groups(self, by_dimension: ByDimension) -> Reading:
        """Add the runs of the whole period, by group; return what is to be read besides."""
        spans, _uncovered = self._cover
        for day in self._tally_runs(by_dimension).values():
            _merge(day, by_dimension)
        return Reading(
            {self._stored[span].pk: by_dimension for span in spans},
            {self._stored[span].pk: by_dimension for span in self._stale_days},
        )

    def days(self, days: Mapping[date, Tallies]) -> Reading:
        """Add the runs of each day, in total and by model; return what is to be read besides."""

        def daily(day: date) -> ByDimension:
            return dict.fromkeys(DAILY, days[day])

        for day, tallies in self._tally_runs(DAILY).items():
            _merge(tallies, daily(day))
        return Reading(
            {self._stored[span].pk: daily(span.start) for span in self._current if span.days == 1},
            {self._stored[span].pk: daily(span.start) for span in self._stale_days},
        )

    @cached_property
    def _current(self) -> set[Span]:
        return {span for span, stored in self._stored.items() if stored.is_current}

    @cached_property
    def _stale_days(self) -> list[Span]:
        """The days whose rollups of deleted runs count, and no others."""
        return [span for span in self._stored if span.days == 1 and span not in self._current]

    @cached_property
    def _cover(self) -> tuple[list[Span], list[date]]:
        return cover(self.period, self._current)

    def _tally_runs(self, dimensions: Collection[str]) -> Mapping[date, Tallies]:
        """Return the sums of the days that no span covers, by one query over their runs."""
        if not self._tallied.issuperset(dimensions):
            tally_runs([self], {*dimensions, *DAILY})
        return self._days


def _merge(tallies: Tallies, into: ByDimension) -> None:
    for group, tally in tallies.items():
        if group.dimension in into:
            into[group.dimension][group].merge(tally)


def _runs_of(days: Sequence[date]) -> QuerySet[LLMRun]:
    """Return the counted runs of these days, which are in order; perhaps those of others, too."""
    starts = [days[0], *(day for before, day in pairwise(days) if day - before > ONE_DAY)]
    ends = [*(before for before, day in pairwise(days) if day - before > ONE_DAY), days[-1]]
    runs = counted_runs(Period(days[0], days[-1]))
    if len(starts) == 1 or len(starts) > MAX_RANGES:
        return runs
    ranges = Q()
    for period in map(Period, starts, ends):
        start, end = period.bounds
        ranges |= Q(queued_at__gte=start, queued_at__lt=end)
    return runs.filter(ranges)
