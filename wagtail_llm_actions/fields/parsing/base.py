"""What all kinds of values have in common; each kind registers its own parser."""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

INPUTS = frozenset(
    ["text", "search", "url", "email", "tel", "number", "date", "time", "datetime-local"]
)
"""Types of inputs that the writer knows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Value:
    """A valid value of a form field."""

    python: Any
    """As the form field cleans it."""
    controls: list[str]
    """What the browser sends for it: of an input its value, of choices the values of those chosen."""
    shown: str
    """As the form shows it to people."""


def parse(form_field: forms.Field, text: str) -> Value:
    """Return the value that a text stands for.

    Args:
        form_field: Of a form or of a block.
        text: Of a model, or as somebody edited it; nothing about it is trusted.

    Raises:
        ValidationError: It stands for no value, for several, or for one that the field refuses.
    """
    raw = raw_value(form_field, text)
    try:
        python = form_field.clean(raw)
    except ValidationError:
        raise
    except Exception:  # noqa: BLE001 - code of the site, which may expect its own format
        raise ValidationError(_("This is not a valid value of the field.")) from None
    controls = _controls(form_field, python)
    return Value(python=python, controls=controls, shown=shown_value(form_field, controls))


@singledispatch
def raw_value(form_field: forms.Field, text: str) -> Any:
    """Return what the ``clean`` of a form field takes, for a text.

    Raises:
        ValidationError: The text does not say which.
    """
    return text.strip()


@singledispatch
def shown_value(form_field: forms.Field, controls: list[str]) -> str:
    """Return what the form shows of a value."""
    return ", ".join(controls)


@singledispatch
def format_of(form_field: forms.Field) -> str:
    """Return what an answer has to be, in English, as what follows "Answer with"."""
    return "the value"


@singledispatch
def vocabulary_of(form_field: forms.Field) -> str:
    """Return a sentence that names what there is to choose from; empty where nothing is."""
    return ""


@singledispatch
def schema_of(form_field: forms.Field) -> dict[str, Any]:
    """Return the JSON schema of what the parser reads best; empty where any text may do."""
    return {}


def takes_several(form_field: forms.Field) -> bool:
    """Return whether the value of a form field is a list."""
    return isinstance(form_field, (forms.MultipleChoiceField, forms.ModelMultipleChoiceField))


def can_write(widget: forms.Widget) -> bool:
    """Return whether the writer can put a value into a widget: one that is no widget of scripts."""
    if isinstance(widget, (forms.CheckboxInput, forms.Select, forms.RadioSelect)):
        return True
    if isinstance(widget, forms.widgets.Input):
        return widget.input_type in INPUTS
    return isinstance(widget, forms.Textarea)


def _controls(form_field: forms.Field, python: Any) -> list[str]:
    widget: Any = form_field.widget
    if isinstance(widget, forms.CheckboxInput):
        return ["on"] if python else []
    prepared = form_field.prepare_value(python)
    formatted = widget.format_value(prepared)
    return list(formatted) if isinstance(formatted, (list, tuple)) else [formatted or ""]
