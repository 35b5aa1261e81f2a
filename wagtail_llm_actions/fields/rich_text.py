"""Wagtail's rich text, read as plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wagtail.fields import RichTextField
from wagtail.rich_text import get_text_for_indexing

from wagtail_llm_actions.fields.base import FieldAdapter

if TYPE_CHECKING:
    from django.db import models


class RichTextAdapter(FieldAdapter):
    """A source only: what the model writes is plain text."""

    is_destination = False

    def accepts(self, field: models.Field[Any, Any]) -> bool:
        """Take Wagtail's rich text fields."""
        return isinstance(field, RichTextField)

    def read(self, value: object) -> str:
        """Return the text without tags, as Wagtail's search index sees it."""
        return str(get_text_for_indexing(str(value or ""))).strip()
