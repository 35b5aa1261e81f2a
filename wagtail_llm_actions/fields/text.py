"""Plain text in inputs and text areas."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models
from wagtail.fields import RichTextField

from wagtail_llm_actions.answers.destination import Destination
from wagtail_llm_actions.fields.base import FieldAdapter
from wagtail_llm_actions.fields.contract import Contract, help_text_of, rules_of, validators_of
from wagtail_llm_actions.scripts import script_path

TEXT_INPUTS = ("text", "search", "url", "email", "tel")
"""Types of inputs that the writer knows."""
PROSE = (
    "Early tide",
    "The tide came in early that day. Nobody had told the boats, so most of them lay dry until noon "
    "and the harbour master, who had seen it coming, went home for a second breakfast.",
)
"""What any field for prose takes: a short text, or else one that is longer than a field may ask for."""


class TextAdapter(FieldAdapter):
    """Free text: a title, a summary, a search description.

    Email addresses, URLs, slugs and choices are text in the database too, but not prose.
    """

    writer = script_path("fields/text.js")
    image_writer = script_path("fields/alt_text.js")

    def accepts(self, field: Any) -> bool:
        """Return whether ``field`` is a char or text field that holds free text."""
        return (
            isinstance(field, (models.CharField, models.TextField))
            and not isinstance(
                field, (models.EmailField, models.SlugField, models.URLField, RichTextField)
            )
            and not field.choices
        )

    def read(self, instance: models.Model, field: Any) -> str:
        """Return the text as it is."""
        return str(field.value_from_object(instance) or "").strip()

    def destination(self, field: Any) -> Destination:
        """Return a line for a char field, and lines for a text field.

        Fields for Markdown are text fields whose class says so.
        """
        return Destination(
            is_plain="markdown" not in type(field).__name__.lower(),
            is_one_line=isinstance(field, models.CharField),
            max_length=field.max_length,
            help_text=help_text_of(field),
            rules=rules_of(field),
        )

    def contract(self, field: Any) -> Contract:
        """Return that answers have to pass the field's validators as well."""
        return Contract(destination=self.destination(field), validators=validators_of(field))

    def supports_widget(self, widget: forms.Widget) -> bool:
        """Return whether the widget is an input or a text area that people type into."""
        if isinstance(widget, forms.TextInput):
            return widget.input_type in TEXT_INPUTS
        return isinstance(widget, forms.Textarea)

    def takes_prose(self, field: Any, form_field: forms.Field) -> bool:
        """Return whether the validators of the field and of its form field let prose pass."""
        return any(_accepts(text, field, form_field) for text in PROSE)


def _accepts(text: str, field: models.Field[Any, Any], form_field: forms.Field) -> bool:
    try:
        form_field.clean(text)
        field.run_validators(text)
    except Exception:  # noqa: BLE001 - validators are code of the site, which may expect its own format
        return False
    return True
