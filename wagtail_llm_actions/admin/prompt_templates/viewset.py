"""Settings → LLM → Prompt templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column, UpdatedAtColumn
from wagtail.snippets.views.snippets import SnippetViewSet

from wagtail_llm_actions.admin.prompt_templates.forms import PromptTemplateForm
from wagtail_llm_actions.admin.prompt_templates.panels import PreviewPanel, VariablesPanel
from wagtail_llm_actions.admin.prompt_templates.views import (
    PromptTemplateCopyView,
    PromptTemplateCreateView,
    PromptTemplateDeleteView,
    PromptTemplateEditView,
    PromptTemplateIndexView,
)
from wagtail_llm_actions.models import PromptTemplate

if TYPE_CHECKING:
    from django.http import HttpRequest


class PromptTemplateViewSet(SnippetViewSet):
    """Prompt templates as snippets."""

    model = PromptTemplate
    base_url_path = "llm/prompt-templates"
    url_namespace = "wagtail_llm_actions_prompt_templates"
    icon = "doc-full"
    menu_label = _("Prompt templates")
    index_view_class = PromptTemplateIndexView
    add_view_class = PromptTemplateCreateView
    copy_view_class = PromptTemplateCopyView
    edit_view_class = PromptTemplateEditView
    delete_view_class = PromptTemplateDeleteView
    delete_template_name = "wagtail_llm_actions/prompt_templates/confirm_delete.html"
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
        """Annotate each template with the number of actions that use it."""
        return PromptTemplate.objects.annotate(action_count=Count("actions"))
