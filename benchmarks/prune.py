"""Redact, then delete, old runs, while two threads write new ones."""

from __future__ import annotations

import statistics
import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from benchmarks.report import Section, Table
from tests.factories import LLMActionFactory, LLMRunFactory
from wagtail_llm_actions.models import LLMAttempt, LLMRun
from wagtail_llm_actions.retention.ageing import Deletion, Redaction
from wagtail_llm_actions.retention.batch_size import TARGET_SECONDS
from wagtail_llm_actions.retention.prune import prune
from wagtail_llm_actions.retention.tick import MAX_SECONDS
from wagtail_llm_actions.retention.work import Work

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from benchmarks.options import Options
    from benchmarks.rig import Rig
    from wagtail_llm_actions.models import LLMAction

ROWS, QUICK_ROWS = 20_000, 600
WRITERS = 2
ACTIONS, DAYS, YOUNGEST_DAYS = 10, 10, 7
PROMPT_CHARS = 4_000
TICKS = 24 * 60
"""In a day."""


def run(_rig: Rig, options: Options) -> Section:
    """Prune all old runs."""
    call_command("migrate", verbosity=0)
    actions = LLMActionFactory.create_batch(ACTIONS)
    _make_runs(options.pick(ROWS, QUICK_ROWS), actions)
    before = timezone.now() - timedelta(days=YOUNGEST_DAYS)
    keys = [action.pk for action in actions]
    table = Table(
        title=f"Batches of about {TARGET_SECONDS} s while {WRITERS} threads write, on {connection.display_name}",
        columns=[
            "work", "runs", "all s", "runs a day", "a batch", "largest", "transaction ms", "p95", "longest", "CPU ms",
            "longest query ms", "written meanwhile", "a write ms", "longest write", "lost",
        ],
        rows=[
            _measured("redacted", [Redaction(key, before) for key in keys]),
            _measured("deleted", [Deletion(key, before) for key in keys]),
        ],
        notes=[
            f"`runs a day` is what {MAX_SECONDS:.0f} s a minute are enough for; `a batch` is the median of its runs. CPU is that of the whole process "
            "in a transaction, with its writers. A write is a run that is saved, and its end. Prompts have "
            f"{PROMPT_CHARS:,} characters, and each run an attempt."
        ],
    )  # fmt: skip
    return Section(title="An end to the history", tables=[table])


def _make_runs(count: int, actions: Sequence[LLMAction]) -> None:
    """Insert finished runs of the days before."""
    oldest = timezone.now() - timedelta(days=YOUNGEST_DAYS + DAYS)
    values = _values(actions[0])
    new = []
    for number in range(count):
        moment = oldest + timedelta(days=DAYS) * (number / count)
        times = {"queued_at": moment, "started_at": moment, "finished_at": moment}
        texts = {"status": "succeeded", "output": "Text " * 60}
        action = actions[number % len(actions)]
        new.append(LLMRun(**values | times | texts | {"action_id": action.pk}))
    LLMRun.objects.bulk_create(new, batch_size=500)
    attempts = [LLMAttempt(run=run, number=1, started_at=run.queued_at) for run in new]
    LLMAttempt.objects.bulk_create(attempts, batch_size=500)


def _values(action: LLMAction) -> dict[str, Any]:
    """Return the columns of a run, but for its keys."""
    run: Any = LLMRunFactory(action=action)
    names = [field.attname for field in LLMRun._meta.concrete_fields if not field.primary_key]
    own = {name: getattr(run, name) for name in names}
    return own | {"client_request_id": None, "prompt": "x" * PROMPT_CHARS}


class _Timed(Work):
    """Work whose transactions are timed."""

    def __init__(self, work: Work, times: list[tuple[float, float]]) -> None:
        self._work = work
        self._times = times

    def do_batch(self, size: int) -> int:
        """Do the next one."""
        start, cpu = time.perf_counter(), time.process_time()
        count = self._work.do_batch(size)
        if count:
            self._times.append((time.perf_counter() - start, time.process_time() - cpu))
        return count


class _Writers:
    """Threads that start and end runs, as clicks and workers do, until they are told to stop."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.written: list[UUID] = []
        self._stop = threading.Event()
        self._action = LLMActionFactory()
        self._threads = [threading.Thread(target=self._write) for _ in range(WRITERS)]

    def __enter__(self) -> _Writers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def lost(self) -> int:
        kept = LLMRun.objects.filter(pk__in=self.written, output="Text", redacted_at=None)
        return len(self.written) - kept.count()

    def _write(self) -> None:
        values = _values(self._action)
        while not self._stop.is_set():
            start = time.perf_counter()
            new = LLMRun.objects.create(**values | {"queued_at": timezone.now()})
            LLMRun.objects.filter(pk=new.pk).update(status="succeeded", output="Text")
            self.seconds.append(time.perf_counter() - start)
            self.written.append(new.pk)
        connection.close()


def _measured(name: str, works: Sequence[Work]) -> list[str]:
    times: list[tuple[float, float]] = []
    queries: list[float] = []

    def timed(execute: Callable[..., Any], *arguments: Any) -> Any:
        start = time.perf_counter()
        try:
            return execute(*arguments)
        finally:
            queries.append(time.perf_counter() - start)

    counts: list[int] = []
    with _Writers() as writers, connection.execute_wrapper(timed):
        start = time.perf_counter()
        prune(
            [_Timed(work, times) for work in works], progress=lambda _, count: counts.append(count)
        )
        seconds = time.perf_counter() - start
    walls = [wall for wall, _ in times]
    figures = [
        statistics.median(walls), statistics.quantiles(walls, n=20)[-1], max(walls),
        statistics.median(cpu for _, cpu in times), max(queries),
    ]  # fmt: skip
    count = sum(counts)
    return [
        name,
        f"{count:,}",
        f"{seconds:.1f}",
        f"{count / seconds * MAX_SECONDS * TICKS:,.0f}",
        f"{statistics.median(counts):.0f}",
        str(max(counts)),
        *(f"{1_000 * each:.0f}" for each in figures),
        f"{len(writers.written):,}",
        f"{1_000 * statistics.median(writers.seconds):.0f}",
        f"{1_000 * max(writers.seconds):.0f}",
        str(writers.lost()),
    ]
