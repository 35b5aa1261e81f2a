"""The priority of a run, and its position in the queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Q

from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.queues import Priority, get_queue

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID


def priority_of(run: LLMRun) -> Priority:
    """Return the priority of a run: interactive, unless it is a bulk run."""
    return Priority.BULK if run.trigger == LLMRun.Trigger.BULK else Priority.INTERACTIVE


def queue_positions(runs: Sequence[LLMRun]) -> dict[UUID, int]:
    """Return how many runs of the same priority are queued before each of these, by one query.

    Args:
        runs: Of one click, and queued.
    """
    if not runs:
        return {}
    waiting = LLMRun.objects.queued().filter(_same_priority(runs[0]), retry_at=None)
    counts = {
        f"before_{index}": Count("pk", filter=Q(queued_at__lt=run.queued_at))
        for index, run in enumerate(runs)
    }
    return dict(zip([run.pk for run in runs], waiting.aggregate(**counts).values(), strict=True))


def is_starting(run: LLMRun) -> bool:
    """Return whether the first run in the queue waits for its own process, which imports an SDK.

    No run has a slot then. Of other queues nobody knows whether a worker will come.
    """
    running = LLMRun.objects.filter(_same_priority(run), status=LLMRun.Status.RUNNING)
    # The run itself may have begun since it was read.
    return get_queue().executes_here and not running.exclude(pk=run.pk).exists()


def _same_priority(run: LLMRun) -> Q:
    bulk = Q(trigger=LLMRun.Trigger.BULK)
    return bulk if priority_of(run) is Priority.BULK else ~bulk
