"""Actions and prompt templates as snippets, in Settings → LLM."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import BooleanColumn, Column, UpdatedAtColumn
from wagtail.snippets.views.snippets import (
    CopyView,
    CreateView,
    EditView,
    IndexView,
    SnippetViewSet,
    SnippetViewSetGroup,
)

from wagtail_llm_actions.admin.action_test import TestPanel
from wagtail_llm_actions.admin.first_steps import FirstStepsMenuItem
from wagtail_llm_actions.admin.forms import LLMActionForm, model_type_label
from wagtail_llm_actions.admin.messages import model_label
from wagtail_llm_actions.admin.models_page import ACTION_POLICY, ModelsView
from wagtail_llm_actions.admin.template_form import (
    PreviewPanel,
    PromptTemplateForm,
    VariablesPanel,
)
from wagtail_llm_actions.models import LLMAction, PromptTemplate
from wagtail_llm_actions.runs.values import field_label

if TYPE_CHECKING:
    from django.http import HttpRequest


class NoAutosave:
    """Switches Wagtail's autosave off.

    These models have revisions but no drafts, so autosave would put half-typed prompts live.
    """

    autosave_enabled: bool

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Set up the view as Wagtail does, then switch autosave off."""
        super().setup(request, *args, **kwargs)  # type: ignore[misc]
        self.autosave_enabled = False


class NoAutosaveCreateView(NoAutosave, CreateView):
    """A create form that saves only when asked to."""


class NoAutosaveCopyView(NoAutosave, CopyView):
    """A create form that begins with a copy, and saves only when asked to."""


class NoAutosaveEditView(NoAutosave, EditView):
    """An edit form that saves only when asked to."""


class LLMActionIndexView(IndexView):
    """The list of actions."""

    add_item_label = _("New action")
    page_title = _("LLM actions")


class FieldColumn(Column):
    """A field of an action's page or snippet type, by its label."""

    def get_value(self, instance: LLMAction) -> str:
        """Return the label, or the path where the field or its model is gone."""
        path = str(super().get_value(instance))
        model = instance.model_type.model_class()
        return field_label(model, path) if model else path


def used_models() -> list[tuple[str, str]]:
    """Return the models that actions use, with the names people know them by."""
    keys = LLMAction.objects.order_by("model").values_list("model", flat=True).distinct()
    return [(key, model_label(key)) for key in keys]


class LLMActionFilterSet(WagtailFilterSet):
    """What the list can be narrowed to."""

    model = django_filters.ChoiceFilter(label=_("LLM model"), choices=used_models)

    class Meta:
        """The fields above, and whether editors see the action."""

        model = LLMAction
        fields = ["is_active"]


class LLMActionViewSet(SnippetViewSet):
    """List, create and edit actions."""

    model = LLMAction
    base_url_path = "llm/actions"
    url_namespace = "wagtail_llm_actions_actions"
    icon = "llm-actions-generate"
    menu_label = _("Actions")
    index_view_class = LLMActionIndexView
    index_results_template_name = "wagtail_llm_actions/actions/index_results.html"
    add_view_class = NoAutosaveCreateView
    copy_view_class = NoAutosaveCopyView
    edit_view_class = NoAutosaveEditView
    copy_view_enabled = True
    search_fields = ["label", "description"]
    filterset_class = LLMActionFilterSet
    list_display = [
        "label",
        Column(lambda action: model_type_label(action.model_type), label=_("Type")),
        FieldColumn("destination", label=_("Field name")),
        FieldColumn("source", label=_("Source field")),
        Column(lambda action: model_label(action.model), label=_("LLM model")),
        BooleanColumn("is_active", label=_("Active")),
        UpdatedAtColumn(),
    ]
    edit_handler = ObjectList(
        [
            FieldPanel("label"),
            FieldPanel("description"),
            MultiFieldPanel(
                [FieldPanel("model_type"), FieldPanel("destination"), FieldPanel("source")],
                heading=_("Fields"),
            ),
            MultiFieldPanel(
                [
                    FieldPanel("prompt_template", widget=forms.Select),
                    FieldPanel("model"),
                    FieldPanel("fallback_model"),
                    FieldRowPanel([FieldPanel("temperature"), FieldPanel("max_tokens")]),
                ],
                heading=_("Prompt and model"),
            ),
            MultiFieldPanel(
                [
                    FieldPanel("write_mode"),
                    FieldPanel("suggestions"),
                    FieldPanel("only_when_empty"),
                ],
                heading=_("Suggestions"),
            ),
            MultiFieldPanel(
                [
                    FieldPanel("groups"),
                    FieldPanel("offered_below"),
                    FieldPanel("is_active"),
                    FieldPanel("sort_order"),
                ],
                heading=_("Availability"),
            ),
            MultiFieldPanel(
                [FieldPanel("test_input"), FieldPanel("test_page"), TestPanel()],
                heading=_("Test"),
            ),
        ],
        base_form_class=LLMActionForm,
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        """Fetch what the list shows in one query."""
        return LLMAction.objects.select_related("model_type")


class PromptTemplateViewSet(SnippetViewSet):
    """List, create and edit prompt templates."""

    model = PromptTemplate
    base_url_path = "llm/templates"
    url_namespace = "wagtail_llm_actions_templates"
    icon = "doc-full"
    menu_label = _("Prompt templates")
    add_view_class = NoAutosaveCreateView
    copy_view_class = NoAutosaveCopyView
    edit_view_class = NoAutosaveEditView
    search_fields = ["name", "description", "text"]
    list_display = ["name", "description", UpdatedAtColumn()]
    edit_handler = ObjectList(
        [
            FieldPanel("name"),
            FieldPanel("description"),
            FieldPanel("text"),
            FieldPanel("system_instructions"),
            VariablesPanel(heading=_("Variables")),
            MultiFieldPanel(
                [
                    FieldPanel("preview_page"),
                    FieldPanel("preview_source"),
                    FieldPanel("preview_model"),
                    PreviewPanel(),
                ],
                heading=_("Preview"),
            ),
        ],
        base_form_class=PromptTemplateForm,
    )


class LLMViewSetGroup(SnippetViewSetGroup):
    """Settings → LLM."""

    items = (LLMActionViewSet, PromptTemplateViewSet)
    menu_label = _("LLM")
    menu_icon = "llm-actions-generate"
    menu_name = "llm"
    add_to_settings_menu = True

    def get_submenu_items(self) -> list[MenuItem]:
        """Add what is no snippet."""
        models = ModelsMenuItem(
            _("Models"),
            reverse("wagtail_llm_actions:models"),
            name="llm-models",
            icon_name="llm-actions-generate",
            order=len(self.items) + 1,
        )
        first_steps = FirstStepsMenuItem(
            _("First steps"),
            reverse("wagtail_llm_actions:first_steps"),
            name="llm-first-steps",
            icon_name="help",
            order=0,
        )
        return [first_steps, *super().get_submenu_items(), models]


class ModelsMenuItem(MenuItem):
    """Shown to those who may work with actions."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Ask what the view asks."""
        rights = ModelsView.any_permission_required
        return bool(ACTION_POLICY.user_has_any_permission(request.user, rights))
