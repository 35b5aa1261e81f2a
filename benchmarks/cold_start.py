"""The first click after a web process has started that executes runs in its own threads."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING

from django.urls import reverse

from benchmarks.figures import COLUMNS, Metrics
from benchmarks.processes import wait_until
from benchmarks.report import Section, Table
from benchmarks.rig import FAST, model_key
from benchmarks.rows import content
from tests.factories import AdminFactory
from tests.parts.web import Visitor
from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from benchmarks.options import Options
    from benchmarks.rig import Rig

ROUNDS = 5
READING_SECONDS, QUICK_SECONDS = 10.0, 0.0
"""From the opening of the form to the click."""
MS = 1_000


def run(rig: Rig, options: Options) -> Section:
    """Start the web process anew for each click."""
    reading = options.pick(READING_SECONDS, QUICK_SECONDS)
    ways: dict[str, list[float]] = {"without its form": [], f"{reading:.0f} s after its form": []}
    for _ in range(options.rounds_or(ROUNDS)):
        for way, seconds in zip(ways, (None, reading), strict=True):
            ways[way].append(_first_click(rig, seconds))
    table = Table(
        title="From the request of the first click until the run is executed, milliseconds",
        columns=["click", *COLUMNS],
        rows=[[way, *Metrics(times).cells()] for way, times in ways.items()],
        notes=["A form that offers an action lets its process load the SDKs in the background."],
    )
    return Section(title="The first click where the web process executes runs", tables=[table])


def _first_click(rig: Rig, reading_seconds: float | None) -> float:
    """Return the milliseconds; no form was opened where the seconds are ``None``."""
    form = content(1).click(model_key(FAST))
    visitor = Visitor(AdminFactory())
    with rig.web_with_threads() as web:
        # What the web process itself loads with its first page is not measured.
        visitor.send(web, "GET", form["llm-actions-form-action"], {})
        if reading_seconds is not None:
            path = reverse("wagtail_llm_actions:offers")
            visitor.get(web, f"{path}?form_action={form['llm-actions-form-action']}")
            time.sleep(reading_seconds)
        begun = time.time()
        click = {**form, "llm-actions-request-id": str(uuid.uuid4())}
        run_id = visitor.post(web, reverse("wagtail_llm_actions:start_run"), click)["id"]
        ended = LLMRun.objects.filter(pk=run_id, status=LLMRun.Status.SUCCEEDED)
        wait_until(ended.exists)
        started_at = ended.get().started_at
        assert started_at  # noqa: S101 - for the type checker
        return (started_at.timestamp() - begun) * MS
