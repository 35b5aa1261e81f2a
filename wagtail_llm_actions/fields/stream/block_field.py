"""A block as a field of a model: what reads, writes and checks fields does the same for blocks."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from django import forms
from django.db import models
from wagtail.blocks import FieldBlock, ListBlock, RawHTMLBlock, RichTextBlock
from wagtail.fields import RichTextField

if TYPE_CHECKING:
    from collections.abc import Callable

    from wagtail.blocks import Block

NAME = "value"
"""Of the attribute of a ``holder`` that has the value."""


def model_field_of(block: Block) -> models.Field[Any, Any] | None:
    """Return a field of a model that takes what a block takes; ``None`` for a block of another kind.

    It belongs to no model.
    """
    while isinstance(block, ListBlock):
        block = block.child_block
    # Nobody should be asked to judge HTML that the site shows as it is.
    if not isinstance(block, FieldBlock) or isinstance(block, RawHTMLBlock):
        return None
    form_field: forms.Field = block.field
    if isinstance(form_field, (forms.ModelChoiceField, forms.MultipleChoiceField)):
        return None
    if isinstance(block, RichTextBlock):
        field: models.Field[Any, Any] = RichTextField(
            **_common(block, form_field), editor=block.editor, features=block.features
        )
    else:
        kinds = (_KINDS.get(each) for each in type(form_field).__mro__)
        make = next(filter(None, kinds), None)
        # Behind a hidden input is an editor of its own, such as that of a table.
        if make is None or form_field.widget.is_hidden:
            return None
        field = make(form_field, _common(block, form_field))
    field.set_attributes_from_name(NAME)
    field.verbose_name = str(block.label)
    return field


def holder(block: Block, value: Any) -> Any:
    """Return what stands for an object that has a block's value in that field."""
    return SimpleNamespace(**{NAME: block.get_prep_value(value)})


def _common(block: Block, form_field: forms.Field) -> dict[str, Any]:
    return {
        "blank": not form_field.required,
        "help_text": form_field.help_text,
        "max_length": getattr(form_field, "max_length", None),
        "validators": form_field.validators,
    }


def _text(form_field: forms.Field, common: dict[str, Any]) -> models.Field[Any, Any]:
    is_long = isinstance(form_field.widget, forms.Textarea)
    return models.TextField(**common) if is_long else models.CharField(**common)


def _choice(form_field: Any, common: dict[str, Any]) -> models.Field[Any, Any]:
    def choices() -> list[Any]:
        # The empty choice is how a form asks for one.
        return [(value, label) for value, label in form_field.choices if value not in {"", None}]

    return models.CharField(**common, choices=choices)


def _of(field_class: type[models.Field[Any, Any]]) -> Callable[[Any, Any], models.Field[Any, Any]]:
    def make(form_field: forms.Field, common: dict[str, Any]) -> models.Field[Any, Any]:
        return field_class(**{**common, "max_length": None})

    return make


def _decimal(form_field: Any, common: dict[str, Any]) -> models.Field[Any, Any]:
    return models.DecimalField(
        **common, max_digits=form_field.max_digits, decimal_places=form_field.decimal_places
    )


_KINDS: dict[type, Callable[[Any, dict[str, Any]], models.Field[Any, Any]]] = {
    forms.CharField: _text,
    forms.EmailField: lambda _field, common: models.EmailField(**common),
    forms.URLField: lambda _field, common: models.URLField(**common),
    forms.ChoiceField: _choice,
    forms.BooleanField: _of(models.BooleanField),
    forms.IntegerField: _of(models.IntegerField),
    forms.FloatField: _of(models.FloatField),
    forms.DecimalField: _decimal,
    forms.DateField: _of(models.DateField),
    forms.DateTimeField: _of(models.DateTimeField),
    forms.TimeField: _of(models.TimeField),
}
"""By the class of the form field, or the nearest of its bases that is here."""
