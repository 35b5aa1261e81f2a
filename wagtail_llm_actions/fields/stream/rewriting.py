"""The texts of a StreamField's blocks as one destination: an answer changes some of them.

Each change is checked for its own block, and is written by itself, so that all else of the field stays
as it is: the other blocks, their order and their ids.
"""

from __future__ import annotations

import json
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.blocks import BlockWidget

from wagtail_llm_actions.answers.destination import Destination
from wagtail_llm_actions.fields.base import FieldAdapter
from wagtail_llm_actions.fields.blocks import MAX_BLOCKS
from wagtail_llm_actions.fields.contract import Contract, FaultKind, help_text_of
from wagtail_llm_actions.fields.rich_text import text_of, words_of
from wagtail_llm_actions.fields.stream.block_text import BlockText
from wagtail_llm_actions.fields.stream.marks import (
    FORMAT,
    as_text,
    digest_of,
    has_mark,
    key_length,
    parse,
    render,
    schema,
)
from wagtail_llm_actions.fields.stream.tree import (
    Names,
    definition_at,
    definitions,
    entry_of,
    root_of,
    search,
    trail,
    within,
)
from wagtail_llm_actions.scripts import script_path

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from django import forms
    from django.db import models
    from wagtail.blocks import Block

    from wagtail_llm_actions.fields.stream.marks import MarkedText


class HeldText(NamedTuple):
    """A text of a block that a form holds."""

    names: Names
    """On the way to the block from the field."""
    id: str
    """Of the innermost block that has one."""
    value: str
    """As its control has it: of Draftail the content state, as JSON."""


class BlockTextsAdapter(FieldAdapter):
    """The texts of the blocks of a StreamField that a person could type: characters and rich text."""

    writer = script_path("fields/block_texts.js")
    label = gettext_lazy("the texts of its blocks")
    reads_own_field = True

    def accepts(self, field: Any) -> bool:
        """Return that no field is of this kind: it is another way to write StreamFields."""
        return False

    def read(self, instance: models.Model, field: Any) -> str:
        """Return all texts, each below its mark."""
        return self.read_parts(instance, field, ())

    def read_parts(
        self,
        instance: models.Model,
        field: Any,
        parts: Collection[str],
        *,
        with_references: bool = True,
    ) -> str:
        """Return the texts of these blocks, each below its mark; without parts those of all.

        Left out are texts that nobody could tell from another one, or from a mark.
        """
        root = root_of(instance, field)
        found_parts = (node for part in parts for node in search(root, part.split(".")))
        starts = found_parts if parts else [root]
        nodes = (each for start in starts for each in (start, *within(start)))
        kinds: dict[int, BlockText | None] = {}
        found = []
        for node in islice(nodes, MAX_BLOCKS):
            if id(node.block) not in kinds:
                kinds[id(node.block)] = _text_of(node.block)
            kind = kinds[id(node.block)]
            if kind and node.item_id and (text := kind.read(node.value)) and not has_mark(text):
                names = trail(node)
                digest = digest_of(names, node.item_id)
                found.append((names, digest, kind.destination.prose, text))
        counts = Counter(digest for _names, digest, _form, _text in found)
        length = key_length(counts)
        return render(
            (f"[[{'.'.join(names)} {digest[:length]}]] ({form})", text)
            for names, digest, form, text in found
            if counts[digest] == 1
        )

    def destination(self, field: Any) -> Destination:
        """Return the form of an answer: texts below marks, or the same as JSON."""
        return Destination(
            format=FORMAT,
            is_plain=False,
            has_references=True,
            help_text=help_text_of(field),
            schema=schema,
            as_text=as_text,
        )

    def contract(self, field: Any) -> Contract:
        """Return that an answer has to name texts, each of which has to fit its block."""

        def check(text: str) -> None:
            changed = parse(text)
            if not changed:
                message = _("The answer does not say which texts it changes.")
                raise ValidationError(message, code=FaultKind.NO_VALUE)
            if reasons := list(_reasons(field.stream_block, changed)):
                raise ValidationError(reasons)

        return Contract(
            destination=self.destination(field),
            validators=[check],
            as_counted=lambda text: words_of(_without_marks(text)),
            as_read=lambda text: text_of(_without_marks(text)),
        )

    def compared(self, answer: str, held: str) -> tuple[str, str]:
        """Return the texts of the answer, and what the field holds in their places."""
        changed, texts = parse(answer), parse(held)
        places = [
            next((each.text for each in texts if each.key.startswith(one.key)), "")
            for one in changed
        ]
        return "\n\n".join(each.text for each in changed), "\n\n".join(places)

    def supports_widget(self, widget: forms.Widget) -> bool:
        """Return whether the widget is Wagtail's own."""
        return isinstance(widget, BlockWidget)

    def takes_prose(self, field: Any, form_field: forms.Field) -> bool:
        """Return whether a block of the definition has a text."""
        blocks = (each.block for each in definitions(field.stream_block))
        return any(_text_of(entry_of(block)) for block in blocks)

    def to_form_value(
        self,
        text: str,
        form_field: forms.Field,
        *,
        current: str,
        mode: str,
        targets: Collection[str],
    ) -> tuple[str, str]:
        """Return a list of the changes, as JSON: each with a new value, or why it is refused.

        ``current`` is a list of the texts in the form, as JSON. A change of a text that is gone is
        refused, as is one that does not fit its block; the others can be accepted.
        """
        stream: Any = form_field
        held = {digest_of(each.names, each.id): each for each in _held_texts(current)}
        changes: list[dict[str, Any]] = []
        html: list[str] = []
        for marked in {each.key: each for each in reversed(parse(text))}.values():
            change, shown = _change(stream.block, marked, held, targets)
            if change:
                changes.insert(0, change)
                html.insert(0, format_html("<h4>{}</h4>{}", change["label"], shown))
        if not any("value" in change for change in changes):
            reasons = [_named(change["label"], change["refused"]) for change in changes]
            raise ValidationError(reasons or [_("All texts would stay as they are.")])
        return json.dumps(changes), "".join(html)


def _text_of(block: Block) -> BlockText | None:
    try:
        return BlockText(block)
    except LookupError:
        return None


def _without_marks(text: str) -> str:
    """Return the texts of an answer alone; the answer where it has no marks."""
    return "\n\n".join(each.text for each in parse(text)) or text


def _named(label: str, reason: str) -> str:
    return f"“{label}”: {reason}"


def _reasons(stream: Block, changed: Collection[MarkedText]) -> Iterator[str]:
    """Yield why texts do not fit their blocks, as far as the blocks are known by their paths."""
    for each in changed:
        try:
            _names, labels, block = definition_at(stream, each.names)
            BlockText(block).write(each.text)
        except ValidationError as error:
            yield _named(" > ".join(labels), " ".join(error.messages))
        except LookupError:
            continue


def _held_texts(current: str) -> Iterator[HeldText]:
    """Yield the texts that a browser says that a form holds."""
    rows = json.loads(current or "[]")
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and isinstance(row.get("names"), list):
            names = tuple(map(str, row["names"]))
            yield HeldText(names, str(row.get("id", "")), str(row.get("value", "")))


def _change(
    stream: Block, marked: MarkedText, held: Mapping[str, HeldText], targets: Collection[str]
) -> tuple[dict[str, Any], str]:
    """Return a change for the browser, and its text to be shown; empty where it changes nothing."""
    places = [each for digest, each in held.items() if digest.startswith(marked.key)]
    try:
        (place,) = places
        _names, labels, block = definition_at(stream, place.names)
        kind = BlockText(block)
    except (ValueError, LookupError):
        reason = _("This text is not there any more.")
        return {"label": marked.mark, "refused": reason}, format_html("<p><i>{}</i></p>", reason)
    change = {"names": place.names, "id": place.id, "label": " > ".join(labels)}
    if not marked.text:
        return {}, ""
    try:
        written = kind.write(marked.text, before=place.value, targets=targets)
    except ValidationError as error:
        reason = " ".join(error.messages)
    except LookupError:
        reason = _("This text has too much markup.")
    else:
        shown = mark_safe(written.html)  # noqa: S308 - made by us of what the block allows
        return ({**change, "value": written.value}, shown) if written.is_change else ({}, "")
    return {**change, "refused": reason}, format_html("<p><i>{}</i></p>", reason)
