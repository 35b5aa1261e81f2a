"""Cancel a run: at once while it is queued, through its worker while it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from wagtail_llm_actions.database.sqlite import yielding_writes
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.queues import get_queue
from wagtail_llm_actions.runs.lifecycle.transitions import cancel_queued

if TYPE_CHECKING:
    from uuid import UUID


@yielding_writes()
def cancel(run_id: UUID) -> None:
    """Cancel a queued run now, or ask the worker of a running one; a final run stays as it is.

    The worker sees the request within a second, closes the provider's connection and stores the
    text that had arrived. Of a run that is being repaired, only the repair is cancelled: it succeeds
    with the text as it was.
    """
    if cancel_queued(run_id):
        get_queue().cancel(run_id)
        return
    running = LLMRun.objects.filter(pk=run_id, status=LLMRun.Status.RUNNING)
    running.filter(cancel_requested_at=None).update(cancel_requested_at=timezone.now())
