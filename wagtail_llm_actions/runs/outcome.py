"""What a run keeps of an error."""

from __future__ import annotations

from typing import Any

from wagtail_llm_actions.errors import (
    CircuitOpen,
    InvalidInput,
    LimitExceeded,
    LLMActionsError,
    ProviderError,
    RateLimited,
)
from wagtail_llm_actions.models import LLMRun


def error_fields(error: LLMActionsError) -> dict[str, Any]:
    """Return what a run keeps of an error: its code, its facts and the provider's words."""
    facts: dict[str, Any] = {}
    detail = ""
    if isinstance(error, InvalidInput):
        facts = {"reason": error.reason, "detail": error.detail}
    elif isinstance(error, LimitExceeded):
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
    return {"error_code": error.code.value, "error_context": facts, "error_detail": detail}


def mark_failed(run: LLMRun, error: LLMActionsError) -> None:
    """End a run that is not saved yet."""
    run.status = LLMRun.Status.FAILED
    run.finished_at = run.queued_at
    for name, value in error_fields(error).items():
        setattr(run, name, value)
