"""Where the form of an action is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

if TYPE_CHECKING:
    from django.db.models import Model

    from wagtail_llm_actions.models import LLMAction

ADD = "wagtail_llm_actions_actions:add"


def type_of(model: type[Model]) -> str:
    """Return the value that the form has for a page or snippet type."""
    return str(ContentType.objects.get_for_model(model).pk)


def edit_url(llm_action: LLMAction) -> str:
    """Return the address of an action's edit form."""
    return reverse("wagtail_llm_actions_actions:edit", args=[llm_action.pk])
