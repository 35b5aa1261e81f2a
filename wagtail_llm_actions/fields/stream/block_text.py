"""The text of one block: whether it has one, what it takes, and what becomes of a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils.html import format_html_join
from wagtail.blocks import RichTextBlock
from wagtail.rich_text import RichText

from wagtail_llm_actions.answers.markup import plain
from wagtail_llm_actions.fields.base import adapter_for
from wagtail_llm_actions.fields.rich_text import RichTextAdapter, merge
from wagtail_llm_actions.fields.stream.block_field import holder, model_field_of
from wagtail_llm_actions.fields.text import TextAdapter

if TYPE_CHECKING:
    from collections.abc import Collection

    from wagtail.blocks import Block


class Written(NamedTuple):
    """What the form gets for a new text."""

    value: str
    html: str
    """The text alone, to be shown."""
    is_change: bool


class BlockText:
    """What a block of characters or rich text takes; its adapter is that of a field of the same kind.

    Raises:
        LookupError: The block has no text that a person could type.
    """

    def __init__(self, block: Block) -> None:
        # A list has none: what is in it has.
        form_field: Any = getattr(block, "field", None)
        field = form_field and model_field_of(block)
        adapter = adapter_for(field)
        if (
            not isinstance(adapter, (TextAdapter, RichTextAdapter))
            or not adapter.supports_widget(form_field.widget)
            or not adapter.takes_prose(field, form_field)
        ):
            raise LookupError(block.name)
        self._block: Any = block
        self._adapter = adapter
        self._field = field
        self.destination = adapter.destination(field)

    def read(self, value: Any) -> str:
        """Return the text of a value, as answers are written."""
        if value is None:
            return ""
        return self._adapter.read_with_references(holder(self._block, value), self._field)

    def write(self, text: str, *, before: str = "", targets: Collection[str] = ()) -> Written:
        """Return what the form gets for a text of an answer; nothing about it is trusted.

        Args:
            text: Markdown, or plain text.
            before: What the form holds.
            targets: The references and addresses that the model was given.

        Raises:
            ValidationError: The block does not take it.
            LookupError: It has too much markup.
        """
        if isinstance(self._block, RichTextBlock):
            area: Any = self._block.field.widget
            old = area.value_from_datadict({"text": before}, {}, "text") if before else ""
            new, whole = merge(text, area.features, before=old, mode="replace", targets=targets)
            self._block.clean(RichText(whole))
            return Written(area.format_value(whole), new, is_change=whole != old)
        if text == before.strip():
            return Written(before, "", is_change=False)
        if self.destination.is_plain:
            text = plain(text)
        if self.destination.is_one_line:
            text = " ".join(text.split())
        value = str(self._block.clean(text))
        lines = ((line,) for line in value.splitlines() if line.strip())
        return Written(value, format_html_join("", "<p>{}</p>", lines), is_change=value != before)
