"""The priority of a run, and its position in the queue."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from wagtail_llm_actions.database.prepared_query import COUNT, Parameter, PreparedQuery
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.queues import Priority, get_queue

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from django.db.models import QuerySet


def priority_of(run: LLMRun) -> Priority:
    """Return the priority of a run: interactive, unless it is a bulk run."""
    return Priority.BULK if run.trigger == LLMRun.Trigger.BULK else Priority.INTERACTIVE


def queue_positions(runs: Sequence[LLMRun]) -> dict[UUID, int]:
    """Return how many runs of the same priority are queued before each of these.

    Those of one click were queued at the same moment, so that it is one query.

    Args:
        runs: Of one click, and queued.
    """
    if not runs:
        return {}
    waiting = _WAITING[priority_of(runs[0])]
    before = {
        moment: waiting.rows(moment=moment)[0][0] for moment in {run.queued_at for run in runs}
    }
    return {run.pk: before[run.queued_at] for run in runs}


def is_starting(run: LLMRun) -> bool:
    """Return whether the first run in the queue waits for its own process, which imports an SDK.

    No run has a slot then. Of other queues nobody knows whether a worker will come.
    """
    running = LLMRun.objects.filter(_OF[priority_of(run)], status=LLMRun.Status.RUNNING)
    # The run itself may have begun since it was read.
    return get_queue().executes_here and not running.exclude(pk=run.pk).exists()


def _waiting(priority: Priority) -> QuerySet[LLMRun, Any]:
    moment = Parameter("moment", LLMRun._meta.get_field("queued_at"))
    waiting = LLMRun.objects.queued().filter(_OF[priority], retry_at=None, queued_at__lt=moment)
    return waiting.order_by().values_list(COUNT)


_BULK = Q(trigger=LLMRun.Trigger.BULK)
_OF = {Priority.BULK: _BULK, Priority.INTERACTIVE: ~_BULK}
_WAITING = {priority: PreparedQuery(partial(_waiting, priority)) for priority in Priority}
"""The number of runs that were queued before a moment."""
