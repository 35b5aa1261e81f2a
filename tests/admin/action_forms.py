"""Where the form of an action is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse

from wagtail_llm_actions.compat import content_type_of

if TYPE_CHECKING:
    from django.db.models import Model

    from wagtail_llm_actions.models import LLMAction

ADD = "wagtail_llm_actions_actions:add"


def type_of(model: type[Model]) -> str:
    """Return the value that the form has for a page or snippet type."""
    return str(content_type_of(model).pk)


def edit_url(llm_action: LLMAction) -> str:
    """Return the address of an action's edit form."""
    return reverse("wagtail_llm_actions_actions:edit", args=[llm_action.pk])
