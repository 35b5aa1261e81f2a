"""Endpoints of the form of a prompt template: validate it while it is typed, preview its prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from wagtail_llm_actions.admin.actions.field_choices import model_fields
from wagtail_llm_actions.admin.api_errors import json_errors
from wagtail_llm_actions.admin.editor.request_params import parse_number
from wagtail_llm_actions.admin.form_resolver import UnknownEditorForm, resolve_editor_form
from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.errors import InvalidInput, PermissionDeniedError
from wagtail_llm_actions.fields import form_names
from wagtail_llm_actions.permissions.editing import can_edit
from wagtail_llm_actions.permissions.policies import PROMPT_TEMPLATE_POLICY
from wagtail_llm_actions.prompts.rendering import validate
from wagtail_llm_actions.runs.rate_limits import check_requests
from wagtail_llm_actions.runs.request.prompt import build_prompt, read_source
from wagtail_llm_actions.runs.request.variables import field_label, summary_field

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.http import HttpRequest

FIELDS = ("system_instructions", "text")
DEFAULT_MAX_TOKENS = 1_000
"""The default of an action; a template has no token limit of its own."""
PREVIEWS_PER_MINUTE = 30
CHECKS_PER_MINUTE = 120
"""The form checks a template whenever somebody pauses while typing."""


@require_POST
@json_errors
def validate_prompt_template(request: HttpRequest) -> JsonResponse:
    """Validate a template: return an error for each field, empty if it is valid."""
    _check_permission(request)
    check_requests(request.user, "check", CHECKS_PER_MINUTE)
    return JsonResponse({"errors": {name: _problem(request, name) for name in FIELDS}})


@require_POST
@json_errors
def preview_prompt_template(request: HttpRequest) -> JsonResponse:
    """Return the prompt that a run on a page would send, for a page that the user may edit."""
    _check_permission(request)
    check_requests(request.user, "preview", PREVIEWS_PER_MINUTE)
    page_id = parse_number(request.POST.get("page", ""))
    if page_id is None:
        raise UnknownEditorForm
    form = resolve_editor_form(reverse("wagtailadmin_pages:edit", args=[page_id]))
    page: Any = form.instance
    if not can_edit(request.user, page):
        raise PermissionDeniedError
    readable = form.fields(request).readable
    sources = [
        source for source in model_fields(type(page)).sources if form_names(source[0]) <= readable
    ]
    summary = summary_field(type(page))
    names = [name for name, _label in sources]
    source = request.POST.get("source", "")
    if source not in names:
        source = summary if summary in names else next(iter(names), "")
    answer = {
        "sources": sources,
        "source": source,
        "summary": _("post_summary reads “%(field)s”.")
        % {"field": field_label(type(page), summary)}
        if summary
        else _("This type of page has no field for post_summary, so it is empty."),
    }
    return JsonResponse(answer | _preview(request, page, source, readable))


def _preview(
    request: HttpRequest, page: Any, source: str, form_fields: Collection[str]
) -> dict[str, Any]:
    model = get_settings().models.get(request.POST.get("model", ""))
    try:
        content = read_source(page, source, form_fields)
        prompt = build_prompt(
            text=request.POST.get("text", ""),
            system_instructions=request.POST.get("system_instructions", ""),
            instance=page,
            source=content,
            form_fields=form_fields,
            model=model,
            max_tokens=DEFAULT_MAX_TOKENS,
        )
    except InvalidInput as error:
        return {"error": _sentence(error)}
    cut = (
        _("%(model)s has no room for the last %(count)d characters of the source.")
        if model
        else _("A prompt has no room for the last %(count)d characters of the source.")
    )
    return {
        "system_instructions": prompt.system_instructions,
        "text": prompt.text,
        "length": _("Approximately %(tokens)d tokens, %(chars)d characters.")
        % {
            "tokens": prompt.approximate_tokens,
            "chars": len(prompt.system_instructions) + len(prompt.text),
        },
        "cut": cut % {"model": model and model.label, "count": prompt.truncated_chars}
        if prompt.truncated_chars
        else "",
    }


def _sentence(error: InvalidInput) -> str:
    if error.reason == InvalidInput.Reason.EMPTY_SOURCE:
        return _("“%(field)s” is empty on this page.") % {"field": error.detail}
    if error.reason == InvalidInput.Reason.TOO_LONG:
        return _("The prompt is too long, even without its source.")
    return error.detail


def _problem(request: HttpRequest, name: str) -> str:
    try:
        validate(request.POST.get(name, ""))
    except InvalidInput as error:
        return error.detail
    return ""


def _check_permission(request: HttpRequest) -> None:
    if not PROMPT_TEMPLATE_POLICY.user_has_any_permission(request.user, ["add", "change"]):
        raise PermissionDeniedError
