"""The state machine of a run: the allowed changes of its status, and one function for each.

No other module writes ``LLMRun.status``. Each change is one conditional UPDATE, so that exactly one
of several processes makes it. What a worker writes is conditional on its lease as well.
"""

from __future__ import annotations

import uuid
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from wagtail_llm_actions.database.locks import let_locks_expire, unlocked
from wagtail_llm_actions.database.prepared_query import Parameter, PreparedQuery
from wagtail_llm_actions.errors import RunInterrupted
from wagtail_llm_actions.models import LLMAttempt, LLMRun
from wagtail_llm_actions.runs.lifecycle.db_retry import retry_on_db_outage
from wagtail_llm_actions.runs.lifecycle.dispatch import send_on_commit
from wagtail_llm_actions.runs.lifecycle.lease import Lease, lease_expiry
from wagtail_llm_actions.runs.lifecycle.outcome import run_error_fields
from wagtail_llm_actions.runs.unstored import withhold
from wagtail_llm_actions.signals import run_finished, run_started
from wagtail_llm_actions.spending.settlement import settle

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from wagtail_llm_actions.errors import LLMActionsError
    from wagtail_llm_actions.generation import GenerationResult
    from wagtail_llm_actions.runs.lifecycle.outcome import RunOutcome

Status = LLMRun.Status

TRANSITIONS: Mapping[LLMRun.Status, frozenset[LLMRun.Status]] = {
    Status.QUEUED: frozenset({Status.RUNNING, Status.FAILED, Status.CANCELLED}),
    Status.RUNNING: frozenset({Status.QUEUED, Status.SUCCEEDED, Status.FAILED, Status.CANCELLED}),
    Status.SUCCEEDED: frozenset(),
    Status.FAILED: frozenset(),
    Status.CANCELLED: frozenset(),
}
"""Which statuses may follow each status; none follows a final one."""

_RELEASED: Mapping[str, object] = {
    "retry_at": None,
    "lease_token": None,
    "lease_expires_at": None,
    "is_reasoning": False,
    "is_repairing": False,
}

_RUN_ID = Parameter("run_id", LLMRun._meta.pk)
_LEASED = PreparedQuery(
    lambda: LLMRun.objects.leased(
        _RUN_ID, Parameter("token", LLMRun._meta.get_field("lease_token"))
    ).order_by()
)
_NEW = PreparedQuery(lambda: _due().filter(started_at=None))
_REQUEUED = PreparedQuery(lambda: _due().exclude(started_at=None))


def claim(run_id: UUID) -> Lease | None:
    """Queued → running: take a run that is due.

    Returns:
        The lease; ``None`` where another worker has the run, or it is final.
    """
    now, token = timezone.now(), uuid.uuid4()
    _check(Status.QUEUED, Status.RUNNING)
    leased = {
        "status": Status.RUNNING,
        "retry_at": None,
        "lease_token": token,
        "lease_expires_at": lease_expiry(),
    }
    if _NEW.update({**leased, "started_at": now}, run_id=run_id, now=now):
        send_on_commit(run_started, [run_id])
        return Lease(run_id, token, is_first=True)
    return Lease(run_id, token) if _REQUEUED.update(leased, run_id=run_id, now=now) else None


def _due() -> QuerySet[LLMRun]:
    now = Parameter("now", LLMRun._meta.get_field("retry_at"))
    is_due = Q(retry_at=None) | Q(retry_at__lte=now)
    return LLMRun.objects.queued().filter(is_due, pk=_RUN_ID).order_by()


def requeue(lease: Lease, retry_at: datetime) -> bool:
    """Running → queued: free the worker until the next attempt is due."""
    released = {**_RELEASED, "retry_at": retry_at}
    return bool(_move_owned(lease, Status.QUEUED, **released))


def succeed(lease: Lease, outcome: RunOutcome, result: GenerationResult) -> bool:
    """Running → succeeded; return whether the lease still held."""
    return _finish_owned(
        lease,
        Status.SUCCEEDED,
        outcome,
        output=outcome.output.strip(),
        response_model=result.response_model,
        finish_reason=str(result.finish_reason),
    )


def fail(lease: Lease, outcome: RunOutcome, error: LLMActionsError) -> bool:
    """Running → failed; return whether the lease still held."""
    return _finish_owned(lease, Status.FAILED, outcome, **run_error_fields(error))


def cancel_running(lease: Lease, outcome: RunOutcome) -> bool:
    """Running → cancelled; return whether the lease still held."""
    return _finish_owned(lease, Status.CANCELLED, outcome)


def cancel_queued(run_id: UUID) -> bool:
    """Queued → cancelled; return whether no worker was faster."""
    row, now = LLMRun.objects.filter(pk=run_id), timezone.now()
    if not _finish(row, run_id, Status.QUEUED, Status.CANCELLED, cancel_requested_at=now):
        return False
    settle([run_id])
    return True


def cancel_all_queued(runs: QuerySet[LLMRun]) -> list[UUID]:
    """Queued → cancelled, for each of these runs that no worker has taken; return their ids."""
    now = timezone.now()
    cancelled = _finish_all(
        runs, Status.QUEUED, Status.CANCELLED, now, among=runs, cancel_requested_at=now
    )
    settle(cancelled)
    return cancelled


def fail_queued(run: LLMRun, error: LLMActionsError) -> bool:
    """Queued → failed: the queue did not take the run. The instance changes with its row."""
    fields = run_error_fields(error)
    row = LLMRun.objects.filter(pk=run.pk)
    if not _finish(row, run.pk, Status.QUEUED, Status.FAILED, **fields):
        return False
    _set_failed(run, timezone.now(), fields)
    settle([run.pk])
    return True


def fail_unsaved(run: LLMRun, error: LLMActionsError) -> None:
    """Queued → failed, on an instance that is not saved yet: the run cannot be sent at all."""
    _set_failed(run, run.queued_at, run_error_fields(error))


def fail_abandoned() -> list[UUID]:
    """Running → failed, as interrupted, for each run whose lease has expired; return their ids.

    A run that another transaction has locked is left for the next time, and what is reserved for all of
    them to ``settle_left``: whoever holds a lock may be frozen, and each poll may call this.
    """
    expired = LLMRun.objects.expired(timezone.now())
    ids = list(expired.values_list("pk", flat=True))
    if not ids:
        return []
    now, error = timezone.now(), run_error_fields(RunInterrupted())
    with transaction.atomic():
        let_locks_expire()
        # Filtered once more: a worker may have renewed its lease since.
        failed = _finish_all(
            unlocked(expired.filter(pk__in=ids)),
            Status.RUNNING,
            Status.FAILED,
            now,
            among=LLMRun.objects.filter(pk__in=ids),
            **error,
        )
        attempts = LLMAttempt.objects.filter(run__in=failed, finished_at=None)
        attempts.update(finished_at=now, error_code=error["error_code"])
    return failed


def set_retry_at(lease: Lease, retry_at: datetime | None) -> None:
    """Store when the worker, which keeps the run, makes the next attempt; ``None``: now."""
    _update_owned(lease, retry_at=retry_at, is_reasoning=False)


def set_fallback(
    lease: Lease, *, provider_name: str, request_model: str, **request: object
) -> None:
    """Store that the fallback model, which this provider has, is asked from now on.

    Args:
        lease: Of the run.
        provider_name: The provider of the fallback model.
        request_model: The vendor's name for it.
        **request: The columns of the request that are others than for the action's own model.
    """
    _update_owned(
        lease,
        used_fallback=True,
        is_reasoning=False,
        provider_name=provider_name,
        request_model=request_model,
        **_stored(lease, request),
    )


def set_reasoning(lease: Lease, is_reasoning: bool) -> None:  # noqa: FBT001 - the value of the column
    """Store whether the model is at its reasoning, and has written no text yet."""
    _update_owned(lease, is_reasoning=is_reasoning)


def set_repairing(lease: Lease) -> None:
    """Store that the text has arrived, and is being repaired because it does not fit its field."""
    _update_owned(lease, is_reasoning=False, is_repairing=True)


def _update_owned(lease: Lease, **values: Any) -> int:
    """Change the run of a lease while it is valid: the fence against late writes."""
    return _LEASED.update(values, run_id=lease.run_id, token=lease.token)


def _move_owned(lease: Lease, target: Status, **values: Any) -> int:
    _check(Status.RUNNING, target)
    return _update_owned(lease, status=target, **values)


def _stored(lease: Lease, values: dict[str, Any]) -> dict[str, Any]:
    """Return what of the values of columns is written to the row of a run."""
    return withhold(lease.run_id, values) if lease.is_unstored else values


def _check(source: Status, target: Status) -> None:
    """Raise ``ValueError`` where the table does not allow a change of status."""
    if target not in TRANSITIONS[source]:
        raise ValueError(f"A run that is {source} cannot become {target}.")


def _move(runs: QuerySet[LLMRun], source: Status, target: Status, **values: Any) -> int:
    """Change the status of those runs that have ``source``; return how many these were."""
    _check(source, target)
    return runs.filter(status=source).update(status=target, **values)


def _finish(
    runs: QuerySet[LLMRun], run_id: UUID, source: Status, target: Status, **values: Any
) -> bool:
    return _ended(run_id, _move(runs, source, target, **_final(values)))


def _finish_owned(lease: Lease, target: Status, outcome: RunOutcome, **values: Any) -> bool:
    values = _stored(lease, {**asdict(outcome), **values})
    # The text was paid for: it has to survive a short outage of the database.
    return retry_on_db_outage(
        lambda: _ended(lease.run_id, _move_owned(lease, target, **_final(values)))
    )


def _final(values: Mapping[str, Any]) -> dict[str, Any]:
    return {"finished_at": timezone.now(), **_RELEASED, **values}


def _ended(run_id: UUID, count: int) -> bool:
    """Tell that a run has ended, where this call has changed its row; return whether it has."""
    if count:
        send_on_commit(run_finished, [run_id])
    return bool(count)


def _finish_all(
    runs: QuerySet[LLMRun],
    source: Status,
    target: Status,
    finished_at: datetime,
    *,
    among: QuerySet[LLMRun],
    **values: Any,
) -> list[UUID]:
    """Finish many runs; return the ids of those that this call has finished.

    ``among`` has the runs also after the change, which may take them out of ``runs``.
    """
    if not _move(runs, source, target, **_final({"finished_at": finished_at, **values})):
        return []
    # This call alone has written this moment: other processes may finish some of the runs too.
    finished = among.filter(status=target, finished_at=finished_at)
    ids = list(finished.values_list("pk", flat=True))
    send_on_commit(run_finished, ids)
    return ids


def _set_failed(run: LLMRun, finished_at: datetime, fields: Mapping[str, Any]) -> None:
    for name, value in {"status": Status.FAILED, "finished_at": finished_at, **fields}.items():
        setattr(run, name, value)
