"""Fields whose value is no prose: choices, numbers, dates, yes or no, addresses."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.db import models
from django.forms.models import apply_limit_choices_to_to_formfield
from django.utils.html import escape
from wagtail.admin.forms.models import formfield_for_dbfield  # noqa: TID251 - the form is Wagtail's

from wagtail_llm_actions.answers.destination import Destination
from wagtail_llm_actions.fields.base import FieldAdapter
from wagtail_llm_actions.fields.contract import Contract, help_text_of, rules_of, validators_of
from wagtail_llm_actions.fields.parsing import (
    can_write,
    format_of,
    parse,
    schema_of,
    takes_several,
    vocabulary_of,
)
from wagtail_llm_actions.fields.values import value_text
from wagtail_llm_actions.scripts import script_path

if TYPE_CHECKING:
    from collections.abc import Collection


class ValueAdapter(FieldAdapter):
    """A field whose form field turns text into a value, and back into what its control holds."""

    writer = script_path("fields/control.js")
    is_prose = False

    def destination(self, field: Any) -> Destination:
        """Return the format that the parser of the form field reads best."""
        form_field = form_field_of(field)
        return Destination(
            format=format_of(form_field),
            vocabulary=partial(vocabulary_of, form_field),
            schema=partial(schema_of, form_field),
            has_words=isinstance(form_field, forms.SlugField),
            # The marks of Markdown are characters of addresses.
            is_plain=not isinstance(form_field, forms.CharField),
            is_one_line=not takes_several(form_field),
            help_text=help_text_of(field),
            rules=rules_of(field),
        )

    def contract(self, field: Any) -> Contract:
        """Return that a text has to stand for a value that the field takes."""

        def check(text: str) -> None:
            value = parse(form_field_of(field), text).python
            if value not in field.empty_values:
                for validator in validators_of(field):
                    validator(value)

        return Contract(destination=self.destination(field), validators=[check], is_value=True)

    def to_form_value(
        self,
        text: str,
        form_field: forms.Field,
        *,
        current: str,
        mode: str,
        targets: Collection[str],
    ) -> tuple[str, str]:
        """Return a list of what the controls hold, as JSON, and what the form shows of it."""
        value = parse(form_field, text)
        controls = value.controls
        if takes_several(form_field):
            controls = added(controls, current, mode)
        return json.dumps(controls), escape(value.shown)

    def supports_widget(self, widget: forms.Widget) -> bool:
        """Return whether the widget is one of HTML's own controls."""
        return can_write(widget)


def form_field_of(field: Any) -> Any:
    """Return the form field that Wagtail makes of a model field."""
    form_field = formfield_for_dbfield(field)
    apply_limit_choices_to_to_formfield(form_field)
    return form_field


def added(new: list[str], current: str, mode: str) -> list[str]:
    """Return a list with what the form holds, as an action adds to it; each item once.

    Raises:
        LookupError: ``current`` is no list.
        JSONDecodeError: It is no JSON.
    """
    held = json.loads(current or "[]")
    if not isinstance(held, list):
        raise LookupError(current)  # noqa: TRY004 - the browser sent it
    before = [str(item) for item in held]
    orders = {"append": [*before, *new], "prepend": [*new, *before]}
    return list(dict.fromkeys(orders.get(mode, new)))


class _ScalarAdapter(ValueAdapter):
    classes: ClassVar[tuple[type[models.Field[Any, Any]], ...]]

    def accepts(self, field: Any) -> bool:
        """Return whether ``field`` is of one of the classes, and no key."""
        return isinstance(field, self.classes) and not field.primary_key

    def read(self, instance: models.Model, field: Any) -> str:
        """Return the value as a person would write it."""
        return value_text(field.value_from_object(instance))


class NumberAdapter(_ScalarAdapter):
    """Numbers."""

    classes = (models.IntegerField, models.FloatField, models.DecimalField)


class DateAdapter(_ScalarAdapter):
    """Dates and times, in the form of ISO 8601; durations as Python writes them."""

    classes = (models.DateField, models.TimeField, models.DurationField)


class BooleanAdapter(_ScalarAdapter):
    """Check boxes: yes or no."""

    classes = (models.BooleanField,)


class AddressAdapter(_ScalarAdapter):
    """Text in a format that software reads: slugs, email addresses, URLs."""

    classes = (models.SlugField, models.EmailField, models.URLField)


class ChoiceAdapter(ValueAdapter):
    """A field with choices, of whatever class, read by the label of the one that is chosen."""

    def accepts(self, field: Any) -> bool:
        """Return whether ``field`` has choices."""
        return isinstance(field, models.Field) and bool(field.choices)

    def read(self, instance: models.Model, field: Any) -> str:
        """Return the label in the active language; of an unknown value, the value."""
        value = field.value_from_object(instance)
        try:
            return value_text(dict(field.flatchoices).get(value, value))
        except TypeError:  # Several values in a list, as some packages have.
            labels = dict(field.flatchoices)
            return value_text([labels.get(one, one) for one in value])
