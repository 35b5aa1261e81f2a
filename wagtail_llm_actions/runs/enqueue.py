"""Save the runs that the limits and budgets allow, and put them on the queue after the commit."""

from __future__ import annotations

import logging
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone

from wagtail_llm_actions.database.sqlite import yielding_writes
from wagtail_llm_actions.errors import BudgetReached, LimitExceeded, QueueUnavailable, TextsLost
from wagtail_llm_actions.models import LLMReservation, LLMRun
from wagtail_llm_actions.queues import get_queue
from wagtail_llm_actions.runs.candidates import candidates_of
from wagtail_llm_actions.runs.lifecycle.db_retry import retry_on_innodb_deadlock
from wagtail_llm_actions.runs.lifecycle.dispatch import send_on_commit
from wagtail_llm_actions.runs.lifecycle.transitions import fail_queued, fail_unsaved
from wagtail_llm_actions.runs.priority import priority_of
from wagtail_llm_actions.runs.rate_limits import check_limits, was_recorded_recently
from wagtail_llm_actions.runs.reserving import reserve_for
from wagtail_llm_actions.runs.unstored import hold, left_out
from wagtail_llm_actions.signals import run_finished, run_queued
from wagtail_llm_actions.spending.notices import tell_of_refusal
from wagtail_llm_actions.spending.reserve import periods_for

if TYPE_CHECKING:
    from collections.abc import Sequence

logger = logging.getLogger(__name__)


@retry_on_innodb_deadlock
@yielding_writes()
def create_and_enqueue(*candidates: LLMRun) -> list[LLMRun]:
    """Save the runs of one click, and queue those that can be sent.

    Of a click that exceeds a limit only the first run is saved, as failed.

    Args:
        candidates: Not saved yet; only the first may be failed.

    Returns:
        The runs that were saved; those of an earlier request of the same click, if there was one.

    Raises:
        LimitExceeded: A limit is exceeded, and the last such failure of this user is so recent that
            this one is not recorded.
    """
    run = candidates[0]
    try:
        with transaction.atomic():
            reservations = _ask_limits(candidates)
            if run.status == LLMRun.Status.FAILED:
                candidates = (run,)
            with left_out(candidates):
                for new in candidates:
                    new.save(force_insert=True)
            LLMReservation.objects.bulk_create(reservations)
            for queued in _announce(candidates):
                transaction.on_commit(partial(_enqueue, queued))
    except (IntegrityError, LimitExceeded):
        # A second request of the same click was faster.
        if earlier := _runs_of_click(run):
            return earlier
        raise
    return list(candidates)


def _ask_limits(candidates: Sequence[LLMRun]) -> list[LLMReservation]:
    """Reserve what the runs of a click may cost; of a click that exceeds a limit, the first run fails.

    Raises:
        LimitExceeded: A limit is exceeded, and the last such failure is recent.
    """
    run = candidates[0]
    try:
        check_limits(run, len(candidates))
        return reserve_for(candidates) if run.status == LLMRun.Status.QUEUED else []
    except LimitExceeded as error:
        if was_recorded_recently(run):
            raise
        fail_unsaved(run, error)
        tell_of_refusal(error)
        return []


@retry_on_innodb_deadlock
@yielding_writes()
def bulk_create_and_enqueue(runs: Sequence[LLMRun]) -> LimitExceeded | None:
    """Save bulk runs by one query, and queue those that can be sent.

    Runs that the queue does not take stay queued in the database; recovery tries again. Runs that do
    not fit into a budget are not saved, but for the first one, as failed, where waiting does not help.

    Returns:
        Why the last runs were not saved; ``None`` if all were.
    """
    with transaction.atomic(savepoint=False):
        count, reservations, refusal = _reserve_each(runs)
        runs = runs[:count]
        with left_out(runs):
            LLMRun.objects.bulk_create(runs)
        LLMReservation.objects.bulk_create(reservations)
        queued = _announce(runs)
        transaction.on_commit(lambda: _enqueue_bulk(queued))
    if refusal:
        tell_of_refusal(refusal)
    return refusal


def _reserve_each(
    runs: Sequence[LLMRun],
) -> tuple[int, list[LLMReservation], LimitExceeded | None]:
    """Reserve as many of the runs as fit; return how many are to be saved, and why no more."""
    reservations: list[LLMReservation] = []
    periods = periods_for(runs[0]) if runs else []
    if not periods:
        return len(runs), reservations, None
    for number, run in enumerate(runs):
        if run.status != LLMRun.Status.QUEUED:
            continue
        try:
            reservations += reserve_for([run], periods)
        except LimitExceeded as error:
            if isinstance(error, BudgetReached) and error.is_reserved:
                return number, reservations, error
            fail_unsaved(run, error)
            return number + 1, reservations, error
    return len(runs), reservations, None


def _runs_of_click(run: LLMRun) -> list[LLMRun]:
    """Return what an earlier request of the same click has saved, in order; empty without one."""
    first = LLMRun.objects.filter(user=run.user_id, client_request_id=run.client_request_id).first()
    return candidates_of(first) if first else []


def _announce(runs: Sequence[LLMRun]) -> list[LLMRun]:
    """Send the signals, before the queue gets the runs; return those that are queued."""
    queued = [run for run in runs if run.status == LLMRun.Status.QUEUED]
    failed = [run for run in runs if run.status == LLMRun.Status.FAILED]
    send_on_commit(run_queued, [run.pk for run in queued])
    send_on_commit(run_finished, [run.pk for run in failed])
    return queued


def _enqueue(run: LLMRun) -> None:
    try:
        hold([run])
        get_queue().enqueue(run.pk, priority_of(run))
    except (QueueUnavailable, TextsLost) as error:
        logger.warning("Run %s could not be queued: %s", run.pk, error.code)
        fail_queued(run, error)


def _enqueue_bulk(runs: Sequence[LLMRun]) -> None:
    # Of what the cache does not take, the workers say that it is lost.
    with suppress(TextsLost):
        hold(runs)
    for number, run in enumerate(runs):
        try:
            get_queue().enqueue(run.pk, priority_of(run))
        except QueueUnavailable as error:
            # Each further one would wait for the queue's server again.
            left = [run.pk for run in runs[number:]]
            logger.warning("%d runs could not be queued: %s", len(left), error)
            LLMRun.objects.filter(pk__in=left).update(retry_at=timezone.now())
            return
