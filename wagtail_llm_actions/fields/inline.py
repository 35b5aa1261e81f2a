"""Inline rows: the child objects that an ``InlinePanel`` edits with their page or snippet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import prefetch_related_objects
from django.utils.text import capfirst
from modelcluster.fields import ParentalKey

from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.fields.base import FieldAdapter, adapter_for
from wagtail_llm_actions.fields.image import IMAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from django import forms

FORM_ROWS = "_llm_actions_form_rows"
"""Of an object with the values of a form: its new rows by their prefixes, those without values too."""
MAX_ROWS = 1_000
"""What comes after them is left out."""


class InlineAdapter(FieldAdapter):
    """Rows, read one after the other; ``gallery.caption`` is a field of each, which can be written."""

    separator = "."

    def accepts(self, field: Any) -> bool:
        """Return whether ``field`` is the other side of a ``ParentalKey``."""
        return isinstance(field, models.ManyToOneRel) and isinstance(field.field, ParentalKey)

    def parts(self, field: Any) -> dict[str, str]:
        """Return the fields of a row that a form can have and that can be read, and chosen images."""
        parts = {}
        for child in field.related_model._meta.get_fields():
            adapter = adapter_for(child) if _is_content(child, field) else None
            if adapter is not None:
                label = str(capfirst(str(child.verbose_name)))
                parts[child.name] = label
                for inner, inner_label in adapter.parts(child).items():
                    if adapter.is_image(child, inner):
                        parts[f"{child.name}:{inner}"] = f"{label} > {inner_label}"
        return parts

    def read(self, instance: models.Model, field: Any) -> str:
        """Return the rows with all their fields."""
        parts = [part for part in self.parts(field) if not self.is_image(field, part)]
        return self.read_parts(instance, field, parts)

    def read_with_references(self, instance: models.Model, field: Any) -> str:
        """Return the same with references in rich text."""
        parts = [part for part in self.parts(field) if not self.is_image(field, part)]
        return self.read_parts(instance, field, parts, with_references=True)

    def read_parts(
        self,
        instance: models.Model,
        field: Any,
        parts: Collection[str],
        *,
        with_references: bool = False,
    ) -> str:
        """Return the rows in their order: of a single field a list, else each field by its label.

        The objects that foreign keys of the rows name are looked up together.
        """
        labels = self.parts(field)
        if not parts or not labels.keys() >= set(parts):
            raise LookupError(field.name)
        fields = [_child(field, part) for part in parts]
        rows = list(getattr(instance, field.get_accessor_name()).all()[:MAX_ROWS])
        foreign_keys = [each.name for each in fields if isinstance(each, models.ForeignKey)]
        prefetch_related_objects(rows, *foreign_keys)
        read = _reader(with_references=with_references)
        if len(fields) == 1:
            return _beginning(f"- {text}" for row in rows if (text := read(row, fields[0])))
        blocks = (
            _labelled({labels[each.name]: read(row, each) for each in fields}) for row in rows
        )
        return _beginning(filter(None, blocks), separator="\n\n")

    def read_beside(
        self,
        instance: models.Model,
        field: Any,
        part: str,
        *,
        other: str,
        item_id: str,
        with_references: bool = False,
    ) -> str:
        """Return only the field of the same row."""
        row = self.item_object(instance, field, other, item_id)
        return _reader(with_references=with_references)(row, _child(field, part))

    def is_image(self, field: Any, part: str) -> bool:
        """Return whether the part is an image that a row chooses, itself."""
        return part.endswith(f":{IMAGE}")

    def image(
        self, instance: models.Model, field: Any, part: str, *, other: str = "", item_id: str = ""
    ) -> models.Model | None:
        """Return the image of the same row, or else the first one."""
        name = _child(field, part).name
        if item_id:
            rows = [self.item_object(instance, field, other, item_id)]
        else:
            rows = getattr(instance, field.get_accessor_name()).all()[:MAX_ROWS]
        return next((image for row in rows if (image := getattr(row, name))), None)

    def part_field(self, field: Any, part: str) -> Any:
        """Return the field of the rows; an image itself is not written."""
        return None if self.is_image(field, part) else _child(field, part)

    def part_form_field(self, form: Any, field: Any, part: str) -> forms.Field:
        """Return the form field of the rows."""
        row_form: Any = form.formsets[field.get_accessor_name()].form
        return row_form.base_fields[part]  # type: ignore[no-any-return]

    def item_object(self, instance: models.Model, field: Any, part: str, item_id: str) -> Any:
        """Return the row with this primary key, or of a form the new row with this prefix."""
        new: dict[str, models.Model] = getattr(instance, FORM_ROWS, {})
        if row := new.get(item_id.partition(".")[0]):
            return row
        rows = getattr(instance, field.get_accessor_name()).all()[:MAX_ROWS]
        found = next((row for row in rows if item_id and str(row.pk) == item_id), None)
        if found is None:
            raise LookupError(item_id)
        return found


def is_new_row(item_id: str) -> bool:
    """Return whether an id is that of a row that was not saved when the form was opened.

    It has the prefix of its form before a point; what follows tells one visit from another.
    """
    return "." in item_id


def _child(field: Any, part: str) -> Any:
    """Return the field of the rows that a part is, or is within."""
    return field.related_model._meta.get_field(part.partition(":")[0])


def _is_content(child: Any, relation: models.ManyToOneRel) -> bool:
    return (
        isinstance(child, models.Field)
        and child.editable
        and child != relation.field
        and not child.primary_key
    )


def _reader(*, with_references: bool) -> Callable[[models.Model, Any], str]:
    """Return what reads a field of a row."""

    def read(row: models.Model, field: Any) -> str:
        adapter = adapter_for(field)
        if adapter is None:
            return ""
        return (adapter.read_with_references if with_references else adapter.read)(row, field)

    return read


def _labelled(texts: dict[str, str]) -> str:
    return "\n".join(f"{label}: {text}" for label, text in texts.items() if text)


def _beginning(texts: Iterator[str], separator: str = "\n") -> str:
    """Join as many texts as a prompt can hold, and one more."""
    chars, found = get_settings().max_prompt_chars, []
    for text in texts:
        found.append(text)
        chars -= len(text)
        if chars < 0:
            break
    return separator.join(found)
