"""The blocks and texts that a form holds, as its browser tells them; nothing about it is trusted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from wagtail.blocks import BooleanBlock, ListBlock, StaticBlock
from wagtail.blocks.field_block import BaseChoiceBlock
from wagtail.blocks.stream_block import BaseStreamBlock
from wagtail.blocks.struct_block import BaseStructBlock

from wagtail_llm_actions.fields.blocks import MAX_DEPTH
from wagtail_llm_actions.fields.stream.block_text import BlockText
from wagtail_llm_actions.fields.stream.marks import digest_of
from wagtail_llm_actions.fields.stream.tree import Names, definition_at, entry_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wagtail.blocks import Block

T = TypeVar("T")


class HeldText(NamedTuple):
    """A text of a block that a form holds."""

    names: Names
    """On the way to the block from the field."""
    id: str
    """Of the innermost block that has one."""
    value: str
    """As its control has it: of Draftail the content state, as JSON."""


class HeldBlock(NamedTuple):
    """A block of a stream or a list that a form holds."""

    names: Names
    """On the way to the block from the field; of an entry of a list those of the list."""
    id: str
    within: str
    """The id of the innermost such block around it; empty where there is none."""
    is_entry: bool
    """Of a list."""

    @property
    def place(self) -> tuple[str, Names, bool]:
        """What it shares with the other blocks of its stream or list, and with no others."""
        return self.within, self.names if self.is_entry else self.names[:-1], self.is_entry


class HeldField:
    """What a form holds in a StreamField.

    Args:
        stream: The block of the field.
        value: As the script of the field tells it, as JSON.
    """

    def __init__(self, stream: Any, value: str) -> None:
        held = json.loads(value or "{}")
        texts = list(_texts(_rows(held, "texts")))
        self._stream = stream
        self._texts = {digest_of(text.names, text.id): text for text in texts}
        self._blocks = list(_blocks(_rows(held, "blocks")))
        commented = held.get("commented") if isinstance(held, dict) else None
        self._commented = frozenset(map(str, commented if isinstance(commented, list) else ()))

    def text(self, key: str) -> HeldText:
        """Return the text with a mark that ends with this key.

        Raises:
            LookupError: There is none, or more than one.
        """
        return _one(text for digest, text in self._texts.items() if digest.startswith(key))

    def block_of(self, text: HeldText) -> HeldBlock:
        """Return the innermost block of a stream or a list that a text is in.

        Raises:
            LookupError: It is not known, or not the only one with its id.
        """
        return self._block(text.id)

    def stream_block_of(self, text: HeldText) -> HeldBlock:
        """Return the innermost block of a stream that a text is in.

        Raises:
            LookupError: As above.
        """
        block = self.block_of(text)
        for _depth in range(MAX_DEPTH):
            if not block.is_entry:
                return block
            block = self._block(block.within)
        raise LookupError(text.id)

    def siblings(self, block: HeldBlock) -> list[HeldBlock]:
        """Return all blocks of the stream or list that a block is in, with the block, in their order."""
        return [each for each in self._blocks if each.place == block.place]

    def within(self, block: HeldBlock) -> list[HeldBlock]:
        """Return the blocks within a block, at any depth; where one has no id, others as well."""
        around = {block.id}
        for _depth in range(MAX_DEPTH):
            around |= {each.id for each in self._blocks if each.within in around}
        return [each for each in self._blocks if each.within in around]

    def sequence_of(self, block: HeldBlock) -> Any:
        """Return the definition of the stream or list that a block is in.

        Raises:
            LookupError: There is none.
        """
        names = block.place[1]
        around = definition_at(self._stream, names).block
        return around if block.is_entry else entry_of(around)

    def _block(self, item_id: str) -> HeldBlock:
        block = _one(each for each in self._blocks if each.id == item_id)
        if block.place[1] and not block.within:
            # Around another block without an id, it looks the same.
            raise LookupError(item_id)
        return block

    def is_commented(self, block: HeldBlock) -> bool:
        """Return whether a block, or one within it, has a comment that is not resolved."""
        return block.id in self._commented

    def is_text(self, block: HeldBlock) -> bool:
        """Return whether nothing would be lost with a block but texts, and how these look.

        Raises:
            LookupError: A block is of no known type.
        """
        definitions = (
            entry_of(definition_at(self._stream, each.names).block)
            for each in (block, *self.within(block))
        )
        return all(map(_is_text, definitions))


def _is_text(block: Block) -> bool:
    """Return whether a block has nothing but texts, choices and check boxes; of a stream, none of its own."""
    if isinstance(block, BaseStructBlock):
        return all(map(_is_text, block.child_blocks.values()))
    if isinstance(block, ListBlock):
        return _is_text(block.child_block)
    if isinstance(block, (BaseStreamBlock, BaseChoiceBlock, BooleanBlock, StaticBlock)):
        return True
    try:
        BlockText(block)
    except LookupError:
        return False
    return True


def _one(found: Iterator[T]) -> T:
    """Return the only one.

    Raises:
        LookupError: There is none, or there are more.
    """
    try:
        (only,) = found
    except ValueError:
        raise LookupError from None
    return only


def _rows(held: object, name: str) -> Iterator[dict[str, Any]]:
    rows = held.get(name) if isinstance(held, dict) else None
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and isinstance(row.get("names"), list):
            yield {**row, "names": tuple(map(str, row["names"])), "id": str(row.get("id", ""))}


def _texts(rows: Iterator[dict[str, Any]]) -> Iterator[HeldText]:
    for row in rows:
        yield HeldText(row["names"], row["id"], str(row.get("value", "")))


def _blocks(rows: Iterator[dict[str, Any]]) -> Iterator[HeldBlock]:
    for row in rows:
        within = str(row.get("within", ""))
        yield HeldBlock(row["names"], row["id"], within, is_entry=row.get("is_entry") is True)
