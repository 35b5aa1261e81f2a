"""Test an action on its form: the answers to the Test panel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from django.forms import modelform_factory
from django.http import JsonResponse
from django.template.defaultfilters import capfirst
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from wagtail.admin.panels import Panel

from wagtail_llm_actions.admin.actions.forms import ActionForm
from wagtail_llm_actions.admin.api_errors import BadInput, json_errors
from wagtail_llm_actions.admin.editor.api import own_run, request_id
from wagtail_llm_actions.admin.editor.poll_fast_path import cursors_of, with_poll_token
from wagtail_llm_actions.admin.editor.serializers import START, Cursor, run_state
from wagtail_llm_actions.admin.form_resolver import resolve_editor_form
from wagtail_llm_actions.errors import InvalidInput, PermissionDeniedError
from wagtail_llm_actions.messages.errors import error_sentence, form_field, troubleshooting
from wagtail_llm_actions.messages.labels import finish_reason_label
from wagtail_llm_actions.models import LLMAction
from wagtail_llm_actions.permissions.policies import ACTION_POLICY, RUN_POLICY
from wagtail_llm_actions.runs.lifecycle.recovery import recover_throttled
from wagtail_llm_actions.runs.playground import start_playground_run
from wagtail_llm_actions.runs.request.variables import field_label, max_length

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest

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
)
MAX_TEXT_CHARS = 100_000


class TestState(TypedDict):
    """What the panel shows beside the state of any run."""

    problems: dict[str, str]
    """What is wrong, by the name of a field of the form; of the whole form under ``""``."""
    warnings: list[str]
    """What is to be seen in a text that came: too long for its field, cut off."""
    finish: str
    history_url: str
    """Of the run's page; empty where the user may not see it."""


class TestPanel(Panel):
    """The button and the results, below the test input."""

    class BoundPanel(Panel.BoundPanel):
        """Rendered on the form of an action."""

        template_name = "wagtail_llm_actions/actions/test.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            """Say where the script asks."""
            context: dict[str, Any] = super().get_context_data(parent_context)
            return context | {"tests_url": reverse("wagtail_llm_actions:tests")}


@require_POST
@json_errors
def tests(request: HttpRequest) -> JsonResponse:
    """Start a test of the form as it stands; nothing but the run is saved."""
    _check_permission(request)
    form = _bound_form(request)
    if not form.is_valid():
        problems = {
            name: " ".join(errors) for name, errors in form.errors.items() if name in FIELDS
        }
        return _refusal(problems)
    llm_action: LLMAction = form.instance
    text = request.POST.get("test_input", "").replace("\0", "")
    if len(text) > MAX_TEXT_CHARS:
        return _refusal({"test_input": _("This text is too long for a test.")})
    page_id = request.POST.get("test_page", "")
    page, in_form = None, None
    if page_id:
        if not page_id.isdecimal():
            raise BadInput
        editor_form = resolve_editor_form(reverse("wagtailadmin_pages:edit", args=[int(page_id)]))
        page, in_form = editor_form.instance, editor_form.fields(request.user)
        if problem := _page_problem(llm_action, page, in_form):
            return _refusal({"test_page": problem})
    try:
        run = start_playground_run(
            llm_action=llm_action,
            user=request.user,
            client_request_id=request_id(request),
            text=text,
            instance=page,
            form_fields=in_form,
        )
    except PermissionDeniedError:
        return _refusal({"test_page": _("You are not allowed to edit this page.")})
    return JsonResponse(_state(request, run), status=202)


@require_GET
@json_errors
def test(request: HttpRequest, run_id: UUID) -> JsonResponse:
    """Report on a test run of this user."""
    _check_permission(request)
    recover_throttled()
    run = own_run(request, run_id)
    return JsonResponse(_state(request, run, cursors_of(request, [run.pk]).get(run.pk, START)))


def _check_permission(request: HttpRequest) -> None:
    if not ACTION_POLICY.user_has_any_permission(request.user, ["add", "change"]):
        raise PermissionDeniedError


def _bound_form(request: HttpRequest) -> ActionForm:
    """Bind what a run needs; a test needs no label."""
    form_class: Any = modelform_factory(LLMAction, form=ActionForm, fields=FIELDS)
    llm_action = None
    saved = request.POST.get("llm-actions-tested", "")
    if saved.isdecimal():
        llm_action = LLMAction.objects.filter(pk=int(saved)).first()
    form: ActionForm = form_class(request.POST, instance=llm_action, for_user=request.user)
    return form


def _page_problem(llm_action: LLMAction, page: Any, in_form: set[str]) -> str:
    model: Any = llm_action.model_type.model_class()
    if not isinstance(page, model):
        name = capfirst(str(model._meta.verbose_name))
        return _("Choose a page of the type “%(type)s”.") % {"type": name}
    if llm_action.source not in in_form:
        return _("The source field is not in your form of this page.")
    return ""


def _refusal(problems: dict[str, str]) -> JsonResponse:
    error = {
        "code": "invalid_action",
        "message": _("The test was not started. Check the marked fields."),
        "problems": problems,
    }
    return JsonResponse({"error": error}, status=400)


def _state(request: HttpRequest, run: LLMRun, cursor: Cursor = START) -> dict[str, Any]:
    state = run_state(run, cursor)
    state["poll_url"] = reverse("wagtail_llm_actions:test", args=[run.pk])
    can_view_runs = RUN_POLICY.user_has_permission(request.user, "view")
    of_test: TestState = {
        "problems": _problems(run),
        "warnings": _result_warnings(run, state["notice"]),
        "finish": finish_reason_label(run),
        "history_url": reverse("wagtail_llm_actions:history_run", args=[run.pk])
        if can_view_runs
        else "",
    }
    return {**with_poll_token(request, state, [run]), **of_test}


def _problems(run: LLMRun) -> dict[str, str]:
    if not run.error_code:
        return {}
    reason = run.error_context.get("reason", "")
    detail = run.error_context.get("detail", "")
    if reason == InvalidInput.Reason.EMPTY_SOURCE:
        has_page = run.target_object_id is not None
        message = (
            _("“%(field)s” is empty on this page. Type a test input.") % {"field": detail}
            if has_page
            else _("Type a test input, or choose a page.")
        )
    elif reason == InvalidInput.Reason.TEMPLATE:
        message = detail
    else:
        words = f"{_('The provider says:')} {run.error_detail}" if run.error_detail else ""
        message = " ".join(filter(None, (error_sentence(run), troubleshooting(run), words)))
    return {form_field(run): message}


def _result_warnings(run: LLMRun, notice: str) -> list[str]:
    warnings = [notice] if notice else []
    model = run.target_content_type.model_class()
    if run.status != run.Status.SUCCEEDED or model is None:
        return warnings
    limit, length = max_length(model, run.field_path), len(run.output)
    if limit is not None and length > limit:
        message = _("Too long: %(length)d characters, “%(field)s” takes %(limit)d.")
        facts = {"length": length, "limit": limit, "field": field_label(model, run.field_path)}
        warnings.append(message % facts)
    return warnings
