"""Write how a run ended; the only place that moves a run to a final status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from wagtail_llm_actions.errors import InvalidInput, LLMActionsError, ProviderError
from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from uuid import UUID


def error_fields(error: LLMActionsError) -> dict[str, Any]:
    """Return what a run keeps of an error: its code, its facts and the provider's words."""
    facts: dict[str, Any] = {}
    detail = ""
    if isinstance(error, InvalidInput):
        facts = {"reason": error.reason, "detail": error.detail}
    elif isinstance(error, ProviderError):
        facts = {
            "status_code": error.status_code,
            "retry_after_seconds": error.retry_after_seconds,
        }
        detail = error.detail
    return {"error_code": error.code.value, "error_facts": facts, "error_detail": detail}


def finish(run_id: UUID, lease_token: UUID, status: str, **values: Any) -> bool:
    """End a running run; return whether it was still ours to end.

    ``lease_token`` fences off a worker that lost its lease: it can write nothing any more.
    """
    ended = LLMRun.objects.filter(
        pk=run_id, status=LLMRun.Status.RUNNING, lease_token=lease_token
    ).update(
        status=status,
        finished_at=timezone.now(),
        lease_token=None,
        lease_expires_at=None,
        **values,
    )
    return bool(ended)


def fail_unstarted(run_id: UUID, error: LLMActionsError) -> None:
    """End a run that no worker has taken."""
    LLMRun.objects.filter(pk=run_id, status=LLMRun.Status.QUEUED).update(
        status=LLMRun.Status.FAILED, finished_at=timezone.now(), **error_fields(error)
    )
