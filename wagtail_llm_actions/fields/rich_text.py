"""Wagtail's rich text, as a source only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wagtail.fields import RichTextField

from wagtail_llm_actions.fields.base import FieldAdapter
from wagtail_llm_actions.fields.markdown import to_markdown

if TYPE_CHECKING:
    from django.db import models


class RichTextAdapter(FieldAdapter):
    """Rich text, read as Markdown, so that headings, lists and links keep their meaning."""

    kind = "rich_text"

    def accepts(self, field: Any) -> bool:
        """Return whether ``field`` is Wagtail's rich text."""
        return isinstance(field, RichTextField)

    def read(self, instance: models.Model, field: Any) -> str:
        """Return the text as Markdown; what ``to_markdown`` says holds here."""
        return to_markdown(str(field.value_from_object(instance) or ""))
