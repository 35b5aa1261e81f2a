"""Ways to execute many runs at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wagtail_llm_actions.queues.base import Priority

if TYPE_CHECKING:
    from collections.abc import Sequence

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
