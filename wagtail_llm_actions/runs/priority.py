"""Which lane of the queue a run waits in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Q

from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.queues import Priority

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID


def priority_of(run: LLMRun) -> Priority:
    """Return the lane of a run: nobody waits for one of many that were started at once."""
    return Priority.BULK if run.trigger == LLMRun.Trigger.BULK else Priority.INTERACTIVE


def queue_positions(runs: Sequence[LLMRun]) -> dict[UUID, int]:
    """Return how many runs wait in the same lane before each of these, by one query.

    Args:
        runs: Of one click, and waiting too.
    """
    if not runs:
        return {}
    bulk = Q(trigger=LLMRun.Trigger.BULK)
    same_lane = bulk if priority_of(runs[0]) is Priority.BULK else ~bulk
    waiting = LLMRun.objects.filter(same_lane, status=LLMRun.Status.QUEUED, retry_at=None)
    counts = {
        f"before_{index}": Count("pk", filter=Q(queued_at__lt=run.queued_at))
        for index, run in enumerate(runs)
    }
    return dict(zip([run.pk for run in runs], waiting.aggregate(**counts).values(), strict=True))
