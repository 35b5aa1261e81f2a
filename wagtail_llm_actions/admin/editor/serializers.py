"""A run as the widget sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from django.urls import reverse
from django.utils import timezone

from wagtail_llm_actions.admin.editor.poll_interval import LOAD, poll_after_ms
from wagtail_llm_actions.messages.currency import usd
from wagtail_llm_actions.messages.errors import error_sentence, retry_message
from wagtail_llm_actions.messages.labels import model_label
from wagtail_llm_actions.messages.notices import notice
from wagtail_llm_actions.messages.support_report import support_report
from wagtail_llm_actions.models import LLMAttempt, LLMRun
from wagtail_llm_actions.runs.priority import queue_positions
from wagtail_llm_actions.streams import get_stream

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID


class ErrorState(TypedDict):
    """What went wrong, for the program and for the person."""

    code: str
    message: str
    report: str
    """Facts for whoever helps, without any content."""


class LiveState(TypedDict):
    """What changes about a run from moment to moment."""

    id: str
    status: str
    ahead: int
    """Runs of the same priority that wait before this one; 0 once it runs."""
    waiting: str
    """Why it is about to be tried again, and when; mostly empty."""
    attempts: int
    """How many calls have failed, while it waits to be tried again."""
    text: str
    """The new piece of live text."""
    cursor: str
    """Where the next piece starts; opaque for the browser."""
    poll_after_ms: int
    """When to ask again."""


class RunState(LiveState):
    """Everything the widget shows of a run."""

    action: int | None
    action_label: str
    field: str
    write_mode: str
    output: str
    """The whole text of a final run, also of one that failed half-way."""
    finish_reason: str | None
    notice: str
    barred: str
    """Why the form cannot take the text any more; mostly empty."""
    error: ErrorState | None
    model: str
    input_tokens: int | None
    output_tokens: int | None
    cost: str
    """With its currency; empty where it is unknown."""
    seconds: float | None
    decision: str
    candidates: list[RunState]
    """The other runs of the same click, where the form asks for all of them."""
    poll_url: str
    """Where to ask for this run; of the first of a click, for all of them."""
    cancel_url: str
    decide_url: str


@dataclass(frozen=True, slots=True)
class Cursor:
    """Up to where the browser has a run's live text, and since when."""

    position: int = 0
    """In the stream's own units."""
    since_ms: int = 0
    """When the last piece came, in milliseconds of Unix time; 0 before the first."""

    def __str__(self) -> str:
        return f"{self.position}.{self.since_ms}" if self.since_ms else str(self.position)


START = Cursor()


def live_states(runs: Sequence[LLMRun], cursors: Mapping[UUID, Cursor]) -> list[LiveState]:
    """Describe what changes, by one query for each state that runs are in.

    Args:
        runs: Of one click.
        cursors: By the runs' ids; a missing one is at the start.
    """
    positions = {
        run.pk: cursors.get(run.pk, START).position
        for run in runs
        if run.status == LLMRun.Status.RUNNING
    }
    pieces = get_stream().read_all(positions) if positions else {}
    ahead = queue_positions([run for run in runs if _is_queued(run)])
    codes = _failed_codes([run for run in runs if run.retry_at])
    now = timezone.now()
    states: list[LiveState] = []
    for run in runs:
        cursor = cursors.get(run.pk, START)
        text, position = pieces.get(run.pk, ("", cursor.position))
        if text:
            cursor = Cursor(position, int(now.timestamp() * 1_000))
        happened = max(run.queued_at, run.started_at or run.queued_at).timestamp()
        quiet = now.timestamp() - max(happened, cursor.since_ms / 1_000)
        failed = codes.get(run.pk, [])
        states.append(
            {
                "id": str(run.pk),
                "status": run.status,
                "ahead": ahead.get(run.pk, 0),
                "waiting": retry_message(run, failed) if run.retry_at else "",
                "attempts": len(failed),
                "text": text,
                "cursor": str(cursor),
                "poll_after_ms": 0
                if run.is_final
                else poll_after_ms(quiet, LOAD.active, has_text=bool(cursor.since_ms)),
            }
        )
    return states


def run_state(run: LLMRun, cursor: Cursor = START) -> RunState:
    """Describe a run; ``cursor`` is where the browser has its live text."""
    return candidates_state([run], {run.pk: cursor})


def candidates_state(
    runs: Sequence[LLMRun], cursors: Mapping[UUID, Cursor] | None = None
) -> RunState:
    """Describe the runs of one click: the first of them, with the others as its candidates."""
    live = live_states(runs, cursors or {})
    first, *others = [_whole(run, state) for run, state in zip(runs, live, strict=True)]
    return {**first, "candidates": others}


def _whole(run: LLMRun, live: LiveState) -> RunState:
    return {
        **live,
        "action": run.action_id,
        "action_label": run.action_label,
        "field": run.field_path,
        "write_mode": run.write_mode,
        "output": run.output if run.is_final else "",
        "finish_reason": run.finish_reason or None,
        "notice": notice(run),
        "barred": "",
        "error": _error(run),
        "model": model_label(run.current_model_key),
        "input_tokens": run.input_tokens,
        "output_tokens": run.output_tokens,
        "cost": "" if run.cost_usd is None else usd(run.cost_usd),
        "seconds": run.seconds,
        "decision": run.decision,
        "candidates": [],
        "poll_url": reverse("wagtail_llm_actions:run", args=[run.pk]),
        "cancel_url": reverse("wagtail_llm_actions:cancel", args=[run.pk]),
        "decide_url": reverse("wagtail_llm_actions:decide", args=[run.pk]),
    }


def _failed_codes(runs: Sequence[LLMRun]) -> dict[UUID, list[str]]:
    """Return how the attempts of each run with its current model have failed, in their order."""
    codes: dict[UUID, list[str]] = {run.pk: [] for run in runs}
    if runs:
        models = {run.pk: run.current_model_key for run in runs}
        attempts = LLMAttempt.objects.filter(run__in=codes).values_list(
            "run", "model_key", "error_code"
        )
        for run_id, model_key, code in attempts:
            if model_key == models[run_id]:
                codes[run_id].append(code)
    return codes


def _error(run: LLMRun) -> ErrorState | None:
    message = error_sentence(run)
    if not message:
        return None
    return {
        "code": run.error_code,
        "message": message,
        "report": support_report(run, run.attempts.all()),
    }


def _is_queued(run: LLMRun) -> bool:
    return run.status == LLMRun.Status.QUEUED and not run.retry_at
