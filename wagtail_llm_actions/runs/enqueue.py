"""Save runs that the limits allow, and put them into the queue after commit."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone

from wagtail_llm_actions.errors import LimitExceeded, QueueUnavailable
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.queues import get_queue
from wagtail_llm_actions.runs.lifecycle.transitions import fail_queued
from wagtail_llm_actions.runs.outcome import mark_failed
from wagtail_llm_actions.runs.priority import priority_of
from wagtail_llm_actions.runs.rate_limits import check_limits, was_refused_lately

if TYPE_CHECKING:
    from collections.abc import Sequence

logger = logging.getLogger(__name__)


def create_and_enqueue(run: LLMRun, *others: LLMRun) -> LLMRun:
    """Save the runs of one click, and queue those that can be sent.

    A click that a limit refuses is recorded as one failed run.

    Returns:
        The first of them as it is stored; what an earlier request of the same click stored, if
        there was one.

    Raises:
        LimitExceeded: A limit refuses it, and has refused this user so lately that nothing more is
            recorded.
    """
    try:
        with transaction.atomic():
            try:
                check_limits(run, 1 + len(others))
            except LimitExceeded as error:
                if was_refused_lately(run.user):
                    raise
                mark_failed(run, error)
                others = ()
            for new in (run, *others):
                new.save(force_insert=True)
                if not new.is_final:
                    transaction.on_commit(lambda new=new: _enqueue(new))  # type: ignore[misc]
    except (IntegrityError, LimitExceeded):
        click = LLMRun.objects.filter(user=run.user, client_request_id=run.client_request_id)
        if earlier := click.first():
            # A second POST of the same click was faster.
            return earlier
        raise
    run.refresh_from_db()
    return run


def bulk_create_and_enqueue(runs: Sequence[LLMRun]) -> None:
    """Save runs for which nobody waits by one query, and queue those that can be sent.

    What the queue does not take stays queued here, and is due at once for ``recover``.
    """
    LLMRun.objects.bulk_create(runs)
    transaction.on_commit(lambda: _enqueue_many([run for run in runs if not run.is_final]))


def _enqueue_many(runs: Sequence[LLMRun]) -> None:
    for number, run in enumerate(runs):
        try:
            get_queue().enqueue(run.pk, priority_of(run))
        except QueueUnavailable as error:
            # Each further one would wait for the server again.
            left = [run.pk for run in runs[number:]]
            logger.warning("%d runs could not be queued: %s", len(left), error)
            LLMRun.objects.filter(pk__in=left).update(retry_at=timezone.now())
            return


def _enqueue(run: LLMRun) -> None:
    try:
        get_queue().enqueue(run.pk, priority_of(run))
    except QueueUnavailable as error:
        logger.warning("Run %s could not be queued: %s", run.pk, error)
        fail_queued(run.pk, error)
