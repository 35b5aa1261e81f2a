"""Plain text in inputs and text areas."""

from __future__ import annotations

from typing import Any

from django.db import models
from wagtail.fields import RichTextField

from wagtail_llm_actions.fields.base import FieldAdapter


class TextAdapter(FieldAdapter):
    """Free text: a title, a summary, a search description.

    Addresses, slugs and choices are text in the database too, but no text that a model writes.
    """

    is_destination = True

    def accepts(self, field: models.Field[Any, Any]) -> bool:
        """Take char and text fields that hold free text."""
        return (
            isinstance(field, (models.CharField, models.TextField))
            and not isinstance(
                field, (models.EmailField, models.SlugField, models.URLField, RichTextField)
            )
            and not field.choices
        )

    def read(self, value: object) -> str:
        """Return the text as it is."""
        return str(value or "").strip()
