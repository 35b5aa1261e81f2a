"""Settings → LLM → First steps: what is still missing before editors can generate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django.views.generic import FormView, View
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin

from wagtail_llm_actions.admin.actions.forms import ModelTypeField
from wagtail_llm_actions.admin.getting_started.first_action import (
    create_first_action,
    fitting_types,
)
from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.conf.providers import environment_variables
from wagtail_llm_actions.configuration.starters import create_missing_starters
from wagtail_llm_actions.errors import QueueUnavailable
from wagtail_llm_actions.models import LLMAction, PromptTemplate
from wagtail_llm_actions.permissions.policies import ACTION_POLICY, PROMPT_TEMPLATE_POLICY
from wagtail_llm_actions.queues import get_queue

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One thing that a site needs."""

    name: str
    """The template adds buttons to some."""
    title: str
    is_done: bool
    words: str
    """What is there, or the next step."""
    url: str = ""
    """Where what is there can be seen."""


class FirstActionForm(forms.Form):
    """Chooses what the first action is for."""

    model_type = ModelTypeField(label=_lazy("Page or snippet type"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["model_type"]
        types = [content_type.pk for content_type in fitting_types()]
        field.queryset = ContentType.objects.filter(pk__in=types).order_by("app_label", "model")
        field.empty_label = _("- Select an option -")


class GettingStartedView(PermissionCheckedMixin, WagtailAdminTemplateMixin, FormView):
    """The steps; posting to it creates a first action."""

    permission_policy = ACTION_POLICY
    permission_required = "add"
    http_method_names = ["get", "head"]
    form_class = FirstActionForm
    template_name = "wagtail_llm_actions/first_steps.html"
    page_title = _lazy("First steps with LLM actions")
    header_icon = "llm-actions-generate"
    _show_breadcrumbs = True

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Say where this is."""
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Look what is there."""
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
    """Creates an action for the chosen type, and leads to its form."""

    http_method_names = ["post"]

    def form_valid(self, form: Any) -> HttpResponse:
        """Create it, or say what is missing."""
        try:
            action = create_first_action(form.cleaned_data["model_type"], self.request.user)
        except LookupError as error:
            problem = _("No action can be created: %(problem)s.") % {"problem": error.args[0]}
            form.add_error(None, problem)
            return self.form_invalid(form)
        message = _(
            "“%(action)s” was created and is offered to editors. Test it below, and change what "
            "does not fit."
        )
        messages.success(self.request, message % {"action": action.label})
        return HttpResponseRedirect(reverse("wagtail_llm_actions_actions:edit", args=[action.pk]))


class CreateStartersView(PermissionCheckedMixin, View):
    """Creates the starter templates that are missing, and goes back to the steps."""

    permission_policy = PROMPT_TEMPLATE_POLICY
    permission_required = "add"
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponseRedirect:
        """Create them, and say how many there were to create."""
        count = len(create_missing_starters(request.user))
        message = ngettext(
            "%(count)d prompt template was created.",
            "%(count)d prompt templates were created.",
            count,
        )
        messages.success(request, message % {"count": count})
        can_go_back = ACTION_POLICY.user_has_permission(request.user, "add")
        back = "wagtail_llm_actions:first_steps" if can_go_back else "wagtailadmin_home"
        return HttpResponseRedirect(reverse(back))


class GettingStartedMenuItem(MenuItem):
    """Shown to those who may add actions, while there is none or no model for one."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Ask only what is quick to answer: the menu is on every page of the admin."""
        if not ACTION_POLICY.user_has_permission(request.user, "add"):
            return False
        try:
            return not get_settings().models or not LLMAction.objects.exists()
        except ImproperlyConfigured:
            return True


def steps() -> list[Step]:
    """Return the steps in the order in which they are taken."""
    try:
        return [_models(), _worker(), _templates(), _actions()]
    except (ImproperlyConfigured, ImportError) as error:
        title = _("The settings of the LLM actions")
        return [Step(name="settings", title=title, is_done=False, words=str(error))]


def _models() -> Step:
    settings = get_settings()
    count = len(settings.models)
    words = ngettext(
        "%(count)d model of these providers: %(providers)s.",
        "%(count)d models of these providers: %(providers)s.",
        count,
    ) % {"count": count, "providers": ", ".join(settings.providers)}
    missing = _(
        "Set %(variables)s in the environment of the site, or add PROVIDERS and MODELS to its "
        "settings, and start it again. The page “Settings” of the documentation lists the keys."
    ) % {"variables": get_text_list(environment_variables(), _("or"))}
    return Step(
        name="models",
        title=_("A provider and a model"),
        is_done=bool(count),
        words=words if count else missing,
        url=reverse("wagtail_llm_actions:models") if count else "",
    )


def _worker() -> Step:
    queue = get_queue()
    try:
        has_worker = queue.has_worker()
        words = {
            True: _("A worker is running."),
            False: _("Start one: manage.py llm_actions_worker"),
            None: _("Runs are executed by the queue that the site has chosen."),
        }[has_worker]
    except QueueUnavailable:
        has_worker = False
        words = _("The queue server cannot be reached. Start it, or correct RQ_QUEUES.")
    if queue.executes_here:
        words = _(
            "Runs are executed in threads of the web process, which is good for a first look. For "
            "production install django-rq, add RQ_QUEUES with the queues llm and llm_bulk, and "
            "start manage.py llm_actions_worker."
        )
    return Step(name="worker", title=_("A worker"), is_done=has_worker is not False, words=words)


def _templates() -> Step:
    count = PromptTemplate.objects.count()
    words = ngettext(
        "There is %(count)d prompt template.", "There are %(count)d prompt templates.", count
    ) % {"count": count}
    return Step(
        name="templates",
        title=_("Prompt templates"),
        is_done=bool(count),
        words=words if count else _("Begin with those that come with the package."),
        url=reverse("wagtail_llm_actions_templates:list") if count else "",
    )


def _actions() -> Step:
    count = LLMAction.objects.count()
    words = ngettext("There is %(count)d action.", "There are %(count)d actions.", count) % {
        "count": count
    }
    missing = _(
        "Choose a type with text fields. You get an action that fills one of them from another, "
        "to test and to change."
    )
    return Step(
        name="actions",
        title=_("An action"),
        is_done=bool(count),
        words=words if count else missing,
        url=reverse("wagtail_llm_actions_actions:list") if count else "",
    )
