"""The texts of a StreamField's blocks as one destination: an answer changes some of them.

It may also delete blocks of nothing but text, and insert new ones. Each change is checked for its own
block, and is written by itself, so that all else of the field stays as it is: the other blocks, their
order and their ids.
"""

from __future__ import annotations

import json
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Any

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
from wagtail_llm_actions.fields.stream.block_changes import BlockChanges
from wagtail_llm_actions.fields.stream.block_text import BlockText
from wagtail_llm_actions.fields.stream.held import HeldField
from wagtail_llm_actions.fields.stream.marks import (
    DELETING,
    FORMAT,
    INSERTING,
    ONLY_AS_ASKED,
    ChangeKind,
    as_text,
    digest_of,
    has_mark,
    key_length,
    parse,
    render,
    schema,
)
from wagtail_llm_actions.fields.stream.new_blocks import markup_for, roles_of
from wagtail_llm_actions.fields.stream.tree import (
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
    from collections.abc import Collection, Iterator

    from django import forms
    from django.db import models
    from wagtail.blocks import Block

    from wagtail_llm_actions.fields.stream.marks import MarkedText


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
        roles = roles_of(field.stream_block)
        markdown = Destination(is_plain=False, markup=markup_for(roles)).prose
        inserting = (INSERTING.format(markup=markdown),) if roles else ()
        return Destination(
            format=FORMAT,
            is_plain=False,
            has_references=True,
            help_text=help_text_of(field),
            rules=(DELETING, *inserting, ONLY_AS_ASKED),
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
        """Return the texts of the answer, and what the field holds in their places.

        Of new blocks, nobody knows the marks; their place is in the texts that are like theirs.
        """
        changes, texts = parse(answer), parse(held)
        named = {change.key for change in changes}
        others = [each.text for each in texts if not any(map(each.key.startswith, named))]
        places = []
        for change in changes:
            if change.kind in {ChangeKind.REPLACE, ChangeKind.DELETE}:
                found = (each.text for each in texts if each.key.startswith(change.key))
                places.append(next(found, ""))
            else:
                places += [text for text in others if _is_like(text, change.text)]
        return "\n\n".join(filter(None, (each.text for each in changes))), "\n\n".join(places)

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
        """Return a list of the changes, as JSON: each with what is written, or why it is refused.

        ``current`` is what the form holds, see ``HeldField``. A change of a text that is gone is
        refused, as is one that does not fit its block; the others can be accepted.
        """
        stream: Any = form_field
        held = HeldField(stream.block, current)
        rows = BlockChanges(stream.block, held, targets).rows(parse(text))
        changes = [change for change, _html in rows]
        if not any("refused" not in change for change in changes):
            reasons = [_named(change["label"], change["refused"]) for change in changes]
            raise ValidationError(reasons or [_("All texts would stay as they are.")])
        html = (format_html("<h4>{}</h4>{}", row["label"], mark_safe(shown)) for row, shown in rows)  # noqa: S308 - made by us of what the block allows
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


def _is_like(text: str, other: str) -> bool:
    """Return whether at least half of the words of a text are in another one."""
    words = set(text.split())
    return 2 * len(words & set(other.split())) >= len(words)


def _reasons(stream: Block, changes: Collection[MarkedText]) -> Iterator[str]:
    """Yield why texts do not fit their blocks, as far as the blocks are known by their paths."""
    for change in changes:
        try:
            _names, labels, block = definition_at(stream, change.names)
            if change.kind == ChangeKind.REPLACE:
                BlockText(entry_of(block)).write(change.text)
        except ValidationError as error:
            yield _named(" > ".join(labels), " ".join(error.messages))
        except LookupError:
            continue
