"""Cancel a run: at once while it waits, through its worker while it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.queues import get_queue

if TYPE_CHECKING:
    from uuid import UUID


def cancel(run_id: UUID) -> None:
    """Ask for the end of a run; a final run stays as it is.

    The worker sees the flag within a second, closes the provider's connection and keeps the text
    that had arrived.
    """
    now = timezone.now()
    waiting = LLMRun.objects.filter(pk=run_id, status=LLMRun.Status.QUEUED)
    if waiting.update(status=LLMRun.Status.CANCELLED, cancel_requested_at=now, finished_at=now):
        get_queue().cancel(run_id)
        return
    LLMRun.objects.filter(pk=run_id, status=LLMRun.Status.RUNNING, cancel_requested_at=None).update(
        cancel_requested_at=now
    )
