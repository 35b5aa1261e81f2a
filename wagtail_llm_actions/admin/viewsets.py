"""Actions and prompt templates as snippets, in Settings → LLM."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Count
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import BooleanColumn, Column, DateColumn, UpdatedAtColumn
from wagtail.snippets.views.snippets import IndexView, SnippetViewSet, SnippetViewSetGroup

from wagtail_llm_actions.admin.actions.deleting import LLMActionDeleteView, PromptTemplateDeleteView
from wagtail_llm_actions.admin.actions.forms import LLMActionForm
from wagtail_llm_actions.admin.actions.listing import (
    FieldColumn,
    IconsColumn,
    LLMActionFilterSet,
    success_rate,
)
from wagtail_llm_actions.admin.actions.playground import TestPanel
from wagtail_llm_actions.admin.actions.views import (
    LLMActionCopyView,
    LLMActionCreateView,
    LLMActionEditView,
    NoAutosaveCopyView,
    NoAutosaveCreateView,
    NoAutosaveEditView,
)
from wagtail_llm_actions.admin.getting_started.views import GettingStartedMenuItem
from wagtail_llm_actions.admin.labels import model_type_label
from wagtail_llm_actions.admin.mixins import StylesheetMixin
from wagtail_llm_actions.admin.prompt_templates.forms import (
    PreviewPanel,
    PromptTemplateForm,
    VariablesPanel,
)
from wagtail_llm_actions.admin.transfer import transfer_buttons
from wagtail_llm_actions.messages.labels import model_label
from wagtail_llm_actions.models import LLMAction, PromptTemplate
from wagtail_llm_actions.permissions.policies import can_view_models
from wagtail_llm_actions.reporting.action_stats import with_recent_stats

if TYPE_CHECKING:
    from django.http import HttpRequest
    from wagtail.admin.widgets.button import Button


class LLMActionIndexView(StylesheetMixin, IndexView):
    """The list of actions."""

    add_item_label = _("New action")
    page_title = _("LLM actions")

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        """Add export and import."""
        return [*super().header_more_buttons, *transfer_buttons(self.request.user)]


class LLMActionViewSet(SnippetViewSet):
    """List, create and edit actions."""

    model = LLMAction
    base_url_path = "llm/actions"
    url_namespace = "wagtail_llm_actions_actions"
    icon = "llm-actions-generate"
    menu_label = _("Actions")
    index_view_class = LLMActionIndexView
    index_results_template_name = "wagtail_llm_actions/actions/index_results.html"
    add_view_class = LLMActionCreateView
    copy_view_class = LLMActionCopyView
    edit_view_class = LLMActionEditView
    delete_view_class = LLMActionDeleteView
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
        Column("recent_runs", label=_("Runs, 30 days")),
        Column(success_rate, label=_("Success, 30 days")),
        DateColumn("last_run_at", label=_("Last run")),
        IconsColumn("icons", label=_("Actions")),
    ]
    sort_order_field = "sort_order"
    ordering = ["sort_order", "label"]
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
                    FieldPanel("candidate_count"),
                    FieldPanel("only_when_empty"),
                ],
                heading=_("Candidates"),
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
        return with_recent_stats(LLMAction.objects.select_related("model_type"))


class PromptTemplateIndexView(StylesheetMixin, IndexView):
    """The list of templates."""


class PromptTemplateViewSet(SnippetViewSet):
    """List, create and edit prompt templates."""

    model = PromptTemplate
    base_url_path = "llm/templates"
    url_namespace = "wagtail_llm_actions_templates"
    icon = "doc-full"
    menu_label = _("Prompt templates")
    index_view_class = PromptTemplateIndexView
    add_view_class = NoAutosaveCreateView
    copy_view_class = NoAutosaveCopyView
    edit_view_class = NoAutosaveEditView
    delete_view_class = PromptTemplateDeleteView
    delete_template_name = "wagtail_llm_actions/templates/confirm_delete.html"
    search_fields = ["name", "description", "text"]
    ordering = ["name"]
    list_display = [
        "name",
        "description",
        Column("action_count", label=_("Used by actions")),
        UpdatedAtColumn(),
    ]
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

    def get_queryset(self, request: HttpRequest) -> Any:
        """Count the actions that use each."""
        return PromptTemplate.objects.annotate(action_count=Count("actions"))


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
        first_steps = GettingStartedMenuItem(
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
        """Ask for the permissions of the view."""
        return can_view_models(request.user)
