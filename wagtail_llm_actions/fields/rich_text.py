"""Wagtail's rich text, as a source only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wagtail.fields import RichTextField
from wagtail.rich_text import get_text_for_indexing

from wagtail_llm_actions.fields.base import FieldAdapter

if TYPE_CHECKING:
    from django.db import models


class RichTextAdapter(FieldAdapter):
    """Rich text, read as plain text."""

    kind = "rich_text"

    def accepts(self, field: models.Field[Any, Any]) -> bool:
        """Return whether ``field`` is Wagtail's rich text."""
        return isinstance(field, RichTextField)

    def read(self, value: object) -> str:
        """Return the text without tags, as Wagtail indexes it for search."""
        return str(get_text_for_indexing(str(value or ""))).strip()
