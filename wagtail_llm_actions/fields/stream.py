"""StreamFields, whole or one kind of block."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias

from wagtail.blocks import ListBlock
from wagtail.blocks.stream_block import BaseStreamBlock
from wagtail.blocks.struct_block import BaseStructBlock
from wagtail.fields import StreamField

from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.fields.base import FieldAdapter
from wagtail_llm_actions.fields.blocks import MAX_DEPTH, Walk
from wagtail_llm_actions.fields.markup.markdown import all_to_markdown

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from django.db import models
    from wagtail.blocks import Block

MAX_PARTS = 200
"""Of one field, in the choice of sources."""
Found: TypeAlias = "tuple[Block, Any]"
Names: TypeAlias = "tuple[str, ...]"


class StreamAdapter(FieldAdapter):
    """A StreamField, read as Markdown: all blocks at any depth, in their order."""

    kind = "stream"

    def accepts(self, field: Any) -> bool:
        """Return whether ``field`` is a StreamField."""
        return isinstance(field, StreamField)

    def parts(self, field: Any) -> dict[str, str]:
        """Return the names of the blocks of its streams, and of the blocks within these."""
        found = islice(_names(field.stream_block), MAX_PARTS)
        return {".".join(names): " > ".join(labels) for names, labels in found}

    def read(self, instance: models.Model, field: Any) -> str:
        """Return the blocks; those without text are left out, as is what no prompt can hold."""
        value = field.value_from_object(instance)
        return _read(lambda walk: walk.read(field.stream_block, value))

    def read_parts(self, instance: models.Model, field: Any, parts: Collection[str]) -> str:
        """Return all blocks of these names, at any depth."""
        value = field.value_from_object(instance)
        paths = [part.split(".") for part in parts]
        return _read(
            lambda walk: "\n\n".join(
                text
                for path in paths
                for block, child in _search(field.stream_block, value, path)
                if (text := walk.read(block, child))
            )
        )


def _read(read: Callable[[Walk], str]) -> str:
    """Walk twice: first to collect all rich text, so that its links are looked up together."""
    max_chars = get_settings().max_prompt_chars
    collected: dict[str, None] = {}

    def collect(html: str) -> str:
        collected[html] = None
        return ""

    read(Walk(collect, max_chars))
    # Shorter than what was collected where that is more than a prompt can hold.
    markdown = dict(zip(collected, all_to_markdown(collected), strict=False))
    return read(Walk(markdown.get, max_chars))


def _names(block: Block, depth: int = 0) -> Iterator[tuple[Names, Names]]:
    """Yield the names and the labels on the way to each block, from the stream that it is in."""
    if depth == MAX_DEPTH:
        return
    if isinstance(block, BaseStreamBlock):
        for name, child in block.child_blocks.items():
            yield (name,), (str(child.label),)
            yield from _names_within(child, (name,), (str(child.label),), depth + 1)
    else:
        yield from _names_within(block, (), (), depth)


def _names_within(
    block: Block, names: Names, labels: Names, depth: int
) -> Iterator[tuple[Names, Names]]:
    if depth == MAX_DEPTH:
        return
    if isinstance(block, ListBlock):
        yield from _names_within(block.child_block, names, labels, depth + 1)
    elif isinstance(block, BaseStructBlock):
        for name, child in block.child_blocks.items():
            path = (*names, name), (*labels, str(child.label))
            yield path
            yield from _names_within(child, *path, depth + 1)
    elif isinstance(block, BaseStreamBlock):
        yield from _names(block, depth + 1)


def _search(block: Block, value: Any, path: Sequence[str], depth: int = 0) -> Iterator[Found]:
    """Yield the blocks of streams at any depth whose name is the first of the path."""
    for name, child, child_value in _children(block, value, depth):
        if isinstance(block, BaseStreamBlock) and name == path[0]:
            yield from _descend(child, child_value, path[1:], depth + 1)
        else:
            yield from _search(child, child_value, path, depth + 1)


def _descend(block: Block, value: Any, path: Sequence[str], depth: int) -> Iterator[Found]:
    """Yield the blocks at the end of a path within a block; lists are no step of it."""
    if not path:
        yield block, value
        return
    for name, child, child_value in _children(block, value, depth):
        if isinstance(block, ListBlock):
            yield from _descend(child, child_value, path, depth + 1)
        elif isinstance(block, BaseStructBlock) and name == path[0]:
            yield from _descend(child, child_value, path[1:], depth + 1)


def _children(block: Block, value: Any, depth: int) -> Iterator[tuple[str, Block, Any]]:
    if depth == MAX_DEPTH or not value:
        return
    if isinstance(block, BaseStreamBlock):
        for child in value:
            yield child.block.name, child.block, child.value
    elif isinstance(block, ListBlock):
        for item in value:
            yield "", block.child_block, item
    elif isinstance(block, BaseStructBlock) and isinstance(value, Mapping):
        for name, child in block.child_blocks.items():
            yield name, child, value.get(name)
