"""What was found of the web server in each situation, and the tables of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmarks.figures import COLUMNS, Metrics
from benchmarks.report import Table
from benchmarks.rig import ONE_SECOND

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.load import Findings
    from benchmarks.pace import Pace

LOOK_SECONDS = 0.4
"""From one look at a page to the next."""
LOW_PRIORITY, SAME_PRIORITY = 19, 0
"""Of the worker beside the web server, which share the machine's processor."""
MS = 1_000


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One round of a situation."""

    findings: Findings
    seconds: float
    cpu_seconds: Mapping[str, float]
    """By the parts of the site, and of the visitors."""


@dataclass(frozen=True, kw_only=True)
class Situation:
    """What is going on beside the looks, and what was found in all rounds."""

    name: str
    way: str
    people: int
    pace: Pace = ONE_SECOND
    niceness: int = LOW_PRIORITY
    path: str = ""
    form: Mapping[str, str] = field(default_factory=dict)
    measured: list[Measured] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """How long it was measured in all."""
        return sum(each.seconds for each in self.measured)

    def times(self, kind: str) -> list[float]:
        """Return all times of one kind, in seconds."""
        return [took for each in self.measured for took in getattr(each.findings, kind)]

    def looks(self, page: str = "") -> Metrics:
        """Return how long the looks took, at one page or at all, in milliseconds."""
        return Metrics(
            [
                took * MS
                for each in self.measured
                for name, times in each.findings.looks.items()
                if page in {"", name}
                for took in times
            ]
        )


def looks_table(situations: Sequence[Situation]) -> Table:
    """How long all pages took, beside idle."""
    idle = situations[0].looks()
    rows = []
    for situation in situations:
        looks = situation.looks()
        ratios = [f"{looks.median / idle.median:.2f}", f"{looks.p95 / idle.p95:.2f}"]
        rows.append([situation.name, *looks.cells(), *ratios])
    return Table(
        title="Pages of the admin, milliseconds",
        columns=["meanwhile", *COLUMNS, "median ÷ idle", "p95 ÷ idle"],
        rows=rows,
        notes=[
            f"A page is asked for every {LOOK_SECONDS} s over a new connection, whether the one "
            "before has come or not. The goal for ours is a p95 of at most 1.5 times idle "
            "on cores that all share, and of 1.2 times where the web has a core of its own."
        ],
    )


def pages_table(situations: Sequence[Situation], pages: Sequence[str]) -> Table:
    """How long each page took."""
    rows = []
    for page in pages:
        figures = [situation.looks(page) for situation in situations]
        rows.append([page, *(f"{each.median:.0f} / {each.p95:.0f}" for each in figures)])
    return Table(
        title="Each page, median / p95 in milliseconds",
        columns=["page", *(situation.name for situation in situations)],
        rows=rows,
    )


def generations_table(busy: Sequence[Situation], queries: int) -> Table:
    """What the generations took meanwhile; ``queries`` are those of a poll."""
    rows = []
    for situation in busy:
        generations = Metrics(situation.times("generations"))
        polls, starts = (Metrics([t * MS for t in situation.times(k)]) for k in ("polls", "starts"))
        failures = [failure for each in situation.measured for failure in each.findings.failures]
        rows.append(
            [
                situation.name,
                *generations.cells(2),
                f"{sum(generations.samples) / situation.seconds:.0f}",
                _median_and_p95(starts),
                _median_and_p95(polls),
                f"{polls.count / situation.seconds:.0f}",
                str(len(failures)),
            ]
        )
    return Table(
        title="The generations meanwhile",
        columns=[
            "way",
            *(f"{column} s" if column != "n" else column for column in COLUMNS),
            "at once",
            "start ms",
            "poll ms",
            "polls/s",
            "failures",
        ],
        rows=rows,
        notes=[
            "A start and a poll are given as median / p95 at the visitor. Queries to the database "
            f"in a poll of a running run, in the median: {queries}."
        ],
    )


def _median_and_p95(figures: Metrics) -> str:
    return f"{figures.median:.0f} / {figures.p95:.0f}" if figures.count else "-"


def cpu_table(situations: Sequence[Situation]) -> Table:
    """What each part used of the processor."""
    parts = list(situations[0].measured[0].cpu_seconds)
    rows = []
    for situation in situations:
        used = [sum(each.cpu_seconds[part] for each in situation.measured) for part in parts]
        shares = [seconds / situation.seconds * 100 for seconds in [*used, sum(used)]]
        rows.append([situation.name, *(f"{share:.0f}" for share in shares)])
    return Table(
        title="Processor time, percent of one core",
        columns=["meanwhile", *parts, "all"],
        rows=rows,
    )
