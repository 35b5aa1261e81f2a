"""Reading and writing model fields, by an adapter for each kind of field."""

from __future__ import annotations

from wagtail_llm_actions.fields.base import (
    FieldAdapter,
    adapter_at,
    adapter_for,
    contract_at,
    destination_at,
    read,
    register,
    registered_adapters,
)
from wagtail_llm_actions.fields.rich_text import RichTextAdapter
from wagtail_llm_actions.fields.text import TextAdapter

__all__ = [
    "FieldAdapter",
    "adapter_at",
    "adapter_for",
    "contract_at",
    "destination_at",
    "read",
    "register",
    "registered_adapters",
]

register(TextAdapter())
register(RichTextAdapter())
