"""How far the runs of one bulk call are, and an end for those that still wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.queues import get_queue
from wagtail_llm_actions.reporting.usage import aggregate

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from wagtail_llm_actions.reporting.usage import Metrics


def progress(key: str) -> Metrics:
    """Return the numbers of the runs of a call, in one query."""
    return aggregate(_runs(key))


def refused_by_queue(key: str) -> int:
    """Return how many runs wait because the queue's server did not answer."""
    waiting = _runs(key).filter(status=LLMRun.Status.QUEUED, started_at=None)
    return waiting.filter(retry_at__isnull=False).count()


def cancel_waiting(key: str) -> int:
    """Cancel the runs that no worker has taken; return how many these were."""
    waiting = _runs(key).filter(status=LLMRun.Status.QUEUED)
    now = timezone.now()
    ids = list(waiting.values_list("pk", flat=True))
    cancelled = waiting.update(
        status=LLMRun.Status.CANCELLED, cancel_requested_at=now, finished_at=now
    )
    for run_id in ids:
        get_queue().cancel(run_id)
    return cancelled


def _runs(key: str) -> QuerySet[LLMRun]:
    return LLMRun.objects.filter(form_key=key, trigger=LLMRun.Trigger.BULK).order_by()
