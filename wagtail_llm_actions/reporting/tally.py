"""Sums over runs in groups, as the rows of runs give them and as rollups keep them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import BigIntegerField, F
from django.db.models.functions import Cast, Round

from wagtail_llm_actions.models import LLMRunRollup
from wagtail_llm_actions.models.budget import NANO, to_usd
from wagtail_llm_actions.reporting.latency import Latencies
from wagtail_llm_actions.reporting.metrics import Metrics

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

    from wagtail_llm_actions.reporting.occurrences import Occurrences

Dimension = LLMRunRollup.Dimension

COUNTS = (
    "runs",
    "succeeded",
    "failed",
    "cancelled",
    "excluded",
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
FIGURES = UNFINISHED + COUNTS + SUMS
"""What a tally sums up; money in billionths of a dollar."""

BATCH = 1_000
"""Rows that are added up at once, column by column: one by one takes several times as long."""

_NOTHING = (0,) * len(UNFINISHED + COUNTS) + (None,) * len(SUMS)


def nanodollars(column: str) -> Cast:
    """Return a column of US dollars as integers: to make decimals of it takes SQLite several times as long."""
    return Cast(Round(F(column) * NANO), BigIntegerField())


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

    latencies: Latencies = field(default_factory=Latencies)
    occurrences: Occurrences | None = None
    """Of an error pattern."""
    _figures: Sequence[Any] = _NOTHING
    _added: list[Sequence[Any]] = field(default_factory=list)
    """What is not in the sums yet."""

    def add(self, figures: Sequence[Any]) -> None:
        """Add ``FIGURES`` of other runs."""
        self._added.append(figures)
        if len(self._added) == BATCH:
            self._sum_up()

    @property
    def figures(self) -> Sequence[Any]:
        """The values of ``FIGURES``."""
        self._sum_up()
        return self._figures

    def _sum_up(self) -> None:
        if self._added:
            columns = [*zip(self._figures, *self._added, strict=True)]
            counts = map(sum, columns[: -len(SUMS)])
            self._figures = (*counts, *map(_sum_known, columns[-len(SUMS) :]))
            self._added = []

    def merge(self, other: Tally) -> None:
        """Add another tally."""
        for figures in (other._figures, *other._added):
            self.add(figures)
        self.latencies.merge(other.latencies)
        if other.occurrences:
            self.add_occurrences(other.occurrences)

    def merged(self, other: Tally) -> Tally:
        """Return the sums of both, and leave them as they are."""
        both = Tally()
        both.merge(self)
        both.merge(other)
        return both

    def add_occurrences(self, other: Occurrences) -> None:
        """Add those of other runs of an error pattern."""
        if self.occurrences:
            self.occurrences.merge(other)
        else:
            self.occurrences = replace(other, actions=set(other.actions))

    @property
    def runs(self) -> int:
        """How many runs these are."""
        runs: int = self.figures[FIGURES.index("runs")]
        return runs

    @property
    def unfinished(self) -> int:
        """How many of them are not finished."""
        return sum(self.figures[: len(UNFINISHED)])

    @property
    def cost_usd(self) -> Decimal | None:
        """The sum of the known costs; ``None`` where no cost is known."""
        nano = self.figures[-1]
        return None if nano is None else to_usd(nano)

    @property
    def columns(self) -> dict[str, Any]:
        """The values of a rollup."""
        values = self._values
        for name in UNFINISHED:
            del values[name]
        return {
            **values,
            "times": self.latencies.packed(),
            **(self.occurrences.columns if self.occurrences else {}),
        }

    @property
    def _values(self) -> dict[str, Any]:
        return dict(zip(FIGURES, self.figures, strict=True)) | {"known_cost_usd": self.cost_usd}

    def metrics(self) -> Metrics:
        """Return all metrics."""
        return Metrics(**self._values, **self.latencies.percentiles())


def _sum_known(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


class Tallies(dict[Group, Tally]):
    """Those of groups, which are empty until runs are added; a group may be asked for as a plain tuple."""

    def __missing__(self, group: tuple[Any, ...]) -> Tally:
        """Add a group."""
        tally = self[Group(*group)] = Tally()
        return tally
