"""A run as the widget sees it."""

from __future__ import annotations

from typing import TypedDict

from django.urls import reverse

from wagtail_llm_actions.admin.messages import error_sentence, model_label, notice
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.streams import get_stream


class ErrorState(TypedDict):
    """What went wrong, for the program and for the person."""

    code: str
    message: str


class RunState(TypedDict):
    """Everything the widget shows of a run."""

    id: str
    action: int | None
    action_label: str
    field: str
    status: str
    ahead: int
    """Runs that wait before this one; 0 once it runs."""
    text: str
    """The new piece of live text."""
    cursor: str
    """Where the next piece starts; opaque for the browser."""
    output: str
    """The whole text of a final run, also of one that failed half-way."""
    finish_reason: str | None
    notice: str
    error: ErrorState | None
    model: str
    input_tokens: int | None
    output_tokens: int | None
    seconds: float | None
    decision: str
    poll_url: str
    cancel_url: str
    decide_url: str


def run_state(run: LLMRun, after: int = 0) -> RunState:
    """Describe a run; ``after`` is the position behind the live text that the browser has."""
    text, cursor = ("", after)
    if run.status == LLMRun.Status.RUNNING:
        text, cursor = get_stream().read(run.pk, after)
    error = error_sentence(run)
    return {
        "id": str(run.pk),
        "action": run.action_id,
        "action_label": run.action_label,
        "field": run.field_path,
        "status": run.status,
        "ahead": _ahead(run),
        "text": text,
        "cursor": str(cursor),
        "output": run.output if run.is_final else "",
        "finish_reason": run.finish_reason or None,
        "notice": notice(run),
        "error": {"code": run.error_code, "message": error} if error else None,
        "model": model_label(run.model_key),
        "input_tokens": run.input_tokens,
        "output_tokens": run.output_tokens,
        "seconds": run.seconds,
        "decision": run.decision,
        "poll_url": reverse("wagtail_llm_actions:run", args=[run.pk]),
        "cancel_url": reverse("wagtail_llm_actions:cancel", args=[run.pk]),
        "decide_url": reverse("wagtail_llm_actions:decide", args=[run.pk]),
    }


def _ahead(run: LLMRun) -> int:
    if run.status != LLMRun.Status.QUEUED:
        return 0
    return LLMRun.objects.filter(status=LLMRun.Status.QUEUED, queued_at__lt=run.queued_at).count()
