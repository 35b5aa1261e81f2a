"""StreamFields as a kind of field: whole, one kind of block, or one block."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar

from wagtail.blocks import BlockWidget
from wagtail.fields import StreamField

from wagtail_llm_actions.answers.destination import Destination
from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.fields.base import FieldAdapter
from wagtail_llm_actions.fields.blocks import Walk, is_image_block
from wagtail_llm_actions.fields.contract import help_text_of
from wagtail_llm_actions.fields.image import IMAGE, itself
from wagtail_llm_actions.fields.markup.markdown import all_to_markdown, to_reversible_markdown
from wagtail_llm_actions.fields.stream.block_field import holder, model_field_of
from wagtail_llm_actions.fields.stream.new_blocks import markup_for, new_blocks, roles_of
from wagtail_llm_actions.fields.stream.rewriting import BlockTextsAdapter
from wagtail_llm_actions.fields.stream.tree import (
    Node,
    beside,
    definitions,
    entry_of,
    find_item,
    root_of,
    search,
)
from wagtail_llm_actions.scripts import script_path
from wagtail_llm_actions.threads import built_once

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from django import forms
    from django.db import models
    from wagtail.blocks import Block

MAX_PARTS = 200
"""Of one field, in the choices of sources and destinations."""


class StreamAdapter(FieldAdapter):
    """A StreamField, read as Markdown: all blocks at any depth, in their order."""

    writer = script_path("fields/stream.js")
    variants: ClassVar[Mapping[str, FieldAdapter]] = {"*": BlockTextsAdapter()}

    def accepts(self, field: Any) -> bool:
        """Return whether ``field`` is a StreamField."""
        return isinstance(field, StreamField)

    def parts(self, field: Any) -> dict[str, str]:
        """Return the names of the blocks of its streams and of the blocks within these, and images."""
        parts, images = {}, set()
        for names, labels, block in islice(definitions(field.stream_block), MAX_PARTS):
            path, label = ".".join(names), " > ".join(labels)
            parts[path] = label
            if is_image_block(block) and names[:-1] not in images:
                images.add(names)
                parts[f"{path}:{IMAGE}"] = f"{label} > {itself()}"
        return parts

    def read(self, instance: models.Model, field: Any) -> str:
        """Return the blocks; those without text are left out, as is what no prompt can hold."""
        return _read([root_of(instance, field)])

    def read_with_references(self, instance: models.Model, field: Any) -> str:
        """Return the same with references in rich text; see ``to_reversible_markdown``."""
        return _read([root_of(instance, field)], with_references=True)

    def read_parts(
        self,
        instance: models.Model,
        field: Any,
        parts: Collection[str],
        *,
        with_references: bool = False,
    ) -> str:
        """Return all blocks of these names, at any depth."""
        root = root_of(instance, field)
        nodes = [node for part in parts for node in search(root, _names(part))]
        return _read(nodes, with_references=with_references)

    def read_beside(
        self,
        instance: models.Model,
        field: Any,
        part: str,
        *,
        other: str,
        item_id: str,
        with_references: bool = False,
    ) -> str:
        """Return only those in the block that the item is in; all where none around it has them."""
        nodes = _beside(root_of(instance, field), part, other, item_id)
        return _read(nodes, with_references=with_references)

    def is_image(self, field: Any, part: str) -> bool:
        """Return whether the part is an image that a block chooses, itself."""
        return part.endswith(f":{IMAGE}")

    def image(
        self, instance: models.Model, field: Any, part: str, *, other: str = "", item_id: str = ""
    ) -> models.Model | None:
        """Return the image of the same block, or else the first one."""
        root = root_of(instance, field)
        nodes = _beside(root, part, other, item_id) if item_id else search(root, _names(part))
        return next((node.value for node in nodes if node.value), None)

    def destination(self, field: Any) -> Destination:
        """Return Markdown with what the stream has blocks for."""
        roles = roles_of(field.stream_block)
        return Destination(
            is_plain=False,
            markup=markup_for(roles),
            has_references=bool(roles.rich),
            help_text=help_text_of(field),
        )

    def supports_widget(self, widget: forms.Widget) -> bool:
        """Return whether the widget is Wagtail's own."""
        return isinstance(widget, BlockWidget)

    def takes_prose(self, field: Any, form_field: forms.Field) -> bool:
        """Return whether the stream has a block for paragraphs."""
        return bool(roles_of(field.stream_block))

    def to_form_value(
        self,
        text: str,
        form_field: forms.Field,
        *,
        current: str,
        mode: str,
        targets: Collection[str],
    ) -> tuple[str, str]:
        """Return new blocks and where they go, as JSON; blocks that are there are never replaced."""
        held = json.loads(current or "{}")
        types = held.get("types") if isinstance(held, dict) else None
        stream: Any = form_field
        blocks, html = new_blocks(
            text, stream.block, held=[str(name) for name in _list(types)], targets=targets
        )
        return json.dumps({"insert": blocks, "at_start": mode == "prepend"}), html

    def part_field(self, field: Any, part: str) -> Any:
        """Return a field that takes what the blocks take."""
        return _part_field(field, part)

    def part_form_field(self, form: Any, field: Any, part: str) -> forms.Field:
        """Return the form field of the blocks."""
        block: Any = _definition(field, part)
        return block.field  # type: ignore[no-any-return]

    def item_object(self, instance: models.Model, field: Any, part: str, item_id: str) -> Any:
        """Return what stands for an object that has the block's value in its ``part_field``."""
        node = find_item(root_of(instance, field), part.split("."), item_id)
        return holder(node.block, node.value)


def _list(value: object) -> list[Any]:
    """Return what a browser sent if it is a list."""
    return value if isinstance(value, list) else []


def _names(part: str) -> list[str]:
    return part.removesuffix(f":{IMAGE}").split(".")


def _beside(root: Node, part: str, other: str, item_id: str) -> Iterable[Node]:
    """Return the blocks of a part in the block that an item is in; all where none around it has them."""
    nodes = beside(find_item(root, other.split("."), item_id), _names(part))
    return search(root, _names(part)) if nodes is None else nodes


@built_once
def _part_field(field: Any, part: str) -> Any:
    block = _definition(field, part)
    return block and model_field_of(block)


def _definition(field: Any, part: str) -> Block | None:
    """Return the first block of this name; of a list, what is in it."""
    names = tuple(part.split("."))
    found = islice(definitions(field.stream_block), MAX_PARTS)
    block: Block | None = next((each.block for each in found if each.names == names), None)
    return entry_of(block)


def _read(nodes: Iterable[Node], *, with_references: bool = False) -> str:
    """Walk twice: first to collect all rich text, so that its links are looked up together."""
    nodes = list(nodes)
    max_chars = get_settings().max_prompt_chars
    collected: dict[str, None] = {}

    def collect(html: str) -> str:
        collected[html] = None
        return ""

    def read(to_markdown: Callable[[str], str | None]) -> str:
        walk = Walk(to_markdown, max_chars)
        return "\n\n".join(text for each in nodes if (text := walk.read(each.block, each.value)))

    if with_references:  # Which are not looked up.
        return read(to_reversible_markdown)
    read(collect)
    # Shorter than what was collected where that is more than a prompt can hold.
    markdown = dict(zip(collected, all_to_markdown(collected), strict=False))
    return read(markdown.get)
