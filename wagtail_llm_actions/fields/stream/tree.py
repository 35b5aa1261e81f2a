"""The blocks of a StreamField as a tree: of its definition, and of a value.

A path names a block by the stream that it is in: ``quote.author`` is the author of every quote, at any
depth. Lists are no step of a path. Of the blocks that a path names, the *item* is one: it is known by
the id of the innermost block with an id, which streams and lists give to what is in them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from wagtail.blocks import ListBlock
from wagtail.blocks.stream_block import BaseStreamBlock
from wagtail.blocks.struct_block import BaseStructBlock

from wagtail_llm_actions.fields.blocks import MAX_DEPTH, struct_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.db import models
    from wagtail.blocks import Block

Names: TypeAlias = "tuple[str, ...]"


class Definition(NamedTuple):
    """A block of the definition of a StreamField."""

    names: Names
    """On the way to it from the stream that it is in."""
    labels: Names
    block: Block


class Node(NamedTuple):
    """A block of a value."""

    names: Names
    """As above; those of a list and of what is in it are equal."""
    item_id: str
    """The id of the innermost block with an id; empty where that has none yet."""
    block: Block
    value: Any
    parent: Node | None
    depth: int = 0


def definitions(block: Block, depth: int = 0) -> Iterator[Definition]:
    """Yield all blocks that have a path."""
    if depth == MAX_DEPTH:
        return
    if isinstance(block, BaseStreamBlock):
        for name, child in block.child_blocks.items():
            yield Definition((name,), (str(child.label),), child)
            yield from _definitions_within(child, (name,), (str(child.label),), depth + 1)
    else:
        yield from _definitions_within(block, (), (), depth)


def _definitions_within(
    block: Block, names: Names, labels: Names, depth: int
) -> Iterator[Definition]:
    if depth == MAX_DEPTH:
        return
    if isinstance(block, ListBlock):
        yield from _definitions_within(block.child_block, names, labels, depth + 1)
    elif isinstance(block, BaseStructBlock):
        for name, child in block.child_blocks.items():
            path = (*names, name), (*labels, str(child.label))
            yield Definition(*path, child)
            yield from _definitions_within(child, *path, depth + 1)
    elif isinstance(block, BaseStreamBlock):
        yield from definitions(block, depth + 1)


def root_of(instance: models.Model, field: Any) -> Node:
    """Return a StreamField of an object, with all its blocks within it."""
    return Node((), "", field.stream_block, field.value_from_object(instance), None)


def search(root: Node, path: Sequence[str]) -> Iterator[Node]:
    """Yield the blocks of a path in their order; what is within one of them is not searched."""
    for node in children(root):
        if isinstance(root.block, BaseStreamBlock) and node.names[0] == path[0]:
            yield from descend(node, path[1:])
        else:
            yield from search(node, path)


def descend(node: Node, names: Sequence[str]) -> Iterator[Node]:
    """Yield the blocks at the end of names within a block."""
    if not names:
        yield node
        return
    for child in children(node):
        if isinstance(node.block, ListBlock):
            yield from descend(child, names)
        elif isinstance(node.block, BaseStructBlock) and child.names[-1] == names[0]:
            yield from descend(child, names[1:])


def find_item(root: Node, path: Sequence[str], item_id: str) -> Node:
    """Return one of the blocks of a path.

    Raises:
        LookupError: There is none with this id.
    """
    for node in within(root):
        if node.item_id == item_id and node.names == tuple(path) and item_id:
            return node
    raise LookupError(item_id)


def beside(item: Node, path: Sequence[str]) -> list[Node] | None:
    """Return the blocks of a path that are in the same block as an item.

    Of lists around both, this is the entry that the item is in. ``None`` where the item is in no
    block of this kind.
    """
    shared = 0
    while shared < min(len(path), len(item.names)) and path[shared] == item.names[shared]:
        shared += 1
    if not shared:
        return None
    around: Node = item
    while len(around.names) > shared and around.parent:
        around = around.parent
    return list(descend(around, path[shared:]))


def children(node: Node) -> Iterator[Node]:
    """Yield the blocks right within a block; nothing deeper than ``MAX_DEPTH``."""
    if node.depth < MAX_DEPTH:
        for names, item_id, block, value in _children(node):
            yield Node(names, item_id, block, value, node, node.depth + 1)


def _children(node: Node) -> Iterator[tuple[Names, str, Block, Any]]:
    block, value = node.block, node.value
    if isinstance(block, BaseStreamBlock):
        for child in value or ():
            yield (child.block.name,), child.id or "", child.block, child.value
    elif isinstance(block, ListBlock):
        for child in value.bound_blocks if value else ():
            yield node.names, child.id or "", block.child_block, child.value
    elif isinstance(block, BaseStructBlock) and (values := struct_values(block, value)):
        for name, child in block.child_blocks.items():
            yield (*node.names, name), node.item_id, child, values.get(name)


def within(root: Node) -> Iterator[Node]:
    """Yield the blocks within a block, at any depth, in their order."""
    for node in children(root):
        yield node
        yield from within(node)


def trail(node: Node) -> Names:
    """Return the names on the way to a block from the root, through the streams that it is in."""
    stream = node.parent
    while stream and not isinstance(stream.block, BaseStreamBlock):
        stream = stream.parent
    return (*(trail(stream) if stream else ()), *node.names)


def definition_at(stream: Any, names: Names) -> Definition:
    """Return the block of a definition at the end of such a way; a list, not what is in it.

    Raises:
        LookupError: There is none.
    """
    block, labels = stream, []
    for name in names:
        block = getattr(entry_of(block), "child_blocks", {})[name]
        labels.append(str(block.label))
    return Definition(names, tuple(labels), block)


def entry_of(block: Any) -> Any:
    """Return what is in a list, or in a list of lists; any other block itself."""
    while isinstance(block, ListBlock):
        block = block.child_block
    return block
