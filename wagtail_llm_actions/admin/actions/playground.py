"""The playground: runs an action as it stands on its form, before it is saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.forms import modelform_factory
from django.http import JsonResponse
from django.template.defaultfilters import capfirst
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_GET, require_POST
from wagtail.models import AbstractPage

from wagtail_llm_actions.admin.actions.forms import ActionForm
from wagtail_llm_actions.admin.api_errors import BadInput, InvalidForm, json_errors
from wagtail_llm_actions.admin.editor.poll_token import issue_poll_token
from wagtail_llm_actions.admin.editor.request_params import (
    PREFIX,
    client_request_id,
    followed_run,
    parse_cursors,
    parse_number,
)
from wagtail_llm_actions.admin.editor.serializers import START, Cursor, RunState, run_state
from wagtail_llm_actions.admin.form_resolver import (
    editor_form_of,
    resolve_editor_form,
    saved_object_form,
)
from wagtail_llm_actions.admin.run_access import can_read_texts
from wagtail_llm_actions.answers.characters import visible
from wagtail_llm_actions.errors import (
    ErrorCode,
    InvalidInput,
    PermissionDeniedError,
    PermissionRevoked,
)
from wagtail_llm_actions.fields import form_names
from wagtail_llm_actions.messages.errors import error_sentence, form_field, troubleshooting
from wagtail_llm_actions.messages.labels import finish_reason_label
from wagtail_llm_actions.models import LLMAction
from wagtail_llm_actions.permissions.policies import can_test_actions, can_view_costs, can_view_runs
from wagtail_llm_actions.runs.lifecycle.recovery import recover_throttled
from wagtail_llm_actions.runs.playground import start_playground_run
from wagtail_llm_actions.runs.request.variables import field_label, max_length
from wagtail_llm_actions.runs.unstored import restore

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest

    from wagtail_llm_actions.admin.form_resolver import EditorForm
    from wagtail_llm_actions.models import LLMRun

FIELDS = (
    "model_type",
    "destination",
    "source",
    "prompt_template",
    "model",
    "fallback_model",
    "temperature",
    "max_tokens",
    "answer_language",
    "required_words",
    "forbidden_words",
    "min_length",
)
NOT_ALLOWED = {
    "test_page": _lazy("You are not allowed to edit this page."),
    "test_snippet": _lazy("You are not allowed to edit this snippet."),
}
NOT_IN_FORM = {
    "test_page": _lazy("The source field is not in your form of this page."),
    "test_snippet": _lazy("The source field is not in your form of this snippet."),
}
MAX_TEXT_CHARS = 100_000


class PlaygroundRun(RunState):
    """A run of the playground, with what concerns whoever edits the action."""

    field_errors: dict[str, str]
    """Why the run failed, by the name of the form's field that causes it; ``""`` for none of them."""
    warnings: list[str]
    """What is wrong with a text that was written: too long for its field, cut off."""
    finish_reason_label: str
    history_url: str
    """The run's page in the history; empty where the user may not view runs."""


@require_POST
@json_errors
def start(request: HttpRequest) -> JsonResponse:
    """Start a run of the form as it stands; the action is not saved."""
    _check_permission(request)
    form = _bound_form(request)
    if not form.is_valid():
        raise _invalid(
            {name: " ".join(errors) for name, errors in form.errors.items() if name in FIELDS}
        )
    llm_action: LLMAction = form.instance
    text = request.POST.get("test_input", "").replace("\0", "")
    if len(text) > MAX_TEXT_CHARS:
        raise _invalid({"test_input": _("This text is too long for a test.")})
    object_form = _object_form(request, llm_action)
    model: Any = llm_action.model_type.model_class()
    # Without an object, templates read the default values of the fields, which a form can hide too.
    shown = (object_form or editor_form_of(model())).fields(request)
    try:
        run = start_playground_run(
            llm_action=llm_action,
            user=request.user,
            client_request_id=client_request_id(request),
            text=text,
            instance=object_form.instance if object_form else None,
            form_fields=shown.readable,
        )
    except PermissionDeniedError:
        name = "test_page" if issubclass(model, AbstractPage) else "test_snippet"
        raise _invalid({name: str(NOT_ALLOWED[name])}) from None
    # The request's id may be that of an earlier click, on something that was taken away since.
    if not can_read_texts(request, run):
        raise PermissionRevoked
    return JsonResponse(_state(request, run), status=202)


@require_GET
@json_errors
def poll(request: HttpRequest, run_id: UUID) -> JsonResponse:
    """Report on a playground run of this user."""
    _check_permission(request)
    recover_throttled()
    run = followed_run(request, run_id)
    cursor = parse_cursors(request, [run.pk]).get(run.pk, START)
    return JsonResponse(_state(request, run, cursor))


def _check_permission(request: HttpRequest) -> None:
    if not can_test_actions(request.user):
        raise PermissionDeniedError


def _bound_form(request: HttpRequest) -> ActionForm:
    """Bind the fields that a run needs; it needs no label."""
    form_class: Any = modelform_factory(LLMAction, form=ActionForm, fields=FIELDS)
    llm_action = None
    saved_id = parse_number(request.POST.get(f"{PREFIX}saved-action", ""))
    if saved_id is not None:
        llm_action = LLMAction.objects.filter(pk=saved_id).first()
    form: ActionForm = form_class(request.POST, instance=llm_action, for_user=request.user)
    return form


def _object_form(request: HttpRequest, llm_action: LLMAction) -> EditorForm | None:
    """Return the edit form of the page or snippet to read; ``None`` where none was chosen."""
    model: Any = llm_action.model_type.model_class()
    page_id = request.POST.get("test_page", "")
    snippet_id = request.POST.get("test_snippet", "")
    if page_id:
        name, editor_form = "test_page", _page_form(page_id, model)
    elif snippet_id and not issubclass(model, AbstractPage):
        name, editor_form = "test_snippet", saved_object_form(model, snippet_id)
    else:
        return None
    if not form_names(llm_action.source) <= editor_form.fields(request).readable:
        raise _invalid({name: str(NOT_IN_FORM[name])})
    return editor_form


def _page_form(page_id: str, model: Any) -> EditorForm:
    if parse_number(page_id) is None:
        raise BadInput
    editor_form = resolve_editor_form(reverse("wagtailadmin_pages:edit", args=[int(page_id)]))
    if not isinstance(editor_form.instance, model):
        name = capfirst(str(model._meta.verbose_name))
        raise _invalid({"test_page": _("Choose a page of the type “%(type)s”.") % {"type": name}})
    return editor_form


def _invalid(field_errors: dict[str, str]) -> InvalidForm:
    message = _("The test was not started. Check the marked fields.")
    return InvalidForm("invalid_action", message, field_errors)


def _state(request: HttpRequest, run: LLMRun, cursor: Cursor = START) -> PlaygroundRun:
    restore([run])
    state = run_state(run, cursor, with_costs=can_view_costs(request.user))
    state["poll_url"] = reverse("wagtail_llm_actions:poll_playground_run", args=[run.pk])
    state["poll_token"] = issue_poll_token(request, [run])
    return {
        **state,
        "field_errors": _field_errors(run),
        "warnings": _result_warnings(run, state),
        "finish_reason_label": finish_reason_label(run),
        "history_url": reverse("wagtail_llm_actions:history_run", args=[run.pk])
        if can_view_runs(request.user)
        else "",
    }


def _field_errors(run: LLMRun) -> dict[str, str]:
    if run.error_code in {"", ErrorCode.NOTHING_TO_CHANGE}:
        return {}
    reason = run.error_context.get("reason", "")
    detail = run.error_context.get("detail", "")
    if reason == InvalidInput.Reason.EMPTY_SOURCE:
        message = _empty_source(run, detail)
    elif reason == InvalidInput.Reason.TEMPLATE:
        message = detail
    else:
        said = f"{_('The provider says:')} {run.error_detail}" if run.error_detail else ""
        message = " ".join(filter(None, (error_sentence(run), troubleshooting(run), said)))
    return {form_field(run): message}


def _empty_source(run: LLMRun, field: str) -> str:
    model = run.target_model
    is_page = model is not None and issubclass(model, AbstractPage)
    if run.target_object_id is None:
        if is_page:
            return _("Type a test input, or choose a page.")
        return _("Type a test input, or choose a snippet.")
    message = (
        _("“%(field)s” is empty on this page. Type a test input.")
        if is_page
        else _("“%(field)s” is empty on this snippet. Type a test input.")
    )
    return message % {"field": field}


def _result_warnings(run: LLMRun, state: RunState) -> list[str]:
    warnings = [*filter(None, [state["notice"]]), *state["faults"]]
    if run.error_code == ErrorCode.NOTHING_TO_CHANGE:
        warnings.append(troubleshooting(run))
    model = run.target_model
    if run.status != run.Status.SUCCEEDED or model is None:
        return warnings
    limit, length = max_length(model, run.field_path), len(visible(run.output))
    if limit is not None and length > limit:
        message = _("Too long: %(length)d characters, “%(field)s” takes %(limit)d.")
        facts = {"length": length, "limit": limit, "field": field_label(model, run.field_path)}
        warnings.append(message % facts)
    return warnings
