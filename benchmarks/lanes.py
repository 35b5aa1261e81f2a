"""Whether a click waits behind bulk runs: the same clicks with none in the queue and with many."""

from __future__ import annotations

import time
import uuid
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from benchmarks.arrangements import threads
from benchmarks.figures import COLUMNS, Metrics
from benchmarks.processes import wait_until
from benchmarks.report import Section, Table
from benchmarks.rig import FAST, THREE_SECONDS, model_key
from benchmarks.rows import content, queued_runs
from tests.factories import AdminFactory
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.queues import Priority, get_queue

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from benchmarks.options import Options
    from benchmarks.rig import Rig

ROUNDS = 5
CLICKS, QUICK_CLICKS = 6, 1
"""In each round; a user's own, so that the limits of a user are kept."""
BULK, QUICK_BULK = 1_000, 5
CONCURRENCY = 10
MS = 1_000


@dataclass(frozen=True, kw_only=True)
class Situation:
    """How many bulk runs there are, and what clicks took meanwhile, in milliseconds."""

    bulk: int
    taken: list[float] = field(default_factory=list)
    """From the request until a worker had the run."""
    first_text: list[float] = field(default_factory=list)
    """From the request until the worker had the first text."""


def run(rig: Rig, options: Options) -> Section:
    """Click with and without bulk runs in turn."""
    form = content(1).click(model_key(FAST))
    situations = [Situation(bulk=0), Situation(bulk=options.pick(BULK, QUICK_BULK))]
    with rig.workers(threads(CONCURRENCY).commands):
        # Not counted: it warms everything up.
        _click(_client(), form, Situation(bulk=0))
        for _ in range(options.rounds_or(ROUNDS)):
            for situation in situations:
                client = _client()
                with _bulk_runs(rig, situation.bulk):
                    for _ in range(options.pick(CLICKS, QUICK_CLICKS)):
                        _click(client, form, situation)
    return Section(title="A click beside bulk runs", tables=[_table(situations)])


def _client() -> Client:
    client = Client()
    client.force_login(AdminFactory())
    return client


@contextmanager
def _bulk_runs(rig: Rig, count: int) -> Iterator[None]:
    """Queue bulk runs, and take back at the end what was not executed."""
    ids = queued_runs(count, model_key(THREE_SECONDS), trigger=LLMRun.Trigger.BULK)
    for run_id in ids:
        get_queue().enqueue(run_id, Priority.BULK)
    ours = LLMRun.objects.filter(pk__in=ids)
    running = ours.filter(status=LLMRun.Status.RUNNING)
    wait_until(lambda: not ids or running.exists())
    yield
    ours.filter(status=LLMRun.Status.QUEUED).update(
        status=LLMRun.Status.CANCELLED, finished_at=timezone.now()
    )
    rig.valkey.delete(f"rq:queue:{Priority.BULK}")
    wait_until(lambda: not running.exists())


def _click(client: Client, form: Mapping[str, str], situation: Situation) -> None:
    begun = time.time()
    click = {**form, "llm-actions-request-id": str(uuid.uuid4())}
    run_id = client.post(reverse("wagtail_llm_actions:start_run"), click).json()["id"]
    final = LLMRun.objects.filter(pk=run_id, status=LLMRun.Status.SUCCEEDED)
    wait_until(final.exists)
    ended = final.get()
    assert ended.started_at and ended.first_token_at  # noqa: PT018, S101 - for the type checker
    situation.taken.append((ended.started_at.timestamp() - begun) * MS)
    situation.first_text.append((ended.first_token_at.timestamp() - begun) * MS)


def _table(situations: Sequence[Situation]) -> Table:
    rows = []
    for name in ("taken", "first_text"):
        base = Metrics(getattr(situations[0], name))
        for situation in situations:
            figures = Metrics(getattr(situation, name))
            ratios = [f"{figures.median / base.median:.2f}", f"{figures.p95 / base.p95:.2f}"]
            rows.append([name.replace("_", " "), str(situation.bulk), *figures.cells(), *ratios])
    return Table(
        title="From the request until a worker has the run, and the first text, milliseconds",
        columns=["until", "bulk runs", *COLUMNS, "median ÷ none", "p95 ÷ none"],
        rows=rows,
        notes=[
            f"The model takes {FAST.first_ms} ms for its first text. The bulk runs take "
            f"{THREE_SECONDS.seconds:.0f} s each; the worker executes some of them meanwhile."
        ],
    )
