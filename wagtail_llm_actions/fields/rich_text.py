"""Wagtail's rich text, as a source only."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from markdownify import ATX, MarkdownConverter
from wagtail.fields import RichTextField
from wagtail.rich_text import features
from wagtail.rich_text.rewriters import LinkRewriter

from wagtail_llm_actions.fields.base import FieldAdapter
from wagtail_llm_actions.threads import built_once

if TYPE_CHECKING:
    from bs4 import Tag
    from django.db import models


class RichTextAdapter(FieldAdapter):
    """Rich text, read as Markdown, so that headings, lists and links keep their meaning."""

    kind = "rich_text"

    def accepts(self, field: models.Field[Any, Any]) -> bool:
        """Return whether ``field`` is Wagtail's rich text."""
        return isinstance(field, RichTextField)

    def read(self, value: object) -> str:
        """Return the text as Markdown: links with their addresses, images by their alt texts.

        Internal links of a kind are looked up together. Images are not rendered, and embeds not fetched.
        """
        html = _link_rewriter()(str(value or ""))
        markdown = _converter.convert(html)
        return re.sub(r"[^\S\n]+\n", "\n", str(markdown)).strip()


class _Converter(MarkdownConverter):
    """Adds what Wagtail stores instead of images and videos."""

    def convert_embed(self, element: Tag, text: str, parent_tags: set[str]) -> str:
        if element.get("embedtype") == "image":
            alt = element.get("alt")
            return f"![{alt}]\n\n" if alt else ""
        url = element.get("url")
        return f"<{url}>\n\n" if url else ""


# A model reads the text, and repeats its marks: emphasis and backslashes would only be noise.
_converter = _Converter(
    heading_style=ATX,
    bullets="-",
    strip=["b", "strong", "i", "em"],
    autolinks=False,
    escape_asterisks=False,
    escape_underscores=False,
    escape_misc=False,
)


@built_once
def _link_rewriter() -> LinkRewriter:
    handlers = features.get_link_types()
    return LinkRewriter(
        bulk_rules={name: handler.expand_db_attributes_many for name, handler in handlers.items()}
    )
