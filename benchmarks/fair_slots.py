"""Whether a click waits behind the many runs of another user, by the arrangement of workers."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.urls import reverse

from benchmarks.arrangements import serving
from benchmarks.figures import COLUMNS, Metrics
from benchmarks.processes import wait_until
from benchmarks.report import Section, Table
from benchmarks.rig import FAST, FORTY_SECONDS, THREE_SECONDS, model_key
from benchmarks.rows import content
from tests.factories import AdminFactory
from tests.parts.web import Visitor
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.queues.base import reserved_slots

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.options import Options
    from benchmarks.rig import Rig, Web

SLOTS = 4
"""Of each arrangement; the default of ``THREADS``."""
MANY_RUNS = 10
CLICKS, QUICK_CLICKS = 10, 1
"""Of other users, one after the other."""


def run(rig: Rig, options: Options) -> Section:
    """Let one user start many runs, then others one each."""
    pace = options.pick(FORTY_SECONDS, THREE_SECONDS)
    clicks = options.pick(CLICKS, QUICK_CLICKS)
    rows = []
    for name, shared in (("`llm_actions_worker`", True), ("threads", True), ("`rqworker`", False)):
        many = {**content(1).click(model_key(pace))}
        single = {**content(1).click(model_key(FAST))}
        executed = SLOTS - reserved_slots(SLOTS) if shared else SLOTS
        with serving(rig, name, SLOTS) as web:
            first = Visitor(AdminFactory())
            runs = [_click(web, first, many) for _ in range(MANY_RUNS)]
            started = LLMRun.objects.filter(pk__in=runs, started_at__isnull=False)
            wait_until(lambda: started.count() >= executed)  # noqa: B023 - called in this round
            # Without a free slot, one click takes as long as a run of the others.
            times = [_seconds(web, single) for _ in range(clicks if shared else 1)]
        rows.append([name, str(SLOTS), str(executed), *Metrics(times).cells(2)])
    table = Table(
        title="From the click of another user until the run is executed, seconds",
        columns=["worker", "slots", "of the one user", *COLUMNS],
        rows=rows,
        notes=[
            f"One user has {MANY_RUNS} runs of {pace.seconds:.0f} s each. The goal is 2 s while a "
            "slot is free. With `rqworker`, users take turns in the queue, but no slot stays free: a "
            "click waits for the first run that ends."
        ],
    )
    return Section(title="A click beside the runs of another user", tables=[table])


def _click(web: Web, visitor: Visitor, form: Mapping[str, str]) -> str:
    click = {**form, "llm-actions-request-id": str(uuid.uuid4())}
    run_id: str = visitor.post(web, reverse("wagtail_llm_actions:start_run"), click)["id"]
    return run_id


def _seconds(web: Web, form: Mapping[str, str]) -> float:
    run_id = _click(web, Visitor(AdminFactory()), form)
    ended = LLMRun.objects.filter(pk=run_id).exclude(status__in=LLMRun.UNFINISHED)
    wait_until(ended.exists)
    run = ended.get()
    assert run.started_at, run.error_code  # noqa: S101 - nothing was measured
    return (run.started_at - run.queued_at).total_seconds()
