"""The changes of an answer to the blocks of a form, each checked by itself.

Whichever of them an editor takes, the streams and lists keep to their numbers: what is deleted is not
counted to make room for what is inserted, nor the other way round.
"""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext as _
from wagtail.blocks import ListBlock

from wagtail_llm_actions.fields.stream.block_text import BlockText
from wagtail_llm_actions.fields.stream.marks import ChangeKind
from wagtail_llm_actions.fields.stream.new_blocks import new_blocks
from wagtail_llm_actions.fields.stream.tree import Names, definition_at, entry_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from wagtail_llm_actions.fields.stream.held import HeldBlock, HeldField, HeldText
    from wagtail_llm_actions.fields.stream.marks import MarkedText

MAX_BLOCKS_AT_ONCE = 100
"""Inserted at one mark."""


class BlockChanges:
    """Makes what the form gets for each change, or says why it is refused.

    Args:
        stream: The block of the field.
        held: What the form holds.
        targets: The references and addresses that the model was given.
    """

    def __init__(self, stream: Any, held: HeldField, targets: Collection[str]) -> None:
        self._stream = stream
        self._held = held
        self._targets = targets
        self._deleted: set[HeldBlock] = set()
        self._inserted: defaultdict[Any, list[str]] = defaultdict(list)

    def rows(self, marked: Iterable[MarkedText]) -> list[tuple[dict[str, Any], str]]:
        """Return each change as its script takes it, with HTML that shows it.

        One that is refused has the reason as ``refused``. What would change nothing is left out, as is
        what was said before.
        """
        known: set[tuple[ChangeKind, str]] = set()
        rows = []
        for each in marked:
            is_new = (each.kind, each.key) not in known
            # At one mark, blocks may be inserted twice.
            if each.kind in {ChangeKind.REPLACE, ChangeKind.DELETE}:
                known.add((each.kind, each.key))
            if is_new and (row := self._row(each)):
                rows.append(row)
        return rows

    def _row(self, marked: MarkedText) -> tuple[dict[str, Any], str] | None:
        try:
            text = self._held.text(marked.key)
            labels = self._labels(text.names)
        except LookupError:
            return _refused(
                {"label": self._written_labels(marked)}, _("This text is not there any more.")
            )
        make = {
            ChangeKind.REPLACE: self._replace,
            ChangeKind.DELETE: self._delete,
            ChangeKind.BEFORE: self._insert,
            ChangeKind.AFTER: self._insert,
        }[marked.kind]
        change: dict[str, Any] = {"label": labels, "names": text.names, "id": text.id}
        try:
            return make(marked, text, change)
        except ValidationError as error:
            return _refused(change, " ".join(error.messages))
        except LookupError:
            return _refused(change, _("This text has too much markup."))

    def _labels(self, names: Names) -> str:
        return " > ".join(definition_at(self._stream, names).labels)

    def _written_labels(self, marked: MarkedText) -> str:
        """Return the labels of the block that an answer names; the mark itself where it names none."""
        with suppress(LookupError):
            return self._labels(marked.names) or marked.written
        return marked.written

    def _replace(
        self, marked: MarkedText, text: HeldText, change: dict[str, Any]
    ) -> tuple[dict[str, Any], str] | None:
        if not marked.text:
            return None
        kind = BlockText(entry_of(definition_at(self._stream, text.names).block))
        written = kind.write(marked.text, before=text.value, targets=self._targets)
        if not written.is_change:
            return None
        return {**change, "value": written.value}, written.html

    def _delete(
        self, _marked: MarkedText, text: HeldText, change: dict[str, Any]
    ) -> tuple[dict[str, Any], str] | None:
        block = self._known(self._held.block_of, text)
        if block in self._deleted:
            return None
        label = self._labels(block.names)
        sentence = (
            _("Delete an entry of “%(block)s”") if block.is_entry else _("Delete “%(block)s”")
        )
        change |= {"label": sentence % {"block": label}, "names": block.names, "id": block.id}
        change |= {"block": label, "take": _("Delete"), "leave": _("Do not delete")}
        if not self._held.is_text(block):
            raise ValidationError(_("This block holds more than text. Only you can delete it."))
        if self._held.is_commented(block):
            # Wagtail resolves and deletes the comments of a block that is gone; undo cannot bring them back.
            raise ValidationError(_("This block has comments. Only you can delete it."))
        self._check_still_enough(block)
        self._deleted.add(block)
        return {**change, "delete": True}, ""

    def _insert(
        self, marked: MarkedText, text: HeldText, change: dict[str, Any]
    ) -> tuple[dict[str, Any], str] | None:
        if not marked.text:
            return None
        beside = self._known(self._held.stream_block_of, text)
        is_before = marked.kind == ChangeKind.BEFORE
        sentence = _("Insert before “%(block)s”") if is_before else _("Insert after “%(block)s”")
        change |= {"label": sentence % {"block": self._labels(beside.names)}}
        change |= {"take": _("Insert"), "leave": _("Do not insert")}
        siblings = self._held.siblings(beside)
        place = self._inserted[beside.place]
        blocks, html = new_blocks(
            marked.text,
            self._held.sequence_of(beside),
            held=[*(each.names[-1] for each in siblings), *place],
            targets=self._targets,
        )
        if len(blocks) > MAX_BLOCKS_AT_ONCE:
            raise ValidationError(_("These are too many blocks at once."))
        index = siblings.index(beside) - is_before
        after = siblings[index].id if index >= 0 else ""
        if index >= 0 and not after:
            raise ValidationError(_("The block before has no id yet. Save first."))
        place += [block["type"] for block in blocks]
        within, names, _is_entry = beside.place
        where = {"names": names, "within": within, "after": after}
        return {**change, **where, "id": blocks[0]["id"], "insert": blocks}, html

    def _known(self, find: Any, text: HeldText) -> HeldBlock:
        try:
            block: HeldBlock = find(text)
        except LookupError:
            raise ValidationError(_("This block cannot be told from others.")) from None
        return block

    def _check_still_enough(self, block: HeldBlock) -> None:
        """Refuse to delete a block that its stream or list needs, if all before are deleted as well."""
        sequence = self._held.sequence_of(block)
        deleted = {*self._deleted, block}
        left = [each for each in self._held.siblings(block) if each not in deleted]
        limits = [(sequence.meta.min_num or 0, len(left), self._labels(block.place[1]))]
        if not isinstance(sequence, ListBlock):
            # As Wagtail has it: a stream that may be empty may have any number.
            if not sequence.required:
                return
            name = block.names[-1]
            counts = (sequence.meta.block_counts or {}).get(name, {})
            count = sum(each.names[-1] == name for each in left)
            limits += [(1, len(left), self._labels(block.place[1]))]
            limits += [(counts.get("min_num") or 0, count, self._labels(block.names))]
        for least, count, label in limits:
            if count < least:
                message = _("%(name)s needs at least %(limit)d.")
                name = f"“{label}”" if label else _("This field")
                raise ValidationError(message, params={"name": name, "limit": least})


def _refused(change: dict[str, Any], reason: str) -> tuple[dict[str, Any], str]:
    return {**change, "refused": reason}, format_html("<p><i>{}</i></p>", reason)
