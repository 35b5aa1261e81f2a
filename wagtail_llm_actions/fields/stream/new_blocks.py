"""New blocks of a StreamField from Markdown, by what its definition has for each kind of text."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from wagtail.blocks import (
    BlockQuoteBlock,
    CharBlock,
    ListBlock,
    RichTextBlock,
    StructBlock,
    TextBlock,
)
from wagtail.rich_text import features as registry

from wagtail_llm_actions.fields.blocks import is_heading
from wagtail_llm_actions.fields.markup.blocks import HEADINGS, LISTS, is_address, render, restrict
from wagtail_llm_actions.fields.markup.markdown import blocks_of
from wagtail_llm_actions.fields.rich_text import markup_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from wagtail_llm_actions.fields.markup.blocks import Block


MAX_SHOWN_CHARS = 60
"""Of a text that does not fit, in a message."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Roles:
    """The names of the blocks of a stream that take a kind of text; empty where it has none."""

    rich: str = ""
    text: str = ""
    heading: str = ""
    quote: str = ""
    quote_text: str = ""
    """The name of the text within a quotation that has more in it."""
    points: str = ""
    features: frozenset[str] = frozenset()
    """Of the rich text."""

    def __bool__(self) -> bool:
        return bool(self.rich or self.text)


def roles_of(stream: Any) -> Roles:
    """Return what a stream has for headings, paragraphs, quotations and lists: the first of each."""
    found: dict[str, Any] = {}
    for name, block in stream.child_blocks.items():
        if isinstance(block, RichTextBlock) and "rich" not in found:
            names = block.features or registry.get_default_features()
            found |= {"rich": name, "features": frozenset(names)}
        elif (role := _role(block)) and role not in found:
            found[role] = name
            if role == "quote":
                found["quote_text"] = _quoted(block)
    return Roles(**found)


def markup_for(roles: Roles) -> tuple[str, ...]:
    """Return what a prompt calls the Markdown for which a stream has blocks."""
    own = (
        "headings ##" if roles.heading else "",
        "lists" if roles.points else "",
        "quotes" if roles.quote else "",
    )
    return tuple(dict.fromkeys([*filter(None, own), *markup_of(roles.features)]))


def new_blocks(
    text: str, stream: Any, *, held: Sequence[str], targets: Collection[str] = ()
) -> tuple[list[Any], str]:
    """Return new blocks for a text as the form has them, each with its id, and HTML that shows them.

    Args:
        text: Markdown or HTML; nothing about it is trusted.
        stream: The block of the field.
        held: The types of the blocks that the field has.
        targets: The references and addresses that the model was given; it may use these, and addresses
            of the web, of mail and of telephones.

    Raises:
        ValidationError: The field takes no such blocks, or no more of them.
        LookupError: The text has too much markup.
    """
    roles = roles_of(stream)
    if not roles:
        raise ValidationError(_("New blocks cannot be added here."))

    def is_allowed(target: str) -> bool:
        return target in targets or is_address(target)

    def has_content(block: Block) -> bool:
        # Of an image that the field does not take, nothing is left.
        left = restrict([block], roles.features, is_allowed)
        return any(each.kind == "embed" or each.text.strip() for each in left)

    parts = list(filter(has_content, blocks_of(text)))
    rows = list(_rows(parts, roles, is_allowed))
    if not rows:
        raise ValidationError(_("There is no text for a block."))
    _check_numbers(stream, [*held, *(name for name, _value in rows)])
    raw = [{"type": name, "value": value, "id": str(uuid4())} for name, value in rows]
    value = stream.to_python(raw)
    for child in value:
        try:
            child.block.clean(child.value)
        except ValidationError:
            message = _("“%(block)s” does not take this: %(text)s")
            shown = {"block": child.block.label, "text": _beginning(child)}
            raise ValidationError(message, params=shown) from None
    return stream.get_form_state(value), render(restrict(parts, _SHOWN, is_allowed))


def _check_numbers(stream: Any, types: Sequence[str]) -> None:
    """Refuse more blocks than the field takes, of one type or of all together."""
    counts = Counter(types)
    limits: list[tuple[str, int | None, int]] = [("", stream.meta.max_num, len(types))]
    for name, limit in (stream.meta.block_counts or {}).items():
        limits.append((name, limit.get("max_num"), counts[name]))
    for name, limit, count in limits:
        if limit is not None and count > limit:
            label = stream.child_blocks[name].label if name else _("this field")
            message = _("This would be %(count)d blocks; %(name)s takes %(limit)d at most.")
            params = {"count": count, "name": label, "limit": limit}
            raise ValidationError(message, params=params)


def _beginning(child: Any) -> str:
    text = str(child.block.get_prep_value(child.value))
    return text if len(text) <= MAX_SHOWN_CHARS else f"{text[:MAX_SHOWN_CHARS]}…"


_SHOWN = frozenset(
    [
        *HEADINGS,
        *LISTS,
        "blockquote",
        "bold",
        "italic",
        "link",
        "document-link",
        "strikethrough",
        "code",
    ]
)


def _role(block: Any) -> str:
    if isinstance(block, ListBlock):
        return "points" if type(block.child_block) in {CharBlock, TextBlock} else ""
    if isinstance(block, BlockQuoteBlock) or _quoted(block):
        return "quote"
    if isinstance(block, TextBlock):
        return "text"
    return "heading" if isinstance(block, CharBlock) and is_heading(block) else ""


def _quoted(block: Any) -> str:
    """Return the name of the text of a block for quotations, if it needs nothing else."""
    if not isinstance(block, StructBlock) or "quot" not in str(block.name).lower():
        return ""
    texts = [name for name, each in block.child_blocks.items() if isinstance(each, TextBlock)]
    needed = [name for name, each in block.child_blocks.items() if each.required]
    return texts[0] if len(texts) == 1 and set(needed) <= set(texts) else ""


def _rows(
    parts: Iterable[Block], roles: Roles, is_allowed: Callable[[str], bool]
) -> Iterator[tuple[str, Any]]:
    """Yield the type and the value of each block; paragraphs and what else is in rich text together."""

    def kind(part: Block) -> str:
        if part.kind in HEADINGS and roles.heading:
            return roles.heading
        if part.kind == "blockquote" and roles.quote:
            return roles.quote
        is_plain = not part.depth and all(not (run.marks or run.target) for run in part.runs)
        if part.kind == "ul" and roles.points and is_plain:
            return roles.points
        return roles.rich or roles.text

    for name, group in groupby(parts, kind):
        if name == roles.rich:
            yield name, render(restrict(group, roles.features, is_allowed))
            continue
        for value in _values(name, [part.text for part in group], roles):
            yield name, value


def _values(name: str, texts: list[str], roles: Roles) -> list[Any]:
    """Return what the blocks of a type, not of rich text, store for parts that follow one another."""
    if name == roles.points:
        return [[{"type": "item", "value": text, "id": str(uuid4())} for text in texts]]
    if name == roles.heading:
        return [" ".join(text.split()) for text in texts]
    text = "\n\n".join(texts)
    return [{roles.quote_text: text} if name == roles.quote and roles.quote_text else text]
