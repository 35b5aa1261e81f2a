"""The priority of a run, and its position in the queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Q

from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.queues import Priority

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
    bulk = Q(trigger=LLMRun.Trigger.BULK)
    same_priority = bulk if priority_of(runs[0]) is Priority.BULK else ~bulk
    waiting = LLMRun.objects.queued().filter(same_priority, retry_at=None)
    counts = {
        f"before_{index}": Count("pk", filter=Q(queued_at__lt=run.queued_at))
        for index, run in enumerate(runs)
    }
    return dict(zip([run.pk for run in runs], waiting.aggregate(**counts).values(), strict=True))
