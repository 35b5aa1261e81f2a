"""What the form of a prompt template shows beside its fields, and what it asks while one types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.http import JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_POST
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import Panel
from wagtail.admin.widgets import AdminPageChooser

from wagtail_llm_actions.admin.actions.field_choices import model_fields
from wagtail_llm_actions.admin.api_errors import json_errors
from wagtail_llm_actions.admin.form_resolver import UnknownEditorForm, resolve_editor_form
from wagtail_llm_actions.compat import page_model
from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.errors import InvalidInput, PermissionDeniedError
from wagtail_llm_actions.permissions.editing import can_edit
from wagtail_llm_actions.permissions.policies import PROMPT_TEMPLATE_POLICY
from wagtail_llm_actions.prompts.rendering import validate
from wagtail_llm_actions.prompts.variables import DESCRIPTIONS
from wagtail_llm_actions.runs.request.prompt import build_prompt, read_source
from wagtail_llm_actions.runs.request.variables import field_label, summary_field

if TYPE_CHECKING:
    from django.http import HttpRequest

FIELDS = ("system_instructions", "text")
DEFAULT_MAX_TOKENS = 1_000
"""Of an action; a template alone has none."""


class PromptTemplateForm(WagtailAdminModelForm):
    """Adds what a preview needs; none of it is saved."""

    preview_page: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label=_lazy("Page"),
        queryset=None,
        required=False,
        widget=AdminPageChooser,
        help_text=_lazy("A page that you may edit; its latest draft is read."),
    )
    preview_source = forms.CharField(
        label=_lazy("Source field"),
        required=False,
        widget=forms.Select(choices=[("", _lazy("Automatic"))]),
        help_text=_lazy("What {{ input }} stands for in the preview."),
    )
    preview_model = forms.ChoiceField(
        label=_lazy("LLM model"),
        required=False,
        help_text=_lazy("Its context decides what would be cut."),
    )

    class Media:
        """Checks while one types, inserts variables and shows the preview."""

        js = [forms.Script("wagtail_llm_actions/js/template-form.js", type="module")]
        css = {"all": ["wagtail_llm_actions/css/admin.css"]}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["preview_page"].queryset = page_model().objects.all()
        models = get_settings().models.values()
        self.fields["preview_model"].choices = [
            ("", _("Any model")),
            *((model.key, str(model.label)) for model in models),
        ]


class VariablesPanel(Panel):
    """The variables, as buttons that insert them."""

    class BoundPanel(Panel.BoundPanel):
        """Rendered on the form of a template."""

        template_name = "wagtail_llm_actions/templates/variables.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            """Add the variables and where the script asks."""
            context: dict[str, Any] = super().get_context_data(parent_context)
            return context | {
                "variables": [*DESCRIPTIONS.items(), ("fields.…", _FIELDS)],
                "check_url": reverse("wagtail_llm_actions:check_template"),
                "preview_url": reverse("wagtail_llm_actions:preview_template"),
            }


class PreviewPanel(Panel):
    """The exact text that would be sent."""

    class BoundPanel(Panel.BoundPanel):
        """Rendered on the form of a template."""

        template_name = "wagtail_llm_actions/templates/preview.html"


_FIELDS = _lazy("Another field of the form, such as fields.subtitle.")


@require_POST
@json_errors
def check_template(request: HttpRequest) -> JsonResponse:
    """Say what is wrong with a template, by field; empty where nothing is."""
    _check_permission(request)
    return JsonResponse({"errors": {name: _problem(request, name) for name in FIELDS}})


@require_POST
@json_errors
def preview_template(request: HttpRequest) -> JsonResponse:
    """Build the prompt for a page that the admin may edit, as a run would."""
    _check_permission(request)
    page_id = request.POST.get("page", "")
    if not page_id.isdecimal():
        raise UnknownEditorForm(page_id)
    form = resolve_editor_form(reverse("wagtailadmin_pages:edit", args=[int(page_id)]))
    page: Any = form.instance
    if not can_edit(request.user, page):
        raise PermissionDeniedError
    in_form = form.fields(request.user)
    sources = [source for source in model_fields(type(page)).sources if source[0] in in_form]
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
    return JsonResponse(answer | _preview(request, page, source, in_form))


def _preview(request: HttpRequest, page: Any, source: str, in_form: set[str]) -> dict[str, Any]:
    model = get_settings().models.get(request.POST.get("model", ""))
    try:
        content = read_source(page, source)
        prompt = build_prompt(
            text=request.POST.get("text", ""),
            system_instructions=request.POST.get("system_instructions", ""),
            instance=page,
            source=content,
            form_fields=in_form,
            model=model,
            max_tokens=DEFAULT_MAX_TOKENS,
        )
    except InvalidInput as error:
        return {"error": _sentence(error)}
    cut = _("%(model)s has no room for the last %(count)d characters of the source.")
    return {
        "system_instructions": prompt.system_instructions,
        "text": prompt.text,
        "length": _("Approximately %(tokens)d tokens, %(chars)d characters.")
        % {
            "tokens": prompt.approximate_tokens,
            "chars": len(prompt.system_instructions) + len(prompt.text),
        },
        "cut": cut % {"model": model.label, "count": prompt.truncated_chars}
        if model and prompt.truncated_chars
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
