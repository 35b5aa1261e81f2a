"""Settings → LLM → Getting started: what is still missing before editors can generate text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django.views.generic import FormView, View
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin

from wagtail_llm_actions.admin.actions.forms import CHOOSE
from wagtail_llm_actions.admin.getting_started.first_action import (
    Draft,
    create_first_action,
    drafts,
)
from wagtail_llm_actions.admin.getting_started.steps import steps
from wagtail_llm_actions.admin.mixins import BreadcrumbsMixin
from wagtail_llm_actions.configuration.starters import create_missing_starters
from wagtail_llm_actions.permissions.policies import ACTION_POLICY, PROMPT_TEMPLATE_POLICY

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


class FirstActionForm(forms.Form):
    """The page or snippet type of the first action."""

    model_type = forms.ChoiceField(
        label=_lazy("Page or snippet type"),
        help_text=_lazy(
            "With the field that the action would fill, and the one that it would read."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = sorted(drafts(), key=lambda draft: draft.label.lower())
        self._drafts = {str(draft.content_type.pk): draft for draft in found if not draft.problem}
        self.without_action = [draft for draft in found if draft.problem]
        choices = [(pk, draft.label) for pk, draft in self._drafts.items()]
        field: Any = self.fields["model_type"]
        field.choices = [CHOOSE, *choices]

    def clean_model_type(self) -> Draft:
        """Return the draft of the chosen type."""
        return self._drafts[self.cleaned_data["model_type"]]


class GettingStartedView(
    BreadcrumbsMixin, PermissionCheckedMixin, WagtailAdminTemplateMixin, FormView
):
    """The steps, with the form that creates a first action."""

    permission_policy = ACTION_POLICY
    permission_required = "add"
    http_method_names = ["get", "head"]
    form_class = FirstActionForm
    template_name = "wagtail_llm_actions/getting_started/getting_started.html"
    page_title = _lazy("Getting started with LLM actions")
    header_icon = "llm-actions-generate"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the steps, and whether the user may take them."""
        found = steps()
        can_add_templates = PROMPT_TEMPLATE_POLICY.user_has_permission(self.request.user, "add")
        done = {step.name: step.is_done for step in found}
        return super().get_context_data(
            **kwargs,
            steps=found,
            is_ready=all(done.values()),
            can_add_templates=can_add_templates,
            can_create=done.get("models") and (done["templates"] or can_add_templates),
        )


class CreateFirstActionView(GettingStartedView):
    """Create an action for the chosen type, and redirect to its form."""

    http_method_names = ["post"]

    def form_valid(self, form: Any) -> HttpResponse:
        """Create the action, or show why none can be created."""
        try:
            action = create_first_action(form.cleaned_data["model_type"], self.request.user)
        except LookupError as error:
            problem = _("No action can be created: %(problem)s.") % {"problem": error.args[0]}
            form.add_error(None, problem)
            return self.form_invalid(form)
        message = _(
            "“%(action)s” was created, and is not offered to editors yet. Test it below, change what "
            "does not fit, then tick “Active” and save."
        )
        messages.success(self.request, message % {"action": action.label})
        return HttpResponseRedirect(reverse("wagtail_llm_actions_actions:edit", args=[action.pk]))


class CreateStartersView(PermissionCheckedMixin, View):
    """Create the missing starter templates, and redirect to the steps."""

    permission_policy = PROMPT_TEMPLATE_POLICY
    permission_required = "add"
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponseRedirect:
        """Create the templates, and add a message with their number."""
        count = len(create_missing_starters(request.user))
        message = ngettext(
            "%(count)d prompt template was created.",
            "%(count)d prompt templates were created.",
            count,
        )
        messages.success(request, message % {"count": count})
        can_go_back = ACTION_POLICY.user_has_permission(request.user, "add")
        back = "wagtail_llm_actions:getting_started" if can_go_back else "wagtailadmin_home"
        return HttpResponseRedirect(reverse(back))
