"""End runs whose worker was lost, and queue again what the queue lost.

Once a worker has claimed a run, the provider may have been called, so the run is never executed
again by itself: the editor decides whether to try once more.
"""

from __future__ import annotations

import contextlib
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from wagtail_llm_actions.errors import QueueUnavailable, RunInterrupted
from wagtail_llm_actions.models import LLMAttempt, LLMRun
from wagtail_llm_actions.queues import get_queue
from wagtail_llm_actions.runs.finish import error_fields
from wagtail_llm_actions.runs.lanes import lane_of

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

REQUEUE_AFTER = timedelta(seconds=5)


def recover() -> int:
    """End every running run whose lease is over, and queue those that waited for long enough.

    Returns:
        How many were ended.
    """
    now = timezone.now()
    due = LLMRun.objects.filter(status=LLMRun.Status.QUEUED, retry_at__lte=now)
    # Of many, each would wait for a queue server that does not answer.
    with contextlib.suppress(QueueUnavailable):
        for run in due.only("trigger"):
            get_queue().enqueue(run.pk, lane_of(run))
    return _end(LLMRun.objects.filter(lease_expires_at__lt=now))


def recover_run(run: LLMRun) -> None:
    """End one run, and reload it, if its lease is over."""
    if run.lease_expires_at is not None and run.lease_expires_at < timezone.now():
        _end(LLMRun.objects.filter(pk=run.pk, lease_token=run.lease_token))
        run.refresh_from_db()


def requeue(run: LLMRun) -> None:
    """Hand a run that waits for long to the queue again, where the queue has lost it.

    The queue server may have lost its data, or the web process with the threads was restarted. A
    run that waits to be tried again is handed over when its time has come.
    """
    due_at = run.retry_at or run.queued_at + REQUEUE_AFTER
    if run.status == LLMRun.Status.QUEUED and timezone.now() >= due_at:
        with contextlib.suppress(QueueUnavailable):
            get_queue().enqueue(run.pk, lane_of(run))


def interrupt(run_id: UUID) -> None:
    """End a run whose process is known to be gone, without waiting for its lease."""
    _end(LLMRun.objects.filter(pk=run_id))


def _end(lost: QuerySet[LLMRun]) -> int:
    lost = lost.filter(status=LLMRun.Status.RUNNING)
    ids = list(lost.values_list("pk", flat=True))
    if not ids:
        return 0
    now = timezone.now()
    error = error_fields(RunInterrupted())
    with transaction.atomic():
        ended = lost.filter(pk__in=ids).update(
            status=LLMRun.Status.FAILED,
            finished_at=now,
            lease_token=None,
            lease_expires_at=None,
            **error,
        )
        # Not of a run whose worker has just renewed its lease.
        attempts = LLMAttempt.objects.filter(run__in=ids, run__status=LLMRun.Status.FAILED)
        attempts.filter(finished_at=None).update(finished_at=now, error_code=error["error_code"])
    return ended
