"""The page and snippet models that actions can be defined for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wagtail.models import get_page_models
from wagtail.snippets.models import get_snippet_models

from wagtail_llm_actions.models import LLMAction, PromptTemplate

if TYPE_CHECKING:
    from django.db import models


def target_models() -> list[type[models.Model]]:
    """Return creatable page models and all snippet models but our own, sorted by verbose name."""
    own = (LLMAction, PromptTemplate)
    snippets = [model for model in get_snippet_models() if model not in own]
    pages = [model for model in get_page_models() if model.is_creatable]
    return sorted([*pages, *snippets], key=lambda model: str(model._meta.verbose_name).lower())
