"""The models that actions can be defined for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import get_page_models
from wagtail.snippets.models import get_snippet_models

from wagtail_llm_actions.compat import model_viewsets, setting_models
from wagtail_llm_actions.models import LLMAction, PromptTemplate

if TYPE_CHECKING:
    from django.db import models


def target_models() -> list[type[models.Model]]:
    """Return the models whose edit forms can offer actions, sorted by name; pages only where creatable.

    These are pages, snippets but for our own, images, documents, settings, and the models that a
    ``ModelViewSet`` of the site edits.
    """
    own = (LLMAction, PromptTemplate)
    found = [
        *(model for model in get_page_models() if model.is_creatable),
        *(model for model in get_snippet_models() if model not in own),
        *([get_image_model()] if apps.is_installed("wagtail.images") else []),
        *([get_document_model()] if apps.is_installed("wagtail.documents") else []),
        *setting_models(),
        *(viewset.model for viewset in model_viewsets()),
    ]
    return sorted(dict.fromkeys(found), key=lambda model: str(model._meta.verbose_name).lower())
