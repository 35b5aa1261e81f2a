"""End runs whose worker was lost, and queue again what the queue lost.

Once a worker has claimed a run, the provider may have been called, so the run is never executed
again by itself: the editor decides whether to try once more.
"""

from __future__ import annotations

import contextlib
import math
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from wagtail_llm_actions.errors import QueueUnavailable, RunInterrupted
from wagtail_llm_actions.models import LLMAttempt, LLMRun
from wagtail_llm_actions.queues import Priority, get_queue
from wagtail_llm_actions.runs.outcome import error_fields
from wagtail_llm_actions.runs.priority import priority_of

if TYPE_CHECKING:
    from uuid import UUID

REQUEUE_AFTER = timedelta(seconds=5)
"""A run that was queued just now may not have reached the queue yet."""
RECOVER_SECONDS = 5.0

_recovered = -math.inf


def recover() -> None:
    """End what was lost, and queue again what should wait; a queue that is away is tried later."""
    fail_abandoned()
    with contextlib.suppress(QueueUnavailable):
        requeue_missing()


def recover_throttled() -> None:
    """Recover, but not more often than every few seconds in one process; each poll calls it."""
    global _recovered  # noqa: PLW0603
    now = time.monotonic()
    if now - _recovered >= RECOVER_SECONDS:
        _recovered = now
        recover()


def fail_abandoned() -> int:
    """End every running run whose lease is over, as interrupted.

    Returns:
        How many were ended.
    """
    lost = LLMRun.objects.filter(status=LLMRun.Status.RUNNING, lease_expires_at__lt=timezone.now())
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


def requeue_missing() -> int:
    """Queue what has waited long enough to be tried again, and what the queue has lost.

    The queue server may have lost its data, or the web process with the threads was restarted.

    Returns:
        How many were queued.

    Raises:
        QueueUnavailable: The queue does not answer.
    """
    now = timezone.now()
    is_due = Q(retry_at__lte=now) | Q(retry_at=None, queued_at__lt=now - REQUEUE_AFTER)
    waiting: dict[Priority, list[UUID]] = {}
    for run in LLMRun.objects.filter(is_due, status=LLMRun.Status.QUEUED).only("pk", "trigger"):
        waiting.setdefault(priority_of(run), []).append(run.pk)
    return sum(get_queue().enqueue_missing(ids, lane) for lane, ids in waiting.items())
