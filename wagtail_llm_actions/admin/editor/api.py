"""Offer actions on a form, start a run, follow it, cancel it, record the decision.

Wagtail wraps all of these in its check for admin access; what a user may do with an object or a run
is checked here. The browser sends an action's id, never a prompt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import Http404, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from wagtail_llm_actions.admin.api_errors import BadInput, TooLarge, json_errors
from wagtail_llm_actions.admin.editor.poll_fast_path import cursors_of, with_poll_token
from wagtail_llm_actions.admin.editor.previous import previous_run
from wagtail_llm_actions.admin.editor.serializers import candidates_state
from wagtail_llm_actions.admin.editor.side_panel import runs_panel
from wagtail_llm_actions.admin.form_resolver import resolve_editor_form
from wagtail_llm_actions.errors import PermissionDeniedError, PermissionRevoked
from wagtail_llm_actions.messages.labels import model_label
from wagtail_llm_actions.models import LLMAction, LLMRun
from wagtail_llm_actions.permissions.actions import offered_actions, offered_at
from wagtail_llm_actions.permissions.editing import can_edit, is_locked_for
from wagtail_llm_actions.permissions.runs import can_follow, can_view_output
from wagtail_llm_actions.runs import decisions
from wagtail_llm_actions.runs.candidates import candidates_of
from wagtail_llm_actions.runs.lifecycle.cancel import cancel as cancel_run
from wagtail_llm_actions.runs.lifecycle.recovery import recover_throttled
from wagtail_llm_actions.runs.pending import pending_runs
from wagtail_llm_actions.runs.previous import (
    MAX_PREVIOUS,
    finished_runs,
    previous_counts,
    previous_runs,
)
from wagtail_llm_actions.runs.request.variables import field_label
from wagtail_llm_actions.runs.start import PermittedAction, start

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest

    from wagtail_llm_actions.admin.editor.previous import PreviousRunState

PREFIX = "llm-actions-"
FORM_KEY = f"{PREFIX}form-key"
MAX_FORM_KEY_CHARS = 64
MAX_DIGITS = 18
MAX_INSTRUCTION_CHARS = 1_000
MAX_FORM_BYTES = 5_000_000
"""Django's own limit, ``DATA_UPLOAD_MAX_MEMORY_SIZE``, is lower by default; sites raise it."""


@require_GET
@json_errors
def offers(request: HttpRequest) -> JsonResponse:
    """List the actions of each field of a form, and what waits there for this user."""
    form = resolve_editor_form(request.GET.get("form_action", ""))
    if not can_edit(request.user, form.instance, form.parent):
        return JsonResponse({"fields": {}, "runs": []})
    allowed = offered_actions(request.user, type(form.instance))
    actions = offered_at(allowed, form.instance, form.parent)
    in_form = form.fields(request.user)
    fields: dict[str, Any] = {}
    for action in actions:
        if not {action.source, action.destination} <= in_form:
            continue
        label = field_label(type(form.instance), action.destination)
        entry = fields.setdefault(action.destination, {"label": label, "actions": []})
        entry["actions"].append(
            {
                "id": action.pk,
                "label": action.label,
                "description": action.description,
                "model": model_label(action.model),
                "only_when_empty": action.only_when_empty,
            }
        )
    form_key = _form_key(request.GET.get("form_key", ""))
    groups: dict[str, list[LLMRun]] = {}
    for run in pending_runs(request.user, form.instance, form_key):
        groups.setdefault(run.field_path, []).append(run)
    # A bulk run's source may be kept from this user.
    shown = [
        candidates
        for path, candidates in groups.items()
        if path in fields and candidates[0].source_path in in_form
    ]
    earlier = previous_counts(
        request.user,
        form.instance,
        form_key,
        fields,
        without=[str(run.pk) for candidates in shown for run in candidates],
    )
    return JsonResponse(
        {
            "fields": fields,
            "runs": [
                with_poll_token(request, candidates_state(candidates), candidates)
                for candidates in shown
            ],
            "earlier": earlier,
            "panel": bool(fields)
            or finished_runs(request.user, form.instance, form_key, in_form).exists(),
        }
    )


@require_GET
@json_errors
def object_runs(request: HttpRequest) -> JsonResponse:
    """List the texts that were written for the fields of a form, whoever asked for them.

    With ``all`` the list is that of the side panel: also what failed or was cancelled.
    """
    form = resolve_editor_form(request.GET.get("form_action", ""))
    if not can_edit(request.user, form.instance, form.parent):
        raise PermissionDeniedError
    form_key = _form_key(request.GET.get("form_key", ""))
    in_form = form.fields(request.user)
    if "all" in request.GET:
        return JsonResponse(runs_panel(request.user, form.instance, form_key, in_form))
    found = previous_runs(request.user, form.instance, form_key, in_form)
    fields: dict[str, list[PreviousRunState]] = {}
    for run in found[:MAX_PREVIOUS]:
        fields.setdefault(run.field_path, []).append(previous_run(run, request.user))
    return JsonResponse({"fields": fields})


@require_POST
@json_errors
def runs(request: HttpRequest) -> JsonResponse:
    """Start a run on the form as it stands."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_FORM_BYTES:
        raise TooLarge
    data = request.POST
    action_id = _number(data.get(f"{PREFIX}action", ""))
    if action_id is None:
        raise BadInput
    form_key, click_id = _form_key(data.get(FORM_KEY, "")), request_id(request)
    instruction = data.get(f"{PREFIX}instruction", "")[:MAX_INSTRUCTION_CHARS].replace("\0", "")
    form = resolve_editor_form(data.get(f"{PREFIX}form-action", ""))
    try:
        permitted = PermittedAction(
            user=request.user, action_id=action_id, instance=form.instance, parent=form.parent
        )
    except LLMAction.DoesNotExist:
        raise Http404 from None
    in_form = form.bind(request.user, data)
    # The source too: a field may be kept from this user, and a model would tell its content.
    if not {permitted.llm_action.source, permitted.llm_action.destination} <= in_form:
        raise PermissionDeniedError
    candidates = start(
        permitted,
        client_request_id=click_id,
        form_key=form_key,
        form_fields=in_form,
        instruction=instruction,
    )
    return JsonResponse(
        with_poll_token(request, candidates_state(candidates), candidates), status=202
    )


@require_GET
@json_errors
def run(request: HttpRequest, run_id: UUID) -> JsonResponse:
    """Report on a run, or on all runs of a click by its first; only the new text travels.

    Most polls are answered by ``glance`` before they come here.
    """
    recover_throttled()
    followed = own_run(request, run_id)
    candidates = candidates_of(followed) if followed.candidate_group == followed.pk else [followed]
    return _state(request, candidates)


@require_POST
@json_errors
def cancel(request: HttpRequest, run_id: UUID) -> JsonResponse:
    """Ask for the end of a run."""
    cancelled = own_run(request, run_id)
    cancel_run(run_id)
    cancelled.refresh_from_db()
    return _state(request, [cancelled])


@require_POST
@json_errors
def decide(request: HttpRequest, run_id: UUID) -> JsonResponse:
    """Record what the editor did with the proposal."""
    decided = own_run(request, run_id)
    decision = request.POST.get("decision")
    if decision == "accept":
        decisions.accept(decided, request.POST.get("text", ""))
    elif decision == "dismiss":
        decisions.dismiss(decided)
    elif decision == "undo":
        decisions.undo(decided)
    else:
        raise BadInput
    return _state(request, [decided])


def own_run(request: HttpRequest, run_id: UUID) -> LLMRun:
    """Fetch a run that this user may follow.

    Raises:
        Http404: There is none.
        PermissionDeniedError: It is not for them.
    """
    # Long texts that no answer holds; a browser asks several times a second.
    runs = LLMRun.objects.defer("prompt", "system_instructions", "error_detail")
    found = runs.filter(pk=run_id).first()
    if found is None:
        raise Http404
    if not can_follow(request.user, found):
        raise PermissionDeniedError
    return found


def _state(request: HttpRequest, candidates: Sequence[LLMRun]) -> JsonResponse:
    """Answer with the runs of a click of which the browser has not the end yet.

    Raises:
        PermissionRevoked: They are not for this user any more.
    """
    if not can_view_output(request.user, candidates[0]):
        raise PermissionRevoked
    cursors = cursors_of(request, [run.pk for run in candidates])
    state = candidates_state([run for run in candidates if run.pk in cursors], cursors)
    barred = _barred(request.user, candidates[0]) if any(run.is_final for run in candidates) else ""
    for each in (state, *state["candidates"]):
        each["barred"] = barred
    # Whichever run the answer begins with: the first one's address is that of all.
    state["poll_url"] = reverse("wagtail_llm_actions:run", args=[candidates[0].pk])
    return JsonResponse(with_poll_token(request, state, candidates))


def _barred(user: Any, run: LLMRun) -> str:
    """Say why the form cannot take the text, though the user may see it."""
    if run.target_object_id is None:
        return ""
    if run.target is None:
        return _("This was deleted while the text was being written. Copy the text to keep it.")
    if is_locked_for(user, run.target):
        return _(
            "This was locked while the text was being written, and cannot be saved. Copy the text, "
            "or reload the page when it is unlocked."
        )
    return ""


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) <= MAX_DIGITS else None


def request_id(request: HttpRequest) -> UUID:
    """Return the id that the browser gave to a click.

    Raises:
        BadInput: There is none.
    """
    try:
        return UUID(request.POST.get(f"{PREFIX}request-id", ""))
    except ValueError:
        raise BadInput from None


def _form_key(text: str) -> str:
    if len(text) > MAX_FORM_KEY_CHARS or not text.isprintable():
        raise BadInput
    return text
