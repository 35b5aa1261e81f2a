"""Write how a run ended; the only place that moves a run to a final status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from wagtail_llm_actions.errors import (
    CircuitOpen,
    InvalidInput,
    LimitReached,
    LLMActionsError,
    ProviderError,
    RateLimited,
)
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.runs.patience import patiently

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet


def error_fields(error: LLMActionsError) -> dict[str, Any]:
    """Return what a run keeps of an error: its code, its facts and the provider's words."""
    facts: dict[str, Any] = {}
    detail = ""
    if isinstance(error, InvalidInput):
        facts = {"reason": error.reason, "detail": error.detail}
    elif isinstance(error, LimitReached):
        facts = {
            "limit": error.limit,
            "number": error.number,
            "count": error.count,
            "retry_after_seconds": error.retry_after_seconds,
        }
    elif isinstance(error, CircuitOpen):
        facts = {
            "reason": CircuitOpen.REASON,
            "failures": error.failures,
            "since": error.since.isoformat(),
            "retry_at": error.retry_at.isoformat() if error.retry_at else None,
        }
        detail = error.detail
    elif isinstance(error, ProviderError):
        facts = {
            "status_code": error.status_code,
            "retry_after_seconds": error.retry_after_seconds,
        }
        if isinstance(error, RateLimited) and not error.retryable:
            facts["is_used_up"] = True
        if error.usage and error.usage.reasoning_tokens:
            facts["reasoning_tokens"] = error.usage.reasoning_tokens
        detail = error.detail
    return {"error_code": error.code.value, "error_facts": facts, "error_detail": detail}


def finish(run_id: UUID, lease_token: UUID, status: str, **values: Any) -> bool:
    """End a running run; return whether it was still ours to end.

    ``lease_token`` fences off a worker that lost its lease: it can write nothing any more.
    """
    finished_at = timezone.now()
    ended = patiently(
        lambda: _ours(run_id, lease_token).update(
            status=status, finished_at=finished_at, **_WITHOUT_WORKER, **values
        )
    )
    return bool(ended)


def note(run_id: UUID, lease_token: UUID, **values: Any) -> None:
    """Write on a running run, if it is still ours."""
    _ours(run_id, lease_token).update(**values)


def hand_back(run_id: UUID, lease_token: UUID, retry_at: datetime) -> None:
    """Let a running run wait in the queue until ``retry_at``, and its worker do something else."""
    _ours(run_id, lease_token).update(
        status=LLMRun.Status.QUEUED, **_WITHOUT_WORKER | {"retry_at": retry_at}
    )


_WITHOUT_WORKER: dict[str, Any] = {"retry_at": None, "lease_token": None, "lease_expires_at": None}


def _ours(run_id: UUID, lease_token: UUID) -> QuerySet[LLMRun]:
    return LLMRun.objects.filter(pk=run_id, status=LLMRun.Status.RUNNING, lease_token=lease_token)


def fail(run: LLMRun, error: LLMActionsError) -> None:
    """End a run that is not saved yet."""
    run.status = LLMRun.Status.FAILED
    run.finished_at = run.queued_at
    for name, value in error_fields(error).items():
        setattr(run, name, value)


def fail_unstarted(run_id: UUID, error: LLMActionsError) -> None:
    """End a run that no worker has taken."""
    LLMRun.objects.filter(pk=run_id, status=LLMRun.Status.QUEUED).update(
        status=LLMRun.Status.FAILED, finished_at=timezone.now(), **error_fields(error)
    )
