"""What a run costs more to write because reports keep rollups of it."""

from __future__ import annotations

import statistics
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connection
from django.utils import timezone

from benchmarks.processes import cpu_seconds
from benchmarks.report import Section, Table
from tests.factories import BlogPageFactory, LLMActionFactory, LLMRunFactory, UserFactory
from wagtail_llm_actions.generation import GenerationResult
from wagtail_llm_actions.models import LLMRollupSpan, LLMRun
from wagtail_llm_actions.reporting.rollups import refresh
from wagtail_llm_actions.runs import decisions
from wagtail_llm_actions.runs.lifecycle.outcome import RunOutcome
from wagtail_llm_actions.runs.lifecycle.transitions import claim, succeed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from benchmarks.options import Options
    from benchmarks.rig import Rig

RUNS, QUICK_RUNS = 60, 5
ROUNDS = 7
OLD = timedelta(days=3)
RESULT = GenerationResult(finish_reason="stop", response_model="owl-1")
OUTCOME = RunOutcome(output="The tide came in.", input_tokens=500, output_tokens=100)


def run(rig: Rig, options: Options) -> Section:
    """Write runs of today and runs of a day that is over, in turns, and build their rollups."""
    count, rounds = options.pick(RUNS, QUICK_RUNS), options.rounds_or(ROUNDS)
    writer = _Writer(rig, count)
    without: list[float] = []
    late: list[float] = []
    built: list[float] = []
    for number in range(-1, rounds):
        LLMRun.objects.all().delete()
        LLMRollupSpan.objects.all().delete()
        now = timezone.now()
        old = now - OLD
        # The day has a span, as after the worker's first look at it.
        LLMRollupSpan.objects.mark_stale([old.date()])
        moments = [(without, now), (late, old)]
        for samples, moment in moments if number % 2 else moments[::-1]:
            milliseconds = writer.write(moment)
            if number >= 0:
                samples.append(milliseconds)
        milliseconds = writer.measure(refresh)
        if number >= 0:
            built.append(milliseconds)
    return Section(title="The cost of rollups", tables=[_table(count, without, late, built)])


class _Writer:
    def __init__(self, rig: Rig, count: int) -> None:
        self._pids = rig.database_pids()
        self._count = count
        self._shared = {
            "action": LLMActionFactory(),
            "user": UserFactory(),
            "page": BlogPageFactory(),
        }

    def write(self, moment: datetime) -> float:
        """Save, execute and accept so many runs; return the milliseconds of one."""
        runs = [
            LLMRunFactory.build(**self._shared, queued_at=moment, prompt="The tide. " * 100)
            for _ in range(self._count)
        ]

        def write() -> None:
            for each in runs:
                each.save(force_insert=True)
                lease = claim(each.pk)
                if lease is None or not succeed(lease, OUTCOME, RESULT):
                    raise RuntimeError(each)
                each.refresh_from_db()
                decisions.accept(each, OUTCOME.output)

        return self.measure(write)

    def measure(self, work: Callable[[], object]) -> float:
        """Return the processor time of a run, of this process and the database, in milliseconds."""
        before = time.process_time() + cpu_seconds(self._pids)
        work()
        return (time.process_time() + cpu_seconds(self._pids) - before) / self._count * 1_000


def _table(
    count: int, without: Sequence[float], late: Sequence[float], built: Sequence[float]
) -> Table:
    def ratio(milliseconds: Sequence[float]) -> float:
        return statistics.median(b / a for a, b in zip(without, milliseconds, strict=True))

    with_building = [a + b for a, b in zip(without, built, strict=True)]
    both = [a + b for a, b in zip(late, built, strict=True)]
    rows = {
        "without rollups": without,
        "with building them": with_building,
        "with building them, decided on days later": both,
    }
    return Table(
        title=f"Processor time of saving, executing and accepting a run, on {connection.display_name}, in ms",
        columns=["a run", "ms", "÷ without"],
        rows=[
            [name, f"{statistics.median(times):.2f}", f"{ratio(times):.2f}"]
            for name, times in rows.items()
        ],
        notes=[
            f"Medians of {len(without)} rounds of {count} runs each, in turns, with the database server; the "
            "provider, the queue and the web are left out. The goal is 1.2."
        ],
    )
