"""The progress of the runs of one bulk call, and cancelling those that are still queued."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.queues import get_queue
from wagtail_llm_actions.reporting.metrics import aggregate
from wagtail_llm_actions.runs.lifecycle.transitions import cancel_all_queued

if TYPE_CHECKING:
    from wagtail_llm_actions.models.run_queryset import LLMRunQuerySet
    from wagtail_llm_actions.reporting.metrics import Metrics


def progress(key: str) -> Metrics:
    """Return the metrics of the runs of a call, by one query."""
    return aggregate(_runs(key))


def refused_by_queue(key: str) -> int:
    """Return how many runs are due again because the queue did not take them."""
    waiting = _runs(key).queued().filter(started_at=None)
    return waiting.filter(retry_at__isnull=False).count()


def cancel_queued_runs(key: str) -> int:
    """Cancel the runs that no worker has taken; return how many these were."""
    cancelled = cancel_all_queued(_runs(key))
    for run_id in cancelled:
        get_queue().cancel(run_id)
    return len(cancelled)


def _runs(key: str) -> LLMRunQuerySet:
    return LLMRun.objects.of_form(key).filter(trigger=LLMRun.Trigger.BULK).order_by()
