"""The models that actions can be defined for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import get_page_models
from wagtail.snippets.models import get_snippet_models

from wagtail_llm_actions.compat import model_viewsets, setting_models
from wagtail_llm_actions.models import LLMAction, LLMBudget, PromptTemplate

if TYPE_CHECKING:
    from django.db import models

OWN = (LLMAction, LLMBudget, PromptTemplate)


def target_models() -> list[type[models.Model]]:
    """Return the models whose edit forms can offer actions, sorted by name; pages only where creatable.

    These are pages, snippets, images, documents, settings, and the models that a
    ``ModelViewSet`` edits; none of our own.
    """
    found = [
        *(model for model in get_page_models() if model.is_creatable and not model._meta.proxy),
        *get_snippet_models(),
        *([get_image_model()] if apps.is_installed("wagtail.images") else []),
        *([get_document_model()] if apps.is_installed("wagtail.documents") else []),
        *setting_models(),
        *(viewset.model for viewset in model_viewsets()),
    ]
    others = dict.fromkeys(model for model in found if model not in OWN)
    return sorted(others, key=lambda model: str(model._meta.verbose_name).lower())
