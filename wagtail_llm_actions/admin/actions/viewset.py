"""Settings → LLM → Actions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import BooleanColumn, Column, DateColumn
from wagtail.snippets.views.snippets import SnippetViewSet

from wagtail_llm_actions.admin.actions.forms import ActionForm
from wagtail_llm_actions.admin.actions.listing import (
    ActionFilterSet,
    FieldColumn,
    IconsColumn,
    success_rate,
)
from wagtail_llm_actions.admin.actions.panels import PlaygroundPanel
from wagtail_llm_actions.admin.actions.views import (
    ActionCopyView,
    ActionCreateView,
    ActionDeleteView,
    ActionEditView,
    ActionIndexView,
)
from wagtail_llm_actions.admin.labels import model_type_label
from wagtail_llm_actions.messages.labels import model_label
from wagtail_llm_actions.models import LLMAction
from wagtail_llm_actions.reporting.action_stats import with_last_run

if TYPE_CHECKING:
    from django.http import HttpRequest


class ActionViewSet(SnippetViewSet):
    """Actions as snippets."""

    model = LLMAction
    base_url_path = "llm/actions"
    url_namespace = "wagtail_llm_actions_actions"
    icon = "llm-actions-generate"
    menu_label = _("Actions")
    index_view_class = ActionIndexView
    index_results_template_name = "wagtail_llm_actions/actions/index_results.html"
    add_view_class = ActionCreateView
    copy_view_class = ActionCopyView
    edit_view_class = ActionEditView
    delete_view_class = ActionDeleteView
    copy_view_enabled = True
    search_fields = ["label", "description"]
    filterset_class = ActionFilterSet
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
                    FieldPanel("cheaper_model"),
                    FieldRowPanel([FieldPanel("temperature"), FieldPanel("max_tokens")]),
                ],
                heading=_("Prompt and model"),
            ),
            MultiFieldPanel(
                [
                    FieldPanel("write_mode"),
                    FieldPanel("candidate_count"),
                    FieldPanel("only_when_empty"),
                    FieldPanel("check_facts"),
                ],
                heading=_("Candidates"),
            ),
            MultiFieldPanel(
                [
                    FieldPanel("answer_language"),
                    FieldPanel("required_words"),
                    FieldPanel("forbidden_words"),
                    FieldPanel("min_length"),
                ],
                heading=_("Rules for the answer"),
                classname="collapsed",
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
                [
                    FieldPanel("retention_mode"),
                    FieldPanel("redact_after_days"),
                    FieldPanel("delete_after_days"),
                ],
                heading=_("Retention"),
                classname="collapsed",
            ),
            MultiFieldPanel(
                [
                    FieldPanel("test_input"),
                    FieldPanel("test_page"),
                    FieldPanel("test_snippet"),
                    PlaygroundPanel(),
                ],
                heading=_("Test"),
            ),
        ],
        base_form_class=ActionForm,
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        """Fetch the actions with the times of their last runs."""
        return with_last_run(LLMAction.objects.select_related("model_type"))
