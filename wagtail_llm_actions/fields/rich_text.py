"""Wagtail's rich text: read as Markdown, and written as what the field's editor allows."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING, Any

from wagtail.admin.rich_text import DraftailRichTextArea  # noqa: TID251 - the writer is for this widget
from wagtail.fields import RichTextField
from wagtail.rich_text import features as registry

from wagtail_llm_actions.answers.destination import Destination
from wagtail_llm_actions.fields.base import FieldAdapter
from wagtail_llm_actions.fields.contract import Contract, help_text_of
from wagtail_llm_actions.fields.markup.blocks import (
    HEADINGS,
    comparable,
    is_address,
    render,
    restrict,
)
from wagtail_llm_actions.fields.markup.markdown import (
    blocks_of,
    to_markdown,
    to_reversible_markdown,
)
from wagtail_llm_actions.fields.markup.parser import parse
from wagtail_llm_actions.scripts import script_path

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from django import forms
    from django.db import models

    from wagtail_llm_actions.fields.markup.blocks import Block

MARKUP = {
    "bold": "bold",
    "italic": "italic",
    "strikethrough": "strikethrough",
    "code": "code",
    "superscript": "<sup>",
    "subscript": "<sub>",
    "ul": "lists",
    "ol": "numbered lists",
    "blockquote": "quotes",
    "hr": "rules",
    "link": "links",
}
"""What a prompt calls Wagtail's features."""


class RichTextAdapter(FieldAdapter):
    """Rich text, read as Markdown, so that headings, lists and links keep their meaning."""

    writer = script_path("fields/rich_text.js")

    def accepts(self, field: Any) -> bool:
        """Return whether ``field`` is Wagtail's rich text."""
        return isinstance(field, RichTextField)

    def read(self, instance: models.Model, field: Any) -> str:
        """Return the text as Markdown; what ``to_markdown`` says holds here."""
        return to_markdown(str(field.value_from_object(instance) or ""))

    def read_with_references(self, instance: models.Model, field: Any) -> str:
        """Return the text as Markdown with references; see ``to_reversible_markdown``."""
        return to_reversible_markdown(str(field.value_from_object(instance) or ""))

    def destination(self, field: Any) -> Destination:
        """Return Markdown with the features that the field itself names."""
        names = getattr(field, "features", None) or registry.get_default_features()
        return Destination(
            is_plain=False,
            markup=markup_of(names),
            has_references=True,
            max_length=getattr(field, "max_length", None),
            help_text=help_text_of(field),
        )

    def contract(self, field: Any) -> Contract:
        """Return a contract that counts what readers see, as Wagtail's own validator does."""
        return Contract(destination=self.destination(field), as_counted=words_of, as_read=text_of)

    def supports_widget(self, widget: forms.Widget) -> bool:
        """Return whether the widget is Draftail."""
        return isinstance(widget, DraftailRichTextArea)

    def to_form_value(
        self,
        text: str,
        form_field: forms.Field,
        *,
        current: str,
        mode: str,
        targets: Collection[str],
    ) -> tuple[str, str]:
        """Return what Draftail gets, as JSON, and the HTML of the new text alone."""
        area: Any = form_field.widget
        before = area.value_from_datadict({"text": current}, {}, "text") if current else ""
        new, whole = merge(text, area.features, before=before, mode=mode, targets=targets)
        return area.format_value(whole), new


def words_of(text: str) -> str:
    """Return the words of an answer, without marks; the answer itself where it is too deep."""
    try:
        return "".join(block.text for block in blocks_of(text))
    except LookupError:
        return text


def text_of(text: str) -> str:
    """Return an answer as readers see it, a line for each block, with the addresses of its links."""
    try:
        blocks = list(blocks_of(text))
    except LookupError:
        return text
    links = {run.target for block in blocks for run in block.runs if is_address(run.target)}
    return "\n".join([*(block.text for block in blocks), *sorted(links)])


def markup_of(features: Collection[str]) -> tuple[str, ...]:
    """Return what a prompt calls the Markdown that features allow, in the order of importance."""
    levels = sorted(int(name[1]) for name in HEADINGS.intersection(features))
    headings = ("headings " + ", ".join("#" * level for level in levels),) if levels else ()
    return (*headings, *(name for feature, name in MARKUP.items() if feature in features))


def merge(
    text: str, features: Collection[str], *, before: str, mode: str, targets: Collection[str]
) -> tuple[str, str]:
    """Turn an answer into rich text, and put it into a field.

    Args:
        text: Markdown or HTML, of a model or as somebody edited it; nothing about it is trusted.
        features: The names of Wagtail's features that the field allows; all else becomes plain text.
        before: What the field holds, in Wagtail's database format.
        mode: ``replace``, ``append`` or ``prepend``.
        targets: The references and addresses that the model was given; it may use these, and
            addresses of the web, of mail and of telephones.

    Returns:
        The text alone and what the field holds with it, in the database format. A block that reads
        as one that was there is that one, with its key and with what Markdown cannot express.

    Raises:
        LookupError: The text has too much markup to be converted.
    """
    old = parse(before, is_stored=True)
    known = {*targets, *(block.target for block in old)}
    known.update(run.target for block in old for run in block.runs)
    new = list(restrict(blocks_of(text), features, lambda each: each in known or is_address(each)))
    if mode == "append":
        blocks: Sequence[Block] = [*old, *new]
    elif mode == "prepend":
        blocks = [*new, *old]
    else:
        blocks = reuse(new, old)
    return render(new), render(blocks)


def reuse(new: Sequence[Block], old: Sequence[Block]) -> list[Block]:
    """Return new blocks, with the old one in place of each that reads alike.

    Empty paragraphs, which no Markdown shows, stay behind the block that they follow.
    """
    kept: dict[Block, deque[list[Block]]] = defaultdict(deque)
    leading: list[Block] = []
    group = leading
    for block in old:
        if block.is_empty:
            group.append(block)
        else:
            group = [block]
            kept[comparable(block)].append(group)
    blocks: list[Block] = []
    for block in new:
        same = kept[comparable(block)]
        blocks += same.popleft() if same else [block]
    return [*leading, *blocks]
