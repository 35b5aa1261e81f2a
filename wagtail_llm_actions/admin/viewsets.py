"""The group of snippets in Settings → LLM, and its menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from wagtail.snippets.views.snippets import SnippetViewSetGroup

from wagtail_llm_actions.admin.actions.viewset import ActionViewSet
from wagtail_llm_actions.admin.menu import (
    budgets_menu_item,
    getting_started_menu_item,
    models_menu_item,
)
from wagtail_llm_actions.admin.prompt_templates.viewset import PromptTemplateViewSet

if TYPE_CHECKING:
    from wagtail.admin.menu import MenuItem


class LLMViewSetGroup(SnippetViewSetGroup):
    """Settings → LLM."""

    items = (ActionViewSet, PromptTemplateViewSet)
    menu_label = _("LLM")
    menu_icon = "llm-actions-generate"
    menu_name = "llm"
    add_to_settings_menu = True

    def get_submenu_items(self) -> list[MenuItem]:
        """Add the pages that are not snippets, around those that are."""
        snippets = super().get_submenu_items()
        order = len(snippets) + 1
        return [
            getting_started_menu_item(),
            *snippets,
            models_menu_item(order),
            budgets_menu_item(order + 1),
        ]
