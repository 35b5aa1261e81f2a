"""How long ordinary pages of the admin take while texts are being generated.

The visitors share the machine's cores with what they visit; what each part used of them is told.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
import uuid
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from benchmarks.arrangements import threads
from benchmarks.figures import COLUMNS, Figures
from benchmarks.load import FINAL, Findings, Plan, poll_path
from benchmarks.processes import ROOT, cpu_seconds, wait_until
from benchmarks.report import Section, Table
from benchmarks.rig import ONE_SECOND, THIRTY_SECONDS, THREE_SECONDS, model_key
from benchmarks.rows import Visitor, content
from tests.factories import AdminFactory
from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.options import Options
    from benchmarks.pace import Pace
    from benchmarks.processes import Process
    from benchmarks.rig import Rig, Web
    from benchmarks.rows import Content

ROUNDS = 2
LOOK_SECONDS = 0.4
LOW_PRIORITY, SAME_PRIORITY = 19, 0
"""Of the worker beside the web server, which share the machine's processor."""
PEOPLE = (
    (25, THREE_SECONDS, LOW_PRIORITY),
    (100, THIRTY_SECONDS, LOW_PRIORITY),
    (100, THIRTY_SECONDS, SAME_PRIORITY),
    (100, THREE_SECONDS, LOW_PRIORITY),
)
"""How many generate at once, and how long each text takes."""
QUICK_PEOPLE = ((4, ONE_SECOND, LOW_PRIORITY),)
PEER_PEOPLE, QUICK_PEER_PEOPLE = 8, 2
SECONDS, QUICK_SECONDS = 30, 2
SETTLE_SECONDS, QUICK_SETTLE_SECONDS = 8, 1
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

    def looks(self, page: str = "") -> Figures:
        """Return how long the looks took, at one page or at all, in milliseconds."""
        return Figures(
            [
                took * MS
                for each in self.measured
                for name, times in each.findings.looks.items()
                if page in {"", name}
                for took in times
            ]
        )


def run(rig: Rig, options: Options) -> Section:
    """Look at pages while nothing, our runs, and the peer's requests are under way, in turn."""
    made = content()
    many: Sequence[tuple[int, Pace, int]] = options.pick(PEOPLE, QUICK_PEOPLE)
    most = max(people for people, _, _ in many)
    situations = _situations(
        made,
        many,
        options.pick(PEER_PEOPLE, QUICK_PEER_PEOPLE),
        options.pick(THREE_SECONDS, ONE_SECOND),
    )
    # A process for each core, so that the workers can take what the machine has.
    arrangement = threads(most, processes=options.pick(2, 1))
    with rig.web() as web:
        headers = [Visitor.new().headers for _ in range(most + 1)]

        def measure(situation: Situation, **changed: float) -> Measured:
            plan = _plan(situation, made, web.port, headers, options)
            with rig.workers(arrangement.commands, situation.niceness) as workers:
                return _measure(replace(plan, **changed), _parts(rig, web, workers))

        for situation in situations:
            # Not counted: it warms everything up.
            measure(situation, seconds=QUICK_SECONDS)
        for _ in range(options.rounds_or(ROUNDS)):
            for situation in situations:
                situation.measured.append(measure(situation))
        with rig.workers(arrangement.commands):
            queries = _queries_of_a_poll(situations[1].form)
    return Section(
        title="The web is not blocked",
        tables=[
            _looks(situations),
            _pages(situations, list(made.looked_at)),
            _generations(situations[1:], queries),
            _cpu(situations),
        ],
    )


def _parts(rig: Rig, web: Web, workers: Sequence[Process]) -> Mapping[str, Sequence[int]]:
    return {
        "web": [web.process.pid],
        "worker": [worker.pid for worker in workers],
        "provider": [rig.open_provider.process.pid],
        "database": rig.database_pids(),
        "Valkey": [rig.valkey_pid()],
    }


def _situations(
    made: Content, many: Sequence[tuple[int, Pace, int]], peer_people: int, peer_pace: Pace
) -> list[Situation]:
    path = reverse("wagtail_llm_actions:runs")
    return [
        Situation(name="idle", way="ours", people=0),
        *(
            Situation(
                name=f"ours, {people} at once, {pace.seconds:.0f} s each"
                + (", worker at the same priority" if niceness == SAME_PRIORITY else ""),
                way="ours",
                people=people,
                pace=pace,
                niceness=niceness,
                path=path,
                form=made.click(model_key(pace)),
            )
            for people, pace, niceness in many
        ),
        Situation(
            name=f"peer, {peer_people} at once, {peer_pace.seconds:.0f} s each",
            way="peer",
            people=peer_people,
            pace=peer_pace,
            path=reverse("peer_generate"),
            form={"model": peer_pace.model},
        ),
    ]


def _plan(
    situation: Situation,
    made: Content,
    port: int,
    headers: Sequence[Mapping[str, str]],
    options: Options,
) -> Plan:
    # Each person is a user of their own, so that the limits of a user are kept.
    looker, *people = headers
    return Plan(
        port=port,
        headers=looker,
        pages=made.looked_at,
        look_seconds=LOOK_SECONDS,
        # They begin one after the other, and go on like that.
        settle_seconds=max(
            options.pick(SETTLE_SECONDS, QUICK_SETTLE_SECONDS), situation.pace.seconds
        ),
        seconds=options.pick(SECONDS, QUICK_SECONDS),
        way=situation.way,
        people=people[: situation.people],
        path=situation.path,
        form=situation.form,
    )


def _measure(plan: Plan, parts: Mapping[str, Sequence[int]]) -> Measured:
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.load"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as visitors:
        assert visitors.stdin is not None  # noqa: S101 - for the type checker
        assert visitors.stdout is not None  # noqa: S101 - for the type checker
        visitors.stdin.write(json.dumps(asdict(plan)))
        visitors.stdin.close()
        visitors.stdout.readline()
        all_parts = {**parts, "visitors": [visitors.pid]}
        before = {part: cpu_seconds(pids) for part, pids in all_parts.items()}
        begun = time.perf_counter()
        found = Findings(**json.loads(visitors.stdout.readline()))
        measured = Measured(
            findings=found,
            seconds=time.perf_counter() - begun,
            cpu_seconds={
                part: cpu_seconds(pids) - before[part] for part, pids in all_parts.items()
            },
        )
    unfinished = LLMRun.objects.filter(status__in=LLMRun.UNFINISHED)
    wait_until(lambda: not unfinished.exists())
    return measured


def _queries_of_a_poll(form: Mapping[str, str]) -> int:
    """Return how many queries the polls of a running run make, session included.

    The median: now and then a poll also looks for lost runs, or asks for the right again.
    """
    client = Client()
    client.force_login(AdminFactory())
    click = {**form, "llm-actions-request-id": str(uuid.uuid4())}
    state = client.post(reverse("wagtail_llm_actions:runs"), click).json()
    counts = []
    while state["status"] not in FINAL:
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(poll_path(state))
        state |= answer.json()
        if state["status"] == LLMRun.Status.RUNNING:
            counts.append(len(queries))
    return statistics.median_high(counts or [0])


def _looks(situations: Sequence[Situation]) -> Table:
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
            "before has come or not. The goal for ours is a p95 of at most 1.2 times idle."
        ],
    )


def _pages(situations: Sequence[Situation], pages: Sequence[str]) -> Table:
    rows = []
    for page in pages:
        figures = [situation.looks(page) for situation in situations]
        rows.append([page, *(f"{each.median:.0f} / {each.p95:.0f}" for each in figures)])
    return Table(
        title="Each page, median / p95 in milliseconds",
        columns=["page", *(situation.name for situation in situations)],
        rows=rows,
    )


def _generations(busy: Sequence[Situation], queries: int) -> Table:
    rows = []
    for situation in busy:
        generations = Figures(situation.times("generations"))
        polls, starts = (Figures([t * MS for t in situation.times(k)]) for k in ("polls", "starts"))
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
            "A start and a poll are given as median / p95 at the visitor. "
            f"A poll of a running run makes {queries} queries in the median, session included."
        ],
    )


def _median_and_p95(figures: Figures) -> str:
    return f"{figures.median:.0f} / {figures.p95:.0f}" if figures.count else "-"


def _cpu(situations: Sequence[Situation]) -> Table:
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
