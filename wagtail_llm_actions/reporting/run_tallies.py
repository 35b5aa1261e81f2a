"""Sums over the rows of runs, by day and group."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from wagtail_llm_actions.errors import EXCLUDED_ERRORS
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.reporting.metrics import TIMED_TRIGGERS, UNKNOWN_COST
from wagtail_llm_actions.reporting.occurrences import Occurrences
from wagtail_llm_actions.reporting.period import Period
from wagtail_llm_actions.reporting.tally import (
    ESTIMATES,
    Dimension,
    Group,
    Tallies,
    Tally,
    nanodollars,
)
from wagtail_llm_actions.spending.periods import day_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import date, datetime
    from uuid import UUID

    from django.db.models import QuerySet

Status = LLMRun.Status

_FIELDS: dict[str, dict[str, str]] = {
    Dimension.TOTAL: {},
    Dimension.ACTION: {
        "action_id": "action_id",
        "action_label": "key",
        "action__label": "action__label",
    },
    Dimension.MODEL: {"model_key": "key"},
    Dimension.USER: {"user_id": "user_id"},
    Dimension.PAGE_TYPE: {"target_content_type_id": "target_content_type_id"},
    Dimension.ERROR: {"error_code": "key"},
    Dimension.ERROR_PATTERN: {
        "error_code": "key",
        "model_key": "model_key",
        "error_detail_hash": "error_detail_hash",
    },
    Dimension.DISMISS_REASON: {"dismiss_reason": "key"},
}
"""What the runs of a group share: columns of a run, and the fields of ``Group`` that have them."""
_OPTIONAL = {Dimension.ERROR, Dimension.ERROR_PATTERN, Dimension.DISMISS_REASON}
"""Of runs whose first column is not empty."""
_COLUMNS = (
    # The columns of a dimension stand side by side.
    "action_id",
    "action_label",
    "action__label",
    "user_id",
    "target_content_type_id",
    "error_code",
    "model_key",
    "error_detail_hash",
    "dismiss_reason",
    # All others.
    "queued_at",
    "first_token_at",
    "finished_at",
    "trigger",
    "status",
    "decision",
    "candidate_group",
    "used_fallback",
    "input_tokens",
    "output_tokens",
    "nanodollars",
    "is_cost_unknown",
    "estimated_nanodollars",
)


def tally_days(
    runs: QuerySet[LLMRun],
    dimensions: Collection[str] = Dimension.values,
    seen: Iterable[UUID | None] = (),
) -> Mapping[date, Tallies]:
    """Sum up runs by one query; return the tallies of each day that has any.

    Args:
        runs: Those of the playground have to be left out.
        dimensions: What to group them by; the fewer, the quicker.
        seen: Candidates' groups whose proposal is counted elsewhere.
    """
    days: defaultdict[date, _Day] = defaultdict(lambda: _Day(dimensions))
    groups = set(seen)
    rows = runs.annotate(
        nanodollars=nanodollars("cost_usd"),
        estimated_nanodollars=nanodollars("estimated_cost_usd"),
        is_cost_unknown=UNKNOWN_COST,
    )
    start = end = None
    for row in rows.values_list(*_COLUMNS, named=True).iterator():
        if start is None or end is None or not start <= row.queued_at < end:
            # Mostly that of the run before.
            day = day_of(row.queued_at)
            start, end = Period(day, day).bounds
        days[day].add(row, is_proposed=_is_proposed(row, groups))
    return {day: sums.tallies() for day, sums in days.items()}


class _Day:
    """The sums of one day."""

    def __init__(self, dimensions: Collection[str]) -> None:
        self._groupings = [_Grouping(each) for each in _FIELDS if each in dimensions]
        self._has_estimates = Dimension.ESTIMATE in dimensions
        self._estimates = Tally()

    def add(self, row: Any, *, is_proposed: bool) -> None:
        """Add a run to each group that it belongs to."""
        counts = _counts(
            row.status,
            row.decision,
            is_excluded=row.error_code in EXCLUDED_ERRORS,
            is_proposed=is_proposed,
            used_fallback=row.used_fallback,
            is_cost_unknown=row.is_cost_unknown,
        )
        figures = (*counts, row.input_tokens, row.output_tokens, row.nanodollars)
        to_end, to_first_token = _times(row)
        for grouping in self._groupings:
            values = row[grouping.columns]
            if grouping.is_optional and not values[0]:
                continue
            tally = grouping.tallies[values]
            tally.add(figures)
            if to_end is not None:
                tally.latencies.to_end.append(to_end)
            if to_first_token is not None:
                tally.latencies.to_first_token.append(to_first_token)
            if grouping.dimension == Dimension.ERROR_PATTERN:
                action = (row.action_id, row.action_label)
                tally.add_occurrences(Occurrences(row.queued_at, row.queued_at, {action}))
        if self._has_estimates and row.status == Status.SUCCEEDED:
            self._estimates.latencies.to_end.extend(_estimate_errors(row))

    def tallies(self) -> Tallies:
        """Return the sums by group."""
        tallies = Tallies()
        for grouping in self._groupings:
            tallies.update(grouping.groups())
        if self._estimates.latencies.to_end:
            tallies[ESTIMATES] = self._estimates
        return tallies


class _Grouping:
    """The tallies of one dimension, by the values that the runs of each share."""

    def __init__(self, dimension: str) -> None:
        self.dimension = dimension
        self.is_optional = dimension in _OPTIONAL
        self.tallies: defaultdict[tuple[Any, ...], Tally] = defaultdict(Tally)
        columns = list(_FIELDS[dimension])
        first = _COLUMNS.index(columns[0]) if columns else 0
        self.columns = slice(first, first + len(columns))

    def groups(self) -> Iterator[tuple[Group, Tally]]:
        """Yield each tally with what its runs share."""
        fields = _FIELDS[self.dimension].values()
        for values, tally in self.tallies.items():
            yield Group(self.dimension, **dict(zip(fields, values, strict=True))), tally


def _is_proposed(row: Any, seen: set[UUID | None]) -> bool:
    """Return whether a run counts as a proposal: the candidates of a click are one together."""
    if row.status != Status.SUCCEEDED or row.candidate_group in seen:
        return False
    if row.candidate_group:
        seen.add(row.candidate_group)
    return True


@lru_cache(maxsize=500)
def _counts(
    status: str,
    decision: str,
    *,
    is_excluded: bool,
    is_proposed: bool,
    used_fallback: bool,
    is_cost_unknown: bool,
) -> tuple[int, ...]:
    """Return what a run adds to each of the counts."""
    has_succeeded = status == Status.SUCCEEDED
    return (
        status == Status.QUEUED,
        status == Status.RUNNING,
        1,
        has_succeeded,
        status == Status.FAILED,
        status == Status.CANCELLED,
        is_excluded,
        has_succeeded and decision in LLMRun.ACCEPTED_DECISIONS,
        is_proposed,
        used_fallback,
        is_cost_unknown,
    )


def _times(row: Any) -> tuple[float | None, float | None]:
    """Return the seconds to the end and to the first token; ``None`` where they do not count."""
    if row.status != Status.SUCCEEDED or row.trigger not in TIMED_TRIGGERS:
        return None, None
    return _seconds(row.queued_at, row.finished_at), _seconds(row.queued_at, row.first_token_at)


def _seconds(start: datetime, end: datetime | None) -> float | None:
    return None if end is None else (end - start).total_seconds()


def _estimate_errors(row: Any) -> Iterator[float]:
    # Nothing can be compared where nothing was to pay.
    if row.estimated_nanodollars is not None and row.nanodollars:
        yield abs(row.estimated_nanodollars / row.nanodollars - 1)
