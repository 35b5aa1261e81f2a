"""Time, processor and memory that several arrangements of workers need for the same runs.

All runs are in the queue before the workers are let go, so that the time from there to the last
run's end is the workers' own. What they need to start is not counted.
"""

from __future__ import annotations

import os
import signal
import statistics
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Max

from benchmarks.arrangements import forking, plain, threads
from benchmarks.processes import cpu_seconds, pss_megabytes, wait_until
from benchmarks.report import Section, Table
from benchmarks.rig import ONE_SECOND, PROVIDER_LIMIT, model_key
from benchmarks.rows import queued_runs
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.queues import Priority, get_queue

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from benchmarks.arrangements import Arrangement
    from benchmarks.options import Options
    from benchmarks.processes import Process
    from benchmarks.rig import Rig

ROUNDS = 3
CONCURRENCY, QUICK_CONCURRENCY = 50, 2
RUNS, QUICK_RUNS = 1_000, 4
PLAIN_CONCURRENCY, PLAIN_RUNS = 5, 25
"""Less, because each run loads the SDK anew."""
HOST_CONCURRENCY, HOST_RUNS = PROVIDER_LIMIT // 2, 200
HOSTS, QUICK_HOSTS = (1, 2, 3), (1,)
MS = 1_000


@dataclass(frozen=True, kw_only=True)
class Load:
    """What executing one load took."""

    seconds: float
    failed: int
    cpu_seconds: float
    """Of the workers."""
    pss_megabytes: float
    """Of all worker processes together, the most of three looks while they work."""


@dataclass(frozen=True, kw_only=True)
class Contender:
    """An arrangement, and what came of its loads."""

    arrangement: Arrangement
    alone: Arrangement
    """The same with one run at a time."""
    runs: int
    loads: list[Load] = field(default_factory=list)
    alone_loads: list[Load] = field(default_factory=list)

    @property
    def ideal_seconds(self) -> float:
        """What the runs would take if there were nothing but the provider."""
        return self.runs / self.arrangement.concurrency * ONE_SECOND.seconds


def run(rig: Rig, options: Options) -> Section:
    """Give the same runs to each arrangement in turn, then to one, two and three hosts."""
    contenders = _quick_contenders() if options.quick else _contenders()
    for _ in range(options.rounds_or(ROUNDS)):
        for contender in contenders:
            contender.loads.append(measure(rig, contender.arrangement, contender.runs))
            contender.alone_loads.append(measure(rig, contender.alone, count=2))
    return Section(title="Workers", tables=[_arrangements(contenders), _hosts(rig, options)])


def _contenders() -> list[Contender]:
    two_processes = threads(CONCURRENCY, processes=2)
    return [
        Contender(arrangement=threads(CONCURRENCY), alone=threads(1), runs=RUNS),
        Contender(arrangement=two_processes, alone=threads(1), runs=RUNS),
        Contender(arrangement=forking(CONCURRENCY), alone=forking(1), runs=RUNS),
        Contender(arrangement=plain(PLAIN_CONCURRENCY), alone=plain(1), runs=PLAIN_RUNS),
    ]


def _quick_contenders() -> list[Contender]:
    many, runs = QUICK_CONCURRENCY, QUICK_RUNS
    return [
        Contender(arrangement=threads(many), alone=threads(1), runs=runs),
        Contender(arrangement=forking(many), alone=forking(1), runs=runs),
    ]


def measure(rig: Rig, arrangement: Arrangement, count: int, provider: str = "open") -> Load:
    """Let an arrangement execute this many runs."""
    with rig.workers(arrangement.commands) as workers:
        # One run each that is not counted: it opens connections and fills caches.
        _wait_for(_queued(arrangement.concurrency, provider), workers)
        pids = [worker.pid for worker in workers]
        before = cpu_seconds(pids)
        with _held(workers):
            ids = _queued(count, provider)
            begun = time.time()
        pss = []
        for quarters in (3, 2, 1):
            _wait_for(ids, workers, left=count * quarters // 4)
            pss.append(pss_megabytes(pids))
        _wait_for(ids, workers)
        runs = LLMRun.objects.filter(pk__in=ids)
        return Load(
            seconds=runs.aggregate(end=Max("finished_at"))["end"].timestamp() - begun,
            failed=runs.exclude(status=LLMRun.Status.SUCCEEDED).count(),
            cpu_seconds=cpu_seconds(pids) - before,
            pss_megabytes=max(pss),
        )


def _queued(count: int, provider: str) -> Sequence[UUID]:
    ids = queued_runs(count, model_key(ONE_SECOND, provider))
    for run_id in ids:
        get_queue().enqueue(run_id, Priority.INTERACTIVE)
    return ids


def _wait_for(ids: Sequence[UUID], workers: Sequence[Process], left: int = 0) -> None:
    """Wait until only so many are not final."""
    unfinished = LLMRun.objects.filter(pk__in=ids, status__in=LLMRun.UNFINISHED)
    wait_until(lambda: unfinished.count() <= left, log=lambda: workers[0].log)


@contextmanager
def _held(workers: Sequence[Process]) -> Iterator[None]:
    """Stop the workers, as they wait for work, until the ``with`` block is left."""
    for worker in workers:
        os.kill(worker.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for worker in workers:
            os.kill(worker.pid, signal.SIGCONT)


def _arrangements(contenders: Sequence[Contender]) -> Table:
    rows = []
    for contender in contenders:
        arrangement = contender.arrangement
        seconds = [load.seconds for load in contender.loads]
        pss = statistics.median(load.pss_megabytes for load in contender.loads)
        alone = statistics.median(load.pss_megabytes for load in contender.alone_loads)
        cpu = statistics.median(load.cpu_seconds for load in contender.loads)
        median = statistics.median(seconds)
        rows.append(
            [
                arrangement.name,
                str(len(arrangement.commands)),
                str(arrangement.concurrency),
                str(contender.runs),
                f"{contender.ideal_seconds:.1f}",
                f"{median:.1f}",
                f"{min(seconds):.1f}-{max(seconds):.1f}",
                f"{median / contender.ideal_seconds:.2f}",
                f"{cpu / contender.runs * MS:.0f}",
                f"{alone:.0f}",
                f"{pss:.0f}",
                f"{(pss - alone) / (arrangement.concurrency - 1):.1f}",
                str(sum(load.failed for load in contender.loads)),
            ]
        )
    return Table(
        title="The same runs, by several arrangements",
        columns=[
            "arrangement",
            "processes",
            "at once",
            "runs",
            "ideal s",
            "median s",
            "min-max",
            "median ÷ ideal",
            "CPU ms a run",
            "MB for one",
            "MB for all",
            "MB a further run",
            "failed",
        ],
        rows=rows,
        notes=[
            f"A run takes {ONE_SECOND.seconds:.1f} s at the provider. Memory is PSS, in which pages "
            "that processes share are shared out among them. The goal for ours is 1.3 times the ideal."
        ],
    )


def _hosts(rig: Rig, options: Options) -> Table:
    """Measure hosts, each of which is a group of processes, at a provider that has a limit."""
    each = options.pick(HOST_CONCURRENCY, 1)
    count = options.pick(HOST_RUNS, QUICK_RUNS)
    loads: dict[int, list[Load]] = {hosts: [] for hosts in options.pick(HOSTS, QUICK_HOSTS)}
    for _ in range(options.rounds_or(ROUNDS)):
        for hosts, results in loads.items():
            arrangement = threads(each * hosts, processes=hosts)
            results.append(measure(rig, arrangement, count, provider="limited"))
    rates = {hosts: [count / load.seconds for load in results] for hosts, results in loads.items()}
    one = statistics.median(rates[1])
    rows = []
    for hosts, measured in rates.items():
        ideal = min(each * hosts, PROVIDER_LIMIT) / ONE_SECOND.seconds
        rate = statistics.median(measured)
        spread = f"{min(measured):.1f}-{max(measured):.1f}"
        cells = [f"{ideal:.1f}", f"{rate:.1f}", spread, f"{rate / one:.2f}"]
        rows.append([str(hosts), str(each * hosts), *cells])
    return Table(
        title="Runs per second with several hosts",
        columns=["hosts", "at once", "ideal", "median", "min-max", "÷ one host"],
        rows=rows,
        notes=[
            f"The provider gives {PROVIDER_LIMIT} answers at once and lets others wait, so more than "
            "two hosts cannot help. A host is a process of its own that shares nothing with the "
            "others but Valkey, the database, and this machine's cores."
        ],
    )
