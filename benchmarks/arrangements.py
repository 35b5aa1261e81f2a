"""Ways to execute many runs at once."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.queues.base import Priority

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.rig import Rig, Web

RQWORKER = ["rqworker", *(priority.value for priority in Priority)]
FORKING = "benchmarks.site.forking.ForkingWorker"


@dataclass(frozen=True, kw_only=True)
class Arrangement:
    """Workers, and how many runs they execute at once."""

    name: str
    commands: Sequence[Sequence[str]]
    """Management commands, each in a process of its own."""
    concurrency: int
    """Of all of them together."""


def threads(concurrency: int, processes: int = 1) -> Arrangement:
    """Return the package's own workers, each with its share of the runs."""
    command = ["llm_actions_worker", "--concurrency", str(concurrency // processes)]
    return Arrangement(
        name="`llm_actions_worker`", commands=[command] * processes, concurrency=concurrency
    )


def forking(concurrency: int) -> Arrangement:
    """Return RQ's forking workers, one for each run, with everything loaded before they fork."""
    command = [*RQWORKER, "--worker-class", FORKING]
    return Arrangement(
        name="forking, warm", commands=[command] * concurrency, concurrency=concurrency
    )


def plain(concurrency: int) -> Arrangement:
    """Return django-rq's workers as they are, one for each run."""
    return Arrangement(
        name="`rqworker`", commands=[RQWORKER] * concurrency, concurrency=concurrency
    )


@contextmanager
def serving(rig: Rig, name: str, slots: int) -> Iterator[Web]:
    """Start a web process, and what executes its runs: workers by their name, or its threads."""
    LLMRun.objects.all().delete()
    if name == "threads":
        with rig.web_with_threads() as web:
            yield web
        return
    arrangement = plain(slots) if name == "`rqworker`" else threads(slots)
    with rig.workers(arrangement.commands), rig.web() as web:
        yield web
