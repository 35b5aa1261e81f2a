"""In which lane of the queue a run waits."""

from __future__ import annotations

from django.db.models import Q

from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.queues import Lane


def lane_of(trigger: str) -> Lane:
    """Return the lane of the runs that ``trigger`` has started: for all but bulk, somebody waits."""
    return Lane.BULK if trigger == LLMRun.Trigger.BULK else Lane.INTERACTIVE


def waiting_before(run: LLMRun) -> int:
    """Return how many runs are in the same lane before this one."""
    bulk = Q(trigger=LLMRun.Trigger.BULK)
    same_lane = bulk if lane_of(run.trigger) is Lane.BULK else ~bulk
    waiting = LLMRun.objects.filter(same_lane, status=LLMRun.Status.QUEUED, retry_at=None)
    return waiting.filter(queued_at__lt=run.queued_at).count()
