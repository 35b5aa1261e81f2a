"""The sums of a period: from rollups where those are current, else from the rows of the runs."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from django.conf import settings
from django.db.models import Q

from wagtail_llm_actions.models import LLMRollupSpan, LLMRunRollup
from wagtail_llm_actions.models.rollup import SPAN_DAYS, span_start
from wagtail_llm_actions.reporting.metrics import counted_runs
from wagtail_llm_actions.reporting.period import ONE_DAY, Period
from wagtail_llm_actions.reporting.tally import (
    COUNTS,
    SUMS,
    UNFINISHED,
    Dimension,
    Group,
    Tallies,
    Tally,
    new_tallies,
    tally_days,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import date

    from django.db.models import QuerySet

    from wagtail_llm_actions.models import LLMRun

DAILY = (Dimension.TOTAL, Dimension.MODEL)
"""What is asked for by day."""
MAX_RANGES = 50
"""Of days that are read from the runs by one query; more of them are read as one range."""

_COLUMNS = ("span_id", *Group._fields, *COUNTS, *SUMS, "times")
_GROUP = slice(0, len(Group._fields))
_COUNTS = slice(_GROUP.stop, _GROUP.stop + len(COUNTS))
_SUMS = slice(_COUNTS.stop, _COUNTS.stop + len(SUMS))


class Span(NamedTuple):
    """Some days in a row."""

    days: int
    start: date


class StoredSpan(NamedTuple):
    """The row of a span."""

    pk: int
    is_current: bool
    """Whether its rollups are those of its runs."""


def stored_spans(period: Period) -> dict[Span, StoredSpan]:
    """Return the spans that start in a period, by one query."""
    rows = LLMRollupSpan.objects.filter(start__range=(period.start, period.end))
    return {
        Span(days, start): StoredSpan(pk, token is None and time_zone == settings.TIME_ZONE)
        for days, start, pk, token, time_zone in rows.values_list(
            "days", "start", "pk", "stale_token", "time_zone"
        )
    }


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


def read_rollups(rollups: QuerySet[LLMRunRollup]) -> Iterator[tuple[int, Group, Tally]]:
    """Yield the span's id, the group and the sums of each rollup, by one query."""
    unfinished = (0,) * len(UNFINISHED)
    for span_id, *values in rollups.values_list(*_COLUMNS).iterator():
        row: list[Any] = values
        tally = Tally([*row[_COUNTS], *unfinished], row[_SUMS])
        tally.latencies.add_packed(row[-1])
        yield span_id, Group(*row[_GROUP]), tally


class PeriodSums:
    """The sums of one period."""

    def __init__(self, period: Period, stored: Mapping[Span, StoredSpan] | None = None) -> None:
        """Keep the period, and the spans of it that are stored, if these have been read already."""
        self.period = period
        read = stored_spans(period) if stored is None else stored
        self._stored = {
            span: row for span, row in read.items() if period.start <= span.start <= period.end
        }

    def groups(self, dimensions: Collection[str]) -> Tallies:
        """Return the sums of the whole period by group, for these dimensions."""
        spans, _uncovered = self._cover
        tallies = new_tallies()
        self._read(
            dict.fromkeys(spans, tallies), dict.fromkeys(self._stale_days, tallies), dimensions
        )
        for day in self._rows.values():
            _merge(day, tallies, dimensions)
        return tallies

    def days(self) -> Mapping[date, Tallies]:
        """Return the sums of each day that has any, in total and by model."""
        days: defaultdict[date, Tallies] = defaultdict(new_tallies)
        self._read(
            {span: days[span.start] for span in self._current if span.days == 1},
            {span: days[span.start] for span in self._stale_days},
            DAILY,
        )
        for day, tallies in self._rows.items():
            _merge(tallies, days[day], DAILY)
        return days

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

    @cached_property
    def _rows(self) -> Mapping[date, Tallies]:
        """The sums of the days that no span covers, by one query over their runs."""
        _spans, uncovered = self._cover
        if not uncovered:
            return {}
        days = tally_days(_runs_of(uncovered))
        return {day: tallies for day, tallies in days.items() if day in set(uncovered)}

    def _read(
        self,
        current: Mapping[Span, Tallies],
        stale: Mapping[Span, Tallies],
        dimensions: Collection[str],
    ) -> None:
        ids = {self._stored[span].pk: tallies for span, tallies in current.items()}
        archived = {self._stored[span].pk: tallies for span, tallies in stale.items()}
        if ids or archived:
            rollups = LLMRunRollup.objects.filter(
                Q(span__in=ids) | Q(span__in=archived, is_archived=True), dimension__in=dimensions
            )
            by_id = ids | archived
            for span_id, group, tally in read_rollups(rollups):
                by_id[span_id][group].merge(tally)


def _merge(tallies: Tallies, into: Tallies, dimensions: Collection[str]) -> None:
    for group, tally in tallies.items():
        if group.dimension in dimensions:
            into[group].merge(tally)


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
