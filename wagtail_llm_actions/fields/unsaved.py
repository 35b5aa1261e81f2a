"""Set what a form was sent on its object, valid or not, without saving anything.

Wagtail's preview does the same for a valid form. What an editor is still writing need not be valid.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from taggit.managers import TaggableManager
from taggit.models import Tag
from wagtail.blocks import BlockField

from wagtail_llm_actions.fields.inline import FORM_ROWS
from wagtail_llm_actions.fields.relation import set_related


def defer_required_fields(form: Any) -> None:
    """Let what a draft may lack be missing in a form, but in its blocks.

    For them, Wagtail changes the blocks of the model while it validates. All threads share these: of
    two requests at once, one can fail, and the blocks stay as they were changed. Blocks that are not
    valid are read by ``set_unsaved_values``.
    """
    form.defer_required_fields()
    for field in form.fields.values():
        if isinstance(field, BlockField):
            field.is_deferred_validation = False
    for formset in getattr(form, "formsets", {}).values():
        for row in formset:
            defer_required_fields(row)


def set_unsaved_values(form: Any) -> None:
    """Set the values of a validated form, and of its inline rows, on the instance.

    Django sets the valid values of columns by itself. Added are text and blocks that are not valid,
    and what is no column: tags, many-to-many fields and inline rows.
    """
    for name in form.fields:
        field = _model_field(form.instance, name)
        if name in form.errors:
            _set_invalid(form, name, field)
        elif name in form.cleaned_data and isinstance(
            field, (models.ManyToManyField, TaggableManager)
        ):
            _set_related(form.instance, field, form.cleaned_data[name])
    for formset in getattr(form, "formsets", {}).values():
        if formset.management_form.is_valid():  # Otherwise, the form shows no such rows.
            # The name in the form may be another one: that of Wagtail's comments is.
            _set_rows(form.instance, formset.rel_name, formset)


def _set_rows(instance: Any, relation: str, formset: Any) -> None:
    rows = [row for row in formset.forms if not formset._should_delete_form(row)]
    new = {row.prefix: row.instance for row in rows if row.instance.pk is None}
    setattr(instance, FORM_ROWS, getattr(instance, FORM_ROWS, {}) | new)
    kept = sorted((row for row in rows if row.instance.pk or row.has_changed()), key=_order)
    for position, row in enumerate(kept):
        set_unsaved_values(row)
        if hasattr(row.instance, "sort_order_field"):
            setattr(row.instance, row.instance.sort_order_field, position)
    getattr(instance, relation).set([row.instance for row in kept])


def _model_field(instance: models.Model, name: str) -> Any:
    try:
        return instance._meta.get_field(name)
    except FieldDoesNotExist:
        return None


def _set_invalid(form: Any, name: str, field: Any) -> None:
    form_field = form.fields[name]
    raw = form_field.widget.value_from_datadict(form.data, form.files, form.add_prefix(name))
    if isinstance(form_field, BlockField):
        setattr(form.instance, name, raw)
    elif isinstance(raw, str) and isinstance(field, (models.CharField, models.TextField)):
        # A null byte makes the field invalid, and the database rejects it.
        setattr(form.instance, name, raw.replace("\0", ""))


def _set_related(instance: Any, field: Any, objects: Any) -> None:
    if isinstance(field, TaggableManager):
        objects = [Tag(name=name) for name in objects]
    set_related(instance, field.name, objects)


def _order(row: Any) -> float:
    """Return the position of a row, which has none where ordering is off."""
    return row.cleaned_data.get("ORDER") or 0
