"""Fail abandoned runs, settle what is reserved for ended ones, requeue those that the queue has lost.

A claimed run is never executed again by itself, since its provider may have been called, and
billed: the editor decides whether to try once more.
"""

from __future__ import annotations

import contextlib
import time
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.db.models import Q, Value
from django.utils import timezone

from wagtail_llm_actions.database.prepared_query import Parameter, PreparedQuery
from wagtail_llm_actions.database.sqlite import yielding_writes
from wagtail_llm_actions.errors import QueueUnavailable, WorkerUnsuitable
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.queues import Priority, get_queue
from wagtail_llm_actions.runs.lifecycle.transitions import fail_abandoned, fail_queued
from wagtail_llm_actions.runs.priority import priority_of
from wagtail_llm_actions.spending.settlement import settle_left, unsettled

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

REQUEUE_AFTER = timedelta(seconds=5)
"""A younger run may still be on its way from the commit to the queue."""


class Throttle:
    """Let a call through at most once in ``seconds``, in one process.

    Two threads that ask at the same moment may both be let through, which is harmless here: every
    write of a recovery is conditional.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._last = time.monotonic()

    def allows(self) -> bool:
        """Return whether a call is due; if it is, the next one is due ``seconds`` later."""
        now = time.monotonic()
        if now - self._last < self.seconds:
            return False
        self._last = now
        return True


recovery_throttle = Throttle(seconds=5.0)


@yielding_writes()
def recover(*, bulk: bool = True) -> None:
    """Fail abandoned runs, settle, and requeue missing ones; a queue that is down is tried next time.

    Args:
        bulk: Requeue bulk runs too, of which thousands may wait.
    """
    if not _is_needed(bulk=bulk):
        return
    fail_abandoned()
    settle_left()
    with contextlib.suppress(QueueUnavailable):
        requeue_missing(bulk=bulk)


def recover_throttled() -> None:
    """Recover if the throttle allows it; every poll calls this.

    Bulk runs that wait in a queue server are left to its workers: nobody's poll takes longer for them.
    """
    if recovery_throttle.allows():
        recover(bulk=get_queue().executes_here)


def recover_without_worker() -> None:
    """Recover where web processes execute the runs: elsewhere a worker does so every few seconds."""
    if get_queue().executes_here:
        recover()


def requeue_missing(*, bulk: bool = True) -> int:
    """Put runs on the queue whose retry is due, or whose job was lost.

    A job is lost when the queue's server loses its data, or the process of the thread queue ends.
    A run that no worker can execute fails.

    Args:
        bulk: Include bulk runs.

    Returns:
        How many were queued.

    Raises:
        QueueUnavailable: The queue does not answer.
    """
    now, queue = timezone.now(), get_queue()
    due = _due(now, now - REQUEUE_AFTER, bulk=bulk).only("pk", "trigger", "started_at")
    waiting: dict[Priority, dict[UUID, LLMRun]] = {}
    for run in due:
        waiting.setdefault(priority_of(run), {})[run.pk] = run
    count = 0
    for priority, runs in waiting.items():
        # The job of a run that was started, and queued again for its next attempt, has ended too.
        new = [run_id for run_id, run in runs.items() if run.started_at is None]
        for run_id in queue.rejected(new, priority):
            fail_queued(runs.pop(run_id), WorkerUnsuitable())
        count += queue.enqueue_missing(list(runs), priority)
    return count


def _due(
    now: datetime | Parameter, queued_before: datetime | Parameter, *, bulk: bool
) -> QuerySet[LLMRun]:
    """Return the runs whose retry is due, and those queued before a moment, whose job may be lost."""
    due = LLMRun.objects.queued().filter(
        Q(retry_at__lte=now) | Q(retry_at=None, queued_at__lt=queued_before)
    )
    return due if bulk else due.exclude(trigger=LLMRun.Trigger.BULK)


def _is_needed(*, bulk: bool) -> bool:
    """Return by one query whether there is anything to do, which there seldom is."""
    now = timezone.now()
    return bool(_work(bulk=bulk).rows(now=now, queued_before=now - REQUEUE_AFTER))


@lru_cache
def _work(*, bulk: bool) -> PreparedQuery[LLMRun]:
    now, queued_before = (
        Parameter(name, LLMRun._meta.get_field("queued_at")) for name in ("now", "queued_before")
    )
    kinds: list[QuerySet[Any]] = [
        LLMRun.objects.expired(now),
        unsettled(),
        _due(now, queued_before, bulk=bulk),
    ]
    first, *others = (rows.order_by().values_list(Value(1)) for rows in kinds)
    return PreparedQuery(lambda: first.union(*others).order_by())
