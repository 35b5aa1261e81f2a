"""A run as the widget sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from django.urls import reverse

from wagtail_llm_actions.admin.messages import (
    error_sentence,
    model_label,
    notice,
    waiting_sentence,
)
from wagtail_llm_actions.admin.money import usd
from wagtail_llm_actions.admin.support import support_report
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.runs.lanes import waiting_before
from wagtail_llm_actions.streams import get_stream

if TYPE_CHECKING:
    from collections.abc import Sequence


class ErrorState(TypedDict):
    """What went wrong, for the program and for the person."""

    code: str
    message: str
    report: str
    """Facts for whoever helps, without any content."""


class RunState(TypedDict):
    """Everything the widget shows of a run."""

    id: str
    action: int | None
    action_label: str
    field: str
    write_mode: str
    status: str
    ahead: int
    """Runs that wait before this one in its lane; 0 once it runs."""
    waiting: str
    """Why it is about to be tried again, and when; mostly empty."""
    attempts: int
    """How many calls have failed, while it waits to be tried again."""
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
    cost: str
    """With its currency; empty where it is unknown."""
    seconds: float | None
    decision: str
    suggestions: list[RunState]
    """The other runs of the same click, where the form asks for all of them."""
    poll_url: str
    cancel_url: str
    decide_url: str


def run_state(run: LLMRun, after: int = 0) -> RunState:
    """Describe a run; ``after`` is the position behind the live text that the browser has."""
    text, cursor = ("", after)
    if run.status == LLMRun.Status.RUNNING:
        text, cursor = get_stream().read(run.pk, after)
    codes = _failed_codes(run) if run.retry_at else []
    return {
        "id": str(run.pk),
        "action": run.action_id,
        "action_label": run.action_label,
        "field": run.field_path,
        "write_mode": run.write_mode,
        "status": run.status,
        "ahead": _ahead(run),
        "waiting": waiting_sentence(run, codes) if run.retry_at else "",
        "attempts": len(codes),
        "text": text,
        "cursor": str(cursor),
        "output": run.output if run.is_final else "",
        "finish_reason": run.finish_reason or None,
        "notice": notice(run),
        "error": _error(run),
        "model": model_label(run.current_model_key),
        "input_tokens": run.input_tokens,
        "output_tokens": run.output_tokens,
        "cost": "" if run.cost_usd is None else usd(run.cost_usd),
        "seconds": run.seconds,
        "decision": run.decision,
        "suggestions": [],
        "poll_url": reverse("wagtail_llm_actions:run", args=[run.pk]),
        "cancel_url": reverse("wagtail_llm_actions:cancel", args=[run.pk]),
        "decide_url": reverse("wagtail_llm_actions:decide", args=[run.pk]),
    }


def batch_state(runs: Sequence[LLMRun]) -> RunState:
    """Describe the runs of one click: the first of them, with the others as its suggestions."""
    first, *others = [run_state(run) for run in runs]
    return {**first, "suggestions": others}


def _failed_codes(run: LLMRun) -> list[str]:
    attempts = run.attempts.filter(model_key=run.current_model_key)
    return list(attempts.values_list("error_code", flat=True))


def _error(run: LLMRun) -> ErrorState | None:
    message = error_sentence(run)
    if not message:
        return None
    return {
        "code": run.error_code,
        "message": message,
        "report": support_report(run, run.attempts.all()),
    }


def _ahead(run: LLMRun) -> int:
    if run.status != LLMRun.Status.QUEUED or run.retry_at:
        return 0
    return waiting_before(run)
