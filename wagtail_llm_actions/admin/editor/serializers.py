"""Runs as JSON for the widget; ``tests/js/api.d.ts`` declares the same types."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, NotRequired, TypedDict

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.admin.utils import get_user_display_name

from wagtail_llm_actions.admin.editor.poll_interval import (
    ACTIVE_RUNS,
    FIRST_TEXT_TIMES,
    poll_after_ms,
)
from wagtail_llm_actions.errors import TextsLost
from wagtail_llm_actions.fields import adapter_at
from wagtail_llm_actions.fields.contract import FaultKind
from wagtail_llm_actions.messages.currency import money
from wagtail_llm_actions.messages.errors import error_sentence, retry_message, sentence_for
from wagtail_llm_actions.messages.faults import fault_sentence
from wagtail_llm_actions.messages.labels import model_label
from wagtail_llm_actions.messages.limits import is_brief
from wagtail_llm_actions.messages.notices import notice
from wagtail_llm_actions.messages.support_report import support_report
from wagtail_llm_actions.models import LLMAttempt, LLMRun
from wagtail_llm_actions.runs.contract import faults_of
from wagtail_llm_actions.runs.priority import is_starting, queue_positions
from wagtail_llm_actions.runs.unstored import has_lost_text
from wagtail_llm_actions.streams import get_stream

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID


class ErrorState(TypedDict):
    """Why a run failed."""

    code: str
    message: str
    """The sentence for the editor."""
    is_brief: NotRequired[bool]
    """Whether it is a limit that gives way within minutes, so that waiting helps."""
    report: str
    """Facts for support, without any content; empty where nothing is to be mended."""


class LiveState(TypedDict):
    """What changes about an unfinished run."""

    id: str
    status: str
    queue_position: int
    """Number of runs of the same priority that wait before this one; 0 once it runs."""
    is_starting: bool
    """Whether the run waits for nothing but the process that executes it."""
    retry_message: str
    """Why the run waits for its next attempt, and until when; empty unless it does."""
    failed_attempts: int
    """Number of attempts that failed with the current model, while the run waits for the next."""
    is_reasoning: bool
    """Whether the model is at its reasoning, and has written no text yet."""
    is_repairing: bool
    """Whether the text does not fit its field, and the model is asked to repair it."""
    text: str
    """The piece of live text behind the cursor that the browser sent."""
    cursor: str
    """Where the next piece starts; opaque to the browser."""
    poll_after_ms: int
    """Milliseconds until the next poll; 0 for a final run."""


class LiveAnswer(LiveState):
    """The answer on the fast path: the first unfinished run of a click, and the others."""

    candidates: list[LiveState]
    poll_token: NotRequired[str]
    """A new one, where that of the request had expired."""


class RunState(LiveState):
    """Everything that the widget shows of a run."""

    action_id: int | None
    """``None`` where the action was deleted."""
    action_label: str
    field_key: str
    """The path of the field; of several blocks or rows with the same path, after a # the id of one."""
    write_mode: str
    output: str
    """The whole text of a final run, also of one that failed or was cancelled half-way."""
    finish_reason: str | None
    faults: list[str]
    """What of a proposed text does not fit its field, but for its length, which the widget counts."""
    unsourced_facts: list[str]
    """Facts of the output that are not in what was sent to the model."""
    notice: str
    """What the editor should know about the text, such as that it was cut off."""
    started_by: str
    """A sentence that says who started it; empty for a click of the reader's own."""
    accept_blocked_reason: str
    """Why the form cannot take the text any more; mostly empty."""
    error: ErrorState | None
    model_label: str
    input_tokens: int | None
    output_tokens: int | None
    cost: str
    """An amount with its currency; empty where it is unknown, or the user may not view costs."""
    click_cost: str
    """That of all candidates of the click, once all have ended; empty where there is only one."""
    seconds: float | None
    """From the click to the end; ``None`` before that."""
    decision: str
    candidates: list[RunState]
    """The other runs of the same click, where all of them were asked for."""
    poll_url: str
    """Where to poll; the first run's URL serves all runs of a click."""
    poll_token: str
    """Goes into the ``X-LLM-Actions-Poll-Token`` header of the next polls; may be empty."""
    cancel_url: str
    decide_url: str
    value_url: str
    """Where to get the ``FormValue`` of the text; empty where the writer takes the text itself."""


class FormValue(TypedDict):
    """What the writer of a field puts into the form for a text."""

    value: str
    """Of the whole field, in the format of its writer."""
    html: str
    """The text alone, formatted; the browser shows the elements that it knows, without attributes."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far the browser has read a run's live text."""

    position: int = 0
    """In the stream's own units."""
    since_ms: int = 0
    """When the last piece arrived, in milliseconds of Unix time; 0 before the first."""

    def __str__(self) -> str:
        return f"{self.position}.{self.since_ms}" if self.since_ms else str(self.position)

    def moved(self, position: int, now: datetime) -> Cursor:
        """Return the cursor behind a piece that was read now."""
        return Cursor(position, int(now.timestamp() * 1_000))


START = Cursor()


def live_states(runs: Sequence[LLMRun], cursors: Mapping[UUID, Cursor]) -> list[LiveState]:
    """Describe what changes, with one query for each status that the runs are in.

    Args:
        runs: Of one click.
        cursors: By the runs' ids; a missing one is at the start.
    """
    stream = get_stream()
    positions = {
        run.pk: cursors.get(run.pk, START).position
        for run in runs
        if run.status == LLMRun.Status.RUNNING
    }
    pieces = stream.read_all(positions) if positions else {}
    queue = queue_positions([run for run in runs if _is_queued(run)])
    failures = _failed_codes([run for run in runs if run.retry_at])
    now = timezone.now()
    states: list[LiveState] = []
    for run in runs:
        cursor = cursors.get(run.pk, START)
        text, position = pieces.get(run.pk, ("", cursor.position))
        if text:
            if not cursor.since_ms and run.started_at:
                waited = (now - run.started_at).total_seconds()
                FIRST_TEXT_TIMES.add(run.current_model_key, waited)
            cursor = cursor.moved(position, now)
        failed = failures.get(run.pk, [])
        states.append(
            {
                "id": str(run.pk),
                "status": run.status,
                "queue_position": queue.get(run.pk, 0),
                "is_starting": queue.get(run.pk) == 0 and is_starting(run),
                "retry_message": retry_message(run, failed) if run.retry_at else "",
                "failed_attempts": len(failed),
                "is_reasoning": run.is_reasoning,
                "is_repairing": run.is_repairing,
                "text": text,
                "cursor": str(cursor),
                "poll_after_ms": _poll_after_ms(run, cursor, now, stream.flush_seconds),
            }
        )
    return states


def _poll_after_ms(run: LLMRun, cursor: Cursor, now: datetime, flush_seconds: float) -> int:
    if run.is_final:
        return 0
    changed_at = max(run.queued_at, run.started_at or run.queued_at).timestamp()
    return poll_after_ms(
        now.timestamp() - max(changed_at, cursor.since_ms / 1_000),
        ACTIVE_RUNS.value,
        flush_seconds=flush_seconds,
        has_text=bool(cursor.since_ms),
        first_wait_seconds=FIRST_TEXT_TIMES.wait_seconds(run.current_model_key)
        if run.status == LLMRun.Status.RUNNING
        else 0.0,
    )


def run_state(run: LLMRun, cursor: Cursor = START, *, with_costs: bool) -> RunState:
    """Describe a run; the arguments are those of ``candidates_state``."""
    return candidates_state([run], {run.pk: cursor}, with_costs=with_costs)


def candidates_state(
    runs: Sequence[LLMRun],
    cursors: Mapping[UUID, Cursor] | None = None,
    *,
    with_costs: bool,
    seen: Sequence[LLMRun] = (),
) -> RunState:
    """Describe the runs of one click: the first of them, with the others as its candidates.

    Args:
        runs: What the user may read the texts of.
        cursors: How far the browser has read their live texts.
        with_costs: Whether the user may view costs.
        seen: The other runs of the click, whose ends the browser has seen.
    """
    live = live_states(runs, cursors or {})
    first, *others = [
        _with_details(run, state, with_costs=with_costs)
        for run, state in zip(runs, live, strict=True)
    ]
    if with_costs:
        first["click_cost"] = _click_cost([*runs, *seen])
    return {**first, "candidates": others}


def _with_details(run: LLMRun, live: LiveState, *, with_costs: bool) -> RunState:
    is_final = run.is_final
    state: RunState = {
        **live,
        "action_id": run.action_id,
        "action_label": run.action_label,
        "field_key": run.field_key,
        "write_mode": run.write_mode,
        "output": run.output if is_final else "",
        "finish_reason": run.finish_reason or None,
        "faults": _faults(run) if run.status == LLMRun.Status.SUCCEEDED else [],
        "unsourced_facts": run.unsourced_facts,
        "notice": notice(run) if is_final else "",
        "started_by": _started_by(run),
        "accept_blocked_reason": "",
        "error": _error(run) if run.error_code else None,
        "model_label": model_label(run.current_model_key),
        "input_tokens": run.input_tokens,
        "output_tokens": run.output_tokens,
        "cost": money(run.cost_usd) if with_costs and run.cost_usd is not None else "",
        "click_cost": "",
        "seconds": run.seconds,
        "decision": run.decision,
        "candidates": [],
        "poll_url": reverse("wagtail_llm_actions:poll_run", args=[run.pk]),
        "poll_token": "",
        "cancel_url": reverse("wagtail_llm_actions:cancel_run", args=[run.pk]),
        "decide_url": reverse("wagtail_llm_actions:decide_run", args=[run.pk]),
        "value_url": _value_url(run),
    }
    if has_lost_text(run):
        state["status"], state["error"] = LLMRun.Status.FAILED.value, _lost_text(run)
    return state


def _lost_text(run: LLMRun) -> ErrorState:
    error = TextsLost()
    report = support_report(run, run.attempts.all())
    return {"code": error.code.value, "message": sentence_for(error), "report": report}


def _value_url(run: LLMRun) -> str:
    adapter = adapter_at(run.target_model, run.field_path) if run.target_model else None
    if adapter is None or not adapter.is_converted:
        return ""
    return reverse("wagtail_llm_actions:form_value", args=[run.pk])


def _click_cost(candidates: Sequence[LLMRun]) -> str:
    called = [run for run in candidates if run.started_at is not None]
    costs = [run.cost_usd for run in called if run.cost_usd is not None]
    is_known = len(costs) == len(called) and all(run.is_final for run in candidates)
    return money(sum(costs, start=Decimal(0))) if is_known and len(candidates) > 1 else ""


def _faults(run: LLMRun) -> list[str]:
    faults = faults_of(run, run.output)
    return [fault_sentence(fault) for fault in faults if fault.kind != FaultKind.TOO_LONG]


def _started_by(run: LLMRun) -> str:
    if run.trigger != LLMRun.Trigger.BULK:
        return ""
    if run.user is None:
        return _("This text comes from a bulk run.")
    return _("This text comes from a bulk run that %(user)s started.") % {
        "user": get_user_display_name(run.user)
    }


def _failed_codes(runs: Sequence[LLMRun]) -> dict[UUID, list[str]]:
    """Return the error codes of each run's attempts with its current model, oldest first."""
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


def _error(run: LLMRun) -> ErrorState:
    return {
        "code": run.error_code,
        "message": error_sentence(run),
        "is_brief": is_brief(run.error_context),
        "report": support_report(run, run.attempts.all()),
    }


def _is_queued(run: LLMRun) -> bool:
    return run.status == LLMRun.Status.QUEUED and not run.retry_at
