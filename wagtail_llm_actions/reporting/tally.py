"""Sums over runs in groups, as the rows of runs give them and as rollups keep them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from operator import add
from typing import TYPE_CHECKING, Any, NamedTuple

from wagtail_llm_actions.errors import ErrorCode
from wagtail_llm_actions.models import LLMRun, LLMRunRollup
from wagtail_llm_actions.reporting.latency import Latencies
from wagtail_llm_actions.reporting.metrics import TIMED_TRIGGERS, Metrics
from wagtail_llm_actions.reporting.occurrences import Occurrences
from wagtail_llm_actions.spending.periods import day_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime
    from decimal import Decimal
    from uuid import UUID

    from django.db.models import QuerySet

Dimension = LLMRunRollup.Dimension
Status = LLMRun.Status

COUNTS = (
    "runs",
    "succeeded",
    "failed",
    "cancelled",
    "limit_exceeded",
    "accepted",
    "proposed",
    "fallback_used",
    "unknown_costs",
)
"""Columns of a rollup and fields of ``Metrics``."""
UNFINISHED = ("queued", "running")
"""Counted too, but of no run that a rollup counts."""
SUMS = ("input_tokens", "output_tokens", "known_cost_usd")
"""Null or ``None`` where nothing is known."""

_COLUMNS = (
    "queued_at",
    "started_at",
    "first_token_at",
    "finished_at",
    "trigger",
    "status",
    "decision",
    "dismiss_reason",
    "error_code",
    "error_detail_hash",
    "candidate_group",
    "used_fallback",
    "input_tokens",
    "output_tokens",
    "cost_usd",
    "estimated_cost_usd",
    "action_id",
    "action_label",
    "action__label",
    "model_key",
    "user_id",
    "target_content_type_id",
)


class Group(NamedTuple):
    """What the runs of a tally share."""

    dimension: str
    action_id: int | None = None
    user_id: Any = None
    target_content_type_id: int | None = None
    key: str = ""
    model_key: str = ""
    error_detail_hash: str = ""
    action__label: str | None = None
    """The present one; ``None`` for a deleted action."""

    @property
    def columns(self) -> dict[str, Any]:
        """The values of a rollup."""
        values = self._asdict()
        del values["action__label"]
        return values


TOTAL = Group(Dimension.TOTAL)
ESTIMATES = Group(Dimension.ESTIMATE)


@dataclass(slots=True)
class Tally:
    """Sums over some runs."""

    counts: list[int] = field(default_factory=lambda: [0] * len(COUNTS + UNFINISHED))
    sums: list[Any] = field(default_factory=lambda: [None] * len(SUMS))
    latencies: Latencies = field(default_factory=Latencies)
    occurrences: Occurrences | None = None
    """Of an error pattern."""

    def add(self, counts: Sequence[int], sums: Sequence[Any]) -> None:
        """Add the sums of other runs, latencies and occurrences excepted."""
        self.counts = [*map(add, self.counts, counts)]
        self.sums = [*map(_add_known, self.sums, sums)]

    def merge(self, other: Tally) -> None:
        """Add another tally."""
        self.add(other.counts, other.sums)
        self.latencies.merge(other.latencies)
        if other.occurrences:
            self.add_occurrences(other.occurrences)

    def add_occurrences(self, other: Occurrences) -> None:
        """Add those of other runs of an error pattern."""
        if self.occurrences:
            self.occurrences.merge(other)
        else:
            self.occurrences = replace(other, actions=set(other.actions))

    @property
    def runs(self) -> int:
        """How many runs these are."""
        return self.counts[COUNTS.index("runs")]

    @property
    def unfinished(self) -> int:
        """How many of them are not finished."""
        return sum(self.counts[len(COUNTS) :])

    @property
    def cost_usd(self) -> Decimal | None:
        """The sum of the known costs; ``None`` where no cost is known."""
        cost: Decimal | None = self.sums[SUMS.index("known_cost_usd")]
        return cost

    @property
    def columns(self) -> dict[str, Any]:
        """The values of a rollup."""
        counts = dict(zip(COUNTS, self.counts, strict=False))
        return {
            **counts,
            **dict(zip(SUMS, self.sums, strict=True)),
            "times": self.latencies.packed(),
            **(self.occurrences.columns if self.occurrences else {}),
        }

    def metrics(self) -> Metrics:
        """Return all metrics."""
        values: dict[str, Any] = {
            **dict(zip(COUNTS + UNFINISHED, self.counts, strict=True)),
            **dict(zip(SUMS, self.sums, strict=True)),
            **self.latencies.percentiles(),
        }
        return Metrics(**values)


def _add_known(value: Any, other: Any) -> Any:
    if value is None or other is None:
        return other if value is None else value
    return value + other


Tallies = defaultdict[Group, Tally]


def new_tallies() -> Tallies:
    """Return a mapping of groups that are empty until runs are added."""
    return defaultdict(Tally)


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
    days: defaultdict[date, Tallies] = defaultdict(new_tallies)
    groups = set(seen)
    for row in runs.values_list(*_COLUMNS, named=True).iterator():
        tallies = days[day_of(row.queued_at)]
        counts, sums = _counts(row, groups), (row.input_tokens, row.output_tokens, row.cost_usd)
        to_end, to_first_token = _times(row)
        for group in _groups(row, dimensions):
            tally = tallies[group]
            tally.add(counts, sums)
            if to_end is not None:
                tally.latencies.to_end.append(to_end)
            if to_first_token is not None:
                tally.latencies.to_first_token.append(to_first_token)
        if row.status == Status.SUCCEEDED and Dimension.ESTIMATE in dimensions:
            _add_estimate(tallies, row)
        if row.error_code and Dimension.ERROR_PATTERN in dimensions:
            action = (row.action_id, row.action_label)
            occurrence = Occurrences(row.queued_at, row.queued_at, {action})
            tallies[_error_pattern(row)].add_occurrences(occurrence)
    return days


def _error_pattern(row: Any) -> Group:
    return Group(
        Dimension.ERROR_PATTERN,
        key=row.error_code,
        model_key=row.model_key,
        error_detail_hash=row.error_detail_hash,
    )


_GROUP_OF: dict[str, Callable[[Any], Group | None]] = {
    Dimension.TOTAL: lambda row: TOTAL,
    Dimension.ACTION: lambda row: Group(
        Dimension.ACTION,
        action_id=row.action_id,
        key=row.action_label,
        action__label=row.action__label,
    ),
    Dimension.MODEL: lambda row: Group(Dimension.MODEL, key=row.model_key),
    Dimension.USER: lambda row: Group(Dimension.USER, user_id=row.user_id),
    Dimension.PAGE_TYPE: lambda row: Group(
        Dimension.PAGE_TYPE, target_content_type_id=row.target_content_type_id
    ),
    Dimension.ERROR: lambda row: (
        Group(Dimension.ERROR, key=row.error_code) if row.error_code else None
    ),
    Dimension.ERROR_PATTERN: lambda row: _error_pattern(row) if row.error_code else None,
    Dimension.DISMISS_REASON: lambda row: (
        Group(Dimension.DISMISS_REASON, key=row.dismiss_reason) if row.dismiss_reason else None
    ),
}


def _groups(row: Any, dimensions: Collection[str]) -> Iterator[Group]:
    for dimension, group_of in _GROUP_OF.items():
        if dimension in dimensions and (group := group_of(row)):
            yield group


def _counts(row: Any, seen: set[UUID | None]) -> list[int]:
    """Return what a run adds to each of the counts.

    The candidates of a click share their group; they are one proposal together.
    """
    status = row.status
    has_succeeded = status == Status.SUCCEEDED
    is_proposed = has_succeeded and row.candidate_group not in seen
    if is_proposed and row.candidate_group:
        seen.add(row.candidate_group)
    is_unfinished = status in LLMRun.UNFINISHED
    return [
        1,
        has_succeeded,
        status == Status.FAILED,
        status == Status.CANCELLED,
        row.error_code == ErrorCode.LIMIT_REACHED,
        has_succeeded and row.decision in LLMRun.ACCEPTED_DECISIONS,
        is_proposed,
        row.used_fallback,
        row.cost_usd is None and row.started_at is not None and not is_unfinished,
        status == Status.QUEUED,
        status == Status.RUNNING,
    ]


def _times(row: Any) -> tuple[float | None, float | None]:
    """Return the seconds to the end and to the first token; ``None`` where they do not count."""
    if row.status != Status.SUCCEEDED or row.trigger not in TIMED_TRIGGERS:
        return None, None
    return _seconds(row.queued_at, row.finished_at), _seconds(row.queued_at, row.first_token_at)


def _seconds(start: datetime, end: datetime | None) -> float | None:
    return None if end is None else (end - start).total_seconds()


def _add_estimate(tallies: Tallies, row: Any) -> None:
    # Nothing can be compared where nothing was to pay.
    if row.estimated_cost_usd is not None and row.cost_usd:
        error = abs(float(row.estimated_cost_usd / row.cost_usd) - 1)
        tallies[ESTIMATES].latencies.to_end.append(error)
