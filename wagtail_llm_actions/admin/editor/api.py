"""The widget's endpoints: offer actions, start a run, poll it, cancel it, record the decision.

Wagtail checks the right to enter the admin before each of them; the right to an object or a run is
checked here. The browser sends an action's id, never a prompt. Answers are described by the typed
dictionaries of this package's modules, refusals by ``admin.api_errors``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.http import Http404, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from wagtail_llm_actions.admin.api_errors import BadInput, RequestRefused, TooLarge, json_errors
from wagtail_llm_actions.admin.editor.offers import NO_OFFERS, form_offers
from wagtail_llm_actions.admin.editor.poll_token import issue_poll_token
from wagtail_llm_actions.admin.editor.previous import previous_texts_by_field
from wagtail_llm_actions.admin.editor.request_params import (
    FORM_KEY,
    PREFIX,
    client_request_id,
    followed_run,
    parse_cursors,
    parse_form_key,
    parse_item_id,
    parse_number,
)
from wagtail_llm_actions.admin.editor.request_preview import request_preview
from wagtail_llm_actions.admin.editor.serializers import candidates_state, run_state
from wagtail_llm_actions.admin.editor.side_panel import side_panel_content
from wagtail_llm_actions.admin.form_resolver import UnknownEditorForm, resolve_editor_form
from wagtail_llm_actions.admin.run_access import can_read_texts
from wagtail_llm_actions.compat import content_type_of
from wagtail_llm_actions.errors import InvalidInput, PermissionDeniedError, PermissionRevoked
from wagtail_llm_actions.fields import Item, form_names, has_item
from wagtail_llm_actions.messages.errors import sentence_for
from wagtail_llm_actions.models import DismissReason, LLMAction, LLMRun
from wagtail_llm_actions.permissions.editing import can_edit, is_locked_for
from wagtail_llm_actions.permissions.policies import can_view_costs
from wagtail_llm_actions.retention.tick import prune_soon
from wagtail_llm_actions.runs import decisions
from wagtail_llm_actions.runs.audit_log import log_texts_of_latest_save
from wagtail_llm_actions.runs.candidates import candidates_of
from wagtail_llm_actions.runs.lifecycle.cancel import cancel
from wagtail_llm_actions.runs.lifecycle.recovery import recover_throttled
from wagtail_llm_actions.runs.rate_limits import check_requests
from wagtail_llm_actions.runs.start import PermittedAction, start
from wagtail_llm_actions.runs.unstored import restore

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from django.http import HttpRequest

    from wagtail_llm_actions.admin.editor.serializers import RunState
    from wagtail_llm_actions.admin.form_resolver import EditorForm
    from wagtail_llm_actions.permissions.visible_fields import VisibleFields

MAX_INSTRUCTION_CHARS = 1_000
PREVIEWS_PER_MINUTE = 30
MAX_FORM_BYTES = 5_000_000
"""Django's own limit, ``DATA_UPLOAD_MAX_MEMORY_SIZE``, is lower by default; sites raise it."""


@require_GET
@json_errors
def offers(request: HttpRequest) -> JsonResponse:
    """Return the actions of each field of a form, and what earlier visits left there.

    The script asks on every edit form of the admin, so the form of anything else, such as a setting,
    is no error: it has nothing to offer.
    """
    try:
        form = resolve_editor_form(request.GET.get("form_action", ""))
    except UnknownEditorForm:
        return JsonResponse(NO_OFFERS)
    prune_soon()
    form_key = parse_form_key(request.GET.get("form_key", ""))
    return JsonResponse(form_offers(request, form, form_key))


@require_GET
@json_errors
def previous_texts(request: HttpRequest) -> JsonResponse:
    """Return the previous texts of a form's fields, from all users."""
    form, form_key = _editable_form(request)
    can_read = form.access(request).can_read
    found = previous_texts_by_field(request.user, form.instance, form_key, can_read)
    return JsonResponse(found)


@require_GET
@json_errors
def side_panel(request: HttpRequest) -> JsonResponse:
    """Return the finished runs of a form's fields, also those that failed or were cancelled."""
    form, form_key = _editable_form(request)
    can_read = form.access(request).can_read
    return JsonResponse(side_panel_content(request.user, form.instance, form_key, can_read))


@require_POST
@json_errors
def start_run(request: HttpRequest) -> JsonResponse:
    """Start a run on the form as it stands; for several candidates, several runs."""
    form_key = parse_form_key(request.POST.get(FORM_KEY, ""))
    click_id = client_request_id(request)
    click = _click(request)
    candidates = start(
        click.permitted,
        client_request_id=click_id,
        item_id=click.item_id,
        form_key=form_key,
        form_fields=click.shown.readable,
        instruction=click.instruction,
    )
    # The request's id may be that of an earlier click, on something that was taken away since.
    if not _is_on_form(candidates[0], click) and not can_read_texts(request, candidates[0]):
        raise PermissionRevoked
    state = candidates_state(candidates, with_costs=can_view_costs(request.user))
    return _json(request, state, candidates, status=202)


@require_POST
@json_errors
def preview_request(request: HttpRequest) -> JsonResponse:
    """Return what a click would send, with the checks of the click, and without sending it."""
    check_requests(request.user, "request_preview", PREVIEWS_PER_MINUTE)
    click = _click(request)
    found = request_preview(
        click.permitted,
        item_id=click.item_id,
        form_fields=click.shown.readable,
        instruction=click.instruction,
    )
    return JsonResponse(found)


@require_GET
@json_errors
def poll_run(request: HttpRequest, run_id: UUID) -> JsonResponse:
    """Report on a run or, by the id of its first run, on all candidates of a click.

    Only the text behind the cursors travels. The fast path answers most polls before they get here.
    """
    recover_throttled()
    run = followed_run(request, run_id)
    candidates = candidates_of(run) if run.candidate_group == run.pk else [run]
    return _state(request, candidates)


@require_POST
@json_errors
def cancel_run(request: HttpRequest, run_id: UUID) -> JsonResponse:
    """Cancel a run; it may have reached another end before."""
    run = followed_run(request, run_id)
    cancel(run_id)
    run.refresh_from_db()
    return _state(request, [run])


@require_POST
@json_errors
def decide_run(request: HttpRequest, run_id: UUID) -> JsonResponse:
    """Record the editor's decision on a proposal, or take it back."""
    run = followed_run(request, run_id)
    restore([run])
    decision = request.POST.get("decision")
    if decision == "accept":
        decisions.accept(run, request.POST.get("text", ""))
    elif decision == "dismiss":
        reason = request.POST.get("reason", "")
        if reason not in {"", *DismissReason.values}:
            raise BadInput
        decisions.dismiss(run, reason)
    elif decision == "undo":
        decisions.undo(run)
    else:
        raise BadInput
    log_texts_of_latest_save(request.user, run)
    # Nobody waits for it, so that the object's locks are not asked for.
    return JsonResponse(run_state(run, with_costs=can_view_costs(request.user)))


class _Click(NamedTuple):
    """What a click would run, on the form as it stands."""

    permitted: PermittedAction
    shown: VisibleFields
    item_id: str
    """Of the blocks or rows that the destination names, the one."""
    instruction: str
    """What the editor typed for this run."""


def _click(request: HttpRequest) -> _Click:
    """Read a click.

    Raises:
        PermissionDeniedError: The action, its source or its destination is not for this user.
        BadInput: The form has no such block or row.
        RequestRefused: The image that would be sent is not saved.
    """
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_FORM_BYTES:
        raise TooLarge
    data = request.POST
    action_id = parse_number(data.get(f"{PREFIX}action", ""))
    if action_id is None:
        raise BadInput
    item_id = parse_item_id(data.get(f"{PREFIX}item-id", ""))
    instruction = data.get(f"{PREFIX}instruction", "")[:MAX_INSTRUCTION_CHARS].replace("\0", "")
    form = resolve_editor_form(data.get(f"{PREFIX}form-action", ""))
    try:
        permitted = PermittedAction(
            user=request.user, action_id=action_id, instance=form.instance, parent=form.parent
        )
    except LLMAction.DoesNotExist:
        raise Http404 from None
    shown = form.bind(request)
    # The source too: a form may hide a field from this user, and the answer would reveal it.
    destination = permitted.llm_action.destination
    if not (
        form_names(permitted.llm_action.source) <= shown.readable
        and form_names(destination) <= shown.writable
    ):
        raise PermissionDeniedError
    if not has_item(form.instance, Item(destination, item_id)):
        raise BadInput
    if form.has_new_file(request, permitted.llm_action.source):
        unsaved = InvalidInput(InvalidInput.Reason.UNSAVED_IMAGE)
        raise RequestRefused(422, unsaved.code, sentence_for(unsaved))
    return _Click(permitted, shown, item_id, instruction)


def _editable_form(request: HttpRequest) -> tuple[EditorForm, str]:
    """Return the form that a request names, and its key.

    Raises:
        PermissionDeniedError: The user may not edit its object.
    """
    form = resolve_editor_form(request.GET.get("form_action", ""))
    if not can_edit(request.user, form.instance, form.parent):
        raise PermissionDeniedError
    return form, parse_form_key(request.GET.get("form_key", ""))


def _is_on_form(run: LLMRun, click: _Click) -> bool:
    """Return whether a run is on the object of a form that shows all that the run's texts hold."""
    instance = click.permitted.instance
    object_id = None if instance._state.adding else str(instance.pk)
    content_type = content_type_of(type(instance))
    is_same = (run.target_content_type_id, run.target_object_id) == (content_type.pk, object_id)
    return is_same and run.content_fields <= click.shown.readable


def _state(request: HttpRequest, candidates: Sequence[LLMRun]) -> JsonResponse:
    """Answer with the candidates that the browser has not yet seen in a final status."""
    restore(candidates)
    cursors = parse_cursors(request, [run.pk for run in candidates])
    state = candidates_state(
        [run for run in candidates if run.pk in cursors],
        cursors,
        with_costs=can_view_costs(request.user),
        seen=[run for run in candidates if run.pk not in cursors],
    )
    if any(run.is_final for run in candidates):
        reason = _accept_blocked_reason(request.user, candidates[0])
        for each in (state, *state["candidates"]):
            each["accept_blocked_reason"] = reason
    # The first run's URL serves all, also once the answer begins with another one.
    state["poll_url"] = reverse("wagtail_llm_actions:poll_run", args=[candidates[0].pk])
    return _json(request, state, candidates)


def _json(
    request: HttpRequest, state: RunState, candidates: Sequence[LLMRun], status: int = 200
) -> JsonResponse:
    state["poll_token"] = issue_poll_token(request, candidates)
    return JsonResponse(state, status=status)


def _accept_blocked_reason(user: Any, run: LLMRun) -> str:
    """Return why the form cannot take the text, though the user may see it."""
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
