"""Reading and writing model fields, by an adapter for each kind of field."""

from __future__ import annotations

from wagtail_llm_actions.fields.base import (
    FieldAdapter,
    adapter_for,
    register,
    registered_adapters,
)
from wagtail_llm_actions.fields.blocks import register_block
from wagtail_llm_actions.fields.image import ImageFileAdapter
from wagtail_llm_actions.fields.inline import InlineAdapter
from wagtail_llm_actions.fields.markup.markdown import targets
from wagtail_llm_actions.fields.paths import (
    WHOLE_FORM,
    Item,
    adapter_at,
    contract_at,
    destination_at,
    find,
    find_destination,
    form_field_at,
    form_names,
    goes_with,
    image_at,
    is_image,
    is_source,
    label,
)
from wagtail_llm_actions.fields.relation import ForeignKeyAdapter, ManyToManyAdapter
from wagtail_llm_actions.fields.rich_text import RichTextAdapter
from wagtail_llm_actions.fields.scalar import (
    AddressAdapter,
    BooleanAdapter,
    ChoiceAdapter,
    DateAdapter,
    NumberAdapter,
)
from wagtail_llm_actions.fields.sources.reading import has_item, names_read, read, read_item
from wagtail_llm_actions.fields.sources.rendered import RENDERED, can_be_rendered
from wagtail_llm_actions.fields.stream.adapter import StreamAdapter
from wagtail_llm_actions.fields.tags import TagsAdapter
from wagtail_llm_actions.fields.text import TextAdapter

__all__ = [
    "RENDERED",
    "WHOLE_FORM",
    "FieldAdapter",
    "Item",
    "adapter_at",
    "adapter_for",
    "can_be_rendered",
    "contract_at",
    "destination_at",
    "find",
    "find_destination",
    "form_field_at",
    "form_names",
    "goes_with",
    "has_item",
    "image_at",
    "is_image",
    "is_source",
    "label",
    "names_read",
    "read",
    "read_item",
    "register",
    "register_block",
    "registered_adapters",
    "targets",
]

# Of several that accept a field, the last one is used: a field with choices is a choice.
for _adapter in (
    TextAdapter(),
    RichTextAdapter(),
    StreamAdapter(),
    AddressAdapter(),
    NumberAdapter(),
    DateAdapter(),
    BooleanAdapter(),
    ChoiceAdapter(),
    ForeignKeyAdapter(),
    ManyToManyAdapter(),
    TagsAdapter(),
    InlineAdapter(),
    ImageFileAdapter(),
):
    register(_adapter)
