"""Which lane of the queue a run waits in."""

from __future__ import annotations

from django.db.models import Q

from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.queues import Lane


def lane_of(run: LLMRun) -> Lane:
    """Return the lane of a run: nobody waits for one of many that were started at once."""
    return Lane.BULK if run.trigger == LLMRun.Trigger.BULK else Lane.INTERACTIVE


def waiting_before(run: LLMRun) -> int:
    """Return how many runs wait in the same lane before this one."""
    bulk = Q(trigger=LLMRun.Trigger.BULK)
    same_lane = bulk if lane_of(run) is Lane.BULK else ~bulk
    waiting = LLMRun.objects.filter(same_lane, status=LLMRun.Status.QUEUED, retry_at=None)
    return waiting.filter(queued_at__lt=run.queued_at).count()
