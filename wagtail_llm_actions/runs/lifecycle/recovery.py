"""Fail abandoned runs, and put queued runs back that the queue has lost.

A claimed run is never executed again by itself, since its provider may have been called, and
billed: the editor decides whether to try once more.
"""

from __future__ import annotations

import contextlib
import math
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from wagtail_llm_actions.errors import QueueUnavailable
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.queues import Priority, get_queue
from wagtail_llm_actions.runs.lifecycle.transitions import fail_abandoned
from wagtail_llm_actions.runs.priority import priority_of

if TYPE_CHECKING:
    from uuid import UUID

REQUEUE_AFTER = timedelta(seconds=5)
"""A younger run may still be on its way from the commit to the queue."""
RECOVER_SECONDS = 5.0
"""Between two recoveries of one process."""

_recovered = -math.inf


def recover() -> None:
    """Fail abandoned runs and requeue missing ones; a queue that is down is tried next time."""
    fail_abandoned()
    with contextlib.suppress(QueueUnavailable):
        requeue_missing()


def recover_throttled() -> None:
    """Recover at most once in ``RECOVER_SECONDS`` per process; every poll calls this."""
    global _recovered  # noqa: PLW0603
    now = time.monotonic()
    if now - _recovered >= RECOVER_SECONDS:
        _recovered = now
        recover()


def requeue_missing() -> int:
    """Put runs on the queue whose retry is due, or whose job was lost.

    A job is lost when the queue's server loses its data, or the process of the thread queue ends.

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
