"""Fields with one value that is no prose: choices, numbers, dates, yes or no, addresses."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from wagtail_llm_actions.fields.base import FieldAdapter
from wagtail_llm_actions.fields.values import value_text


class _ScalarAdapter(FieldAdapter):
    classes: ClassVar[tuple[type[models.Field[Any, Any]], ...]]

    def accepts(self, field: Any) -> bool:
        """Return whether ``field`` is of one of the classes, and no key."""
        return isinstance(field, self.classes) and not field.primary_key

    def read(self, instance: models.Model, field: Any) -> str:
        """Return the value as a person would write it."""
        return value_text(field.value_from_object(instance))


class NumberAdapter(_ScalarAdapter):
    """Numbers."""

    kind = "number"
    classes = (models.IntegerField, models.FloatField, models.DecimalField)


class DateAdapter(_ScalarAdapter):
    """Dates and times, in the form of ISO 8601; durations as Python writes them."""

    kind = "date"
    classes = (models.DateField, models.TimeField, models.DurationField)


class BooleanAdapter(_ScalarAdapter):
    """Check boxes: yes or no."""

    kind = "boolean"
    classes = (models.BooleanField,)


class AddressAdapter(_ScalarAdapter):
    """Text in a format that software reads: slugs, email addresses, URLs."""

    kind = "address"
    classes = (models.SlugField, models.EmailField, models.URLField)


class ChoiceAdapter(FieldAdapter):
    """A field with choices, of whatever class, read by the label of the one that is chosen."""

    kind = "choice"

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
