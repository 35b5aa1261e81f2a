"""The page, snippet and image models that actions can be defined for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from wagtail.images import get_image_model
from wagtail.models import get_page_models
from wagtail.snippets.models import get_snippet_models

from wagtail_llm_actions.models import LLMAction, PromptTemplate

if TYPE_CHECKING:
    from django.db import models


def target_models() -> list[type[models.Model]]:
    """Return creatable page models, all snippet models but our own, and that of images, sorted by name."""
    own = (LLMAction, PromptTemplate)
    snippets = [model for model in get_snippet_models() if model not in own]
    pages = [model for model in get_page_models() if model.is_creatable]
    images = [get_image_model()] if apps.is_installed("wagtail.images") else []
    return sorted(
        [*pages, *snippets, *images], key=lambda model: str(model._meta.verbose_name).lower()
    )
