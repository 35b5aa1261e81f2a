"""Store an error on a run or an attempt."""

from __future__ import annotations

from typing import TypedDict

from wagtail_llm_actions.errors import ErrorContext, LLMActionsError, ProviderError
from wagtail_llm_actions.models import LLMRun


class ErrorFields(TypedDict):
    """The fields of a run, or of an attempt, that describe its error."""

    error_code: str
    error_context: ErrorContext
    error_detail: str
    """The provider's message; empty for an error of our own."""


def error_fields(error: LLMActionsError) -> ErrorFields:
    """Return the values of the fields that describe an error."""
    return {
        "error_code": error.code.value,
        "error_context": error.context(),
        "error_detail": error.detail if isinstance(error, ProviderError) else "",
    }


def mark_failed(run: LLMRun, error: LLMActionsError) -> None:
    """Set an unsaved run to failed; it ends when it is queued."""
    run.status = LLMRun.Status.FAILED
    run.finished_at = run.queued_at
    for name, value in error_fields(error).items():
        setattr(run, name, value)
