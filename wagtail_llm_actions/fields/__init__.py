"""What a model's field holds as text, and whether a text may be put into it."""

from __future__ import annotations

from wagtail_llm_actions.fields.base import FieldAdapter, adapter_for, read, register
from wagtail_llm_actions.fields.rich_text import RichTextAdapter
from wagtail_llm_actions.fields.text import TextAdapter

__all__ = ["FieldAdapter", "adapter_for", "read", "register"]

register(TextAdapter())
register(RichTextAdapter())
