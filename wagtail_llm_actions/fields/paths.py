"""Paths: what an action reads or writes, as a name for a place in an edit form.

======================  =====================================================================
``summary``             a field of the model, or a property that the site names in its settings
``body:quote``          all blocks of this name in a StreamField, at any depth
``body:quote.author``   a block within them
``body:*``              the texts of all blocks, only to be written
``gallery``             inline rows
``gallery.caption``     a field of the rows
``photo:image``         the image itself that a field chooses; also after a part, as in
                        ``body:figure:image`` and ``gallery.photo:image``
``*``                   all fields that the user's form shows, in its order
``@preview``            the rendered page, as Wagtail's preview shows it
======================  =====================================================================

A destination within a field is one *item* of several: one block, or one row.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from django.core.exceptions import FieldDoesNotExist
from django.db.models import ForeignObjectRel
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from wagtail_llm_actions.fields.base import adapter_for
from wagtail_llm_actions.fields.contract import Contract
from wagtail_llm_actions.fields.edit_form import shows_all_choices
from wagtail_llm_actions.fields.sources.properties import property_names
from wagtail_llm_actions.fields.sources.rendered import RENDERED, can_be_rendered

if TYPE_CHECKING:
    from django import forms
    from django.db import models

    from wagtail_llm_actions.answers.destination import Destination
    from wagtail_llm_actions.fields.base import FieldAdapter, ModelField

WHOLE_FORM = "*"
PUBLISHING = frozenset(
    {
        "slug",
        "show_in_menus",
        "go_live_at",
        "expire_at",
        "first_published_at",
        "last_published_at",
        "comment_notifications",
    }
)
"""Fields of Wagtail's own that say where and when something is published: no content."""
_PART = re.compile(r"[:.]")


class Place(NamedTuple):
    """A path, looked up in a model."""

    name: str
    """What forms call the field."""
    adapter: FieldAdapter
    field: ModelField
    part: str
    """The path of a part of the field; empty for the whole."""


class Item(NamedTuple):
    """What a run writes."""

    path: str
    id: str = ""
    """Of the blocks or rows that the path names, the one; empty for a field of the form itself."""


def find(model: type[models.Model], path: str) -> Place | None:
    """Return the place of a path; ``None`` where the model has none, or no adapter reads it."""
    name, *rest = _PART.split(path, maxsplit=1)
    field = _field_of_form(model, name)
    adapter = adapter_for(field)
    if adapter is None or field is None:
        return None
    part = rest[0] if rest else ""
    if part in adapter.variants and path == f"{name}{adapter.separator}{part}":
        return Place(name, adapter.variants[part], field, "")
    if rest and (path != f"{name}{adapter.separator}{part}" or part not in adapter.parts(field)):
        return None
    return Place(name, adapter, field, part)


def _field_of_form(model: type[models.Model], name: str) -> ModelField | None:
    """Return the field that a form calls so: rows are called as their manager, not as their relation."""
    with suppress(FieldDoesNotExist):
        field: ModelField = model._meta.get_field(name)
        if not isinstance(field, ForeignObjectRel) or field.get_accessor_name() == name:
            return field
    relations = model._meta.related_objects
    return next((each for each in relations if each.get_accessor_name() == name), None)


def find_destination(model: type[models.Model], path: str) -> Place | None:
    """Return the place of a path as something to write: of a part of a field, its own adapter and field.

    The field of a part may belong to no model. ``None`` where there is no adapter for it.
    """
    place = find(model, path)
    if place is None or not place.part:
        return place
    field = place.adapter.part_field(place.field, place.part)
    adapter = adapter_for(field)
    return Place(place.name, adapter, field, place.part) if adapter and field else None


def adapter_at(model: type[models.Model], path: str) -> FieldAdapter | None:
    """Return the adapter that writes ``path``; ``None`` where there is no such field or adapter."""
    place = find_destination(model, path)
    return place.adapter if place else None


def form_field_at(form: Any, model: type[models.Model], path: str) -> forms.Field:
    """Return the field by which a form, or its class, edits a destination.

    Raises:
        LookupError: It has none.
    """
    place = find(model, path)
    if place and place.part:
        return place.adapter.part_form_field(form, place.field, place.part)
    fields: dict[str, forms.Field] = getattr(form, "fields", None) or form.base_fields
    return fields[place.name if place else path]


def is_source(model: type[models.Model], path: str) -> bool:
    """Return whether an action of the model can read ``path``."""
    if path == RENDERED:
        return can_be_rendered(model)
    if path == WHOLE_FORM or path in property_names(model):
        return True
    place = find(model, path)
    return place is not None and not place.adapter.reads_own_field


def goes_with(model: type[models.Model], source: str, destination: str) -> bool:
    """Return whether an action can make what it writes from what it reads.

    Some destinations take changes of their own field only.
    """
    written, read_place = find(model, destination), find(model, source)
    if written is None or not written.adapter.reads_own_field:
        return True
    return (
        read_place is not None and read_place.field == written.field and not is_image(model, source)
    )


def is_image(model: type[models.Model], path: str) -> bool:
    """Return whether a source is an image, which is sent itself, beside the prompt."""
    place = find(model, path)
    return place is not None and place.adapter.is_image(place.field, place.part)


def image_at(instance: models.Model, path: str, item: Item | None = None) -> models.Model | None:
    """Return the image at a path that ``is_image``; ``None`` where none is chosen.

    Of a field that ``item`` is an item of, it is the image of the same block or row.
    """
    place = find(type(instance), path)
    if place is None:
        return None
    around = container_of(instance, place, item)
    other, item_id = (around.part, item.id) if item and around else ("", "")
    try:
        return place.adapter.image(instance, place.field, place.part, other=other, item_id=item_id)
    except LookupError:
        return None


def destination_at(model: type[models.Model], path: str) -> Destination:
    """Return what the field at ``path`` takes; plain text where no adapter knows it."""
    return contract_at(model, path).destination


def contract_at(model: type[models.Model], path: str) -> Contract:
    """Return the contract of the field at ``path``; plain text where no adapter knows it."""
    place = find_destination(model, path)
    if place is None:
        return Contract()
    contract = place.adapter.contract(place.field)
    if not place.adapter.names_objects or shows_all_choices(model):
        return contract
    # A prompt names no object that the form may hide from its user.
    return replace(contract, destination=replace(contract.destination, vocabulary=str))


def label(model: type[models.Model], path: str) -> str:
    """Return the label of a path as forms show it, or the path if the model has no such field."""
    if path == WHOLE_FORM:
        return _("All fields of the form")
    if path == RENDERED:
        return _("The rendered page")
    name, *rest = _PART.split(path, maxsplit=1)
    if name in property_names(model):
        return str(capfirst(name.replace("_", " ")))
    field: Any = _field_of_form(model, name)
    if field is None:
        return path
    # The other side of a relation has no name of its own.
    verbose_name = str(getattr(field, "verbose_name", name.replace("_", " ")))
    whole = verbose_name[:1].upper() + verbose_name[1:]
    if not rest:
        return whole
    adapter = adapter_for(field)
    parts: dict[str, Any] = {}
    if adapter:
        parts = {
            **adapter.parts(field),
            **{key: each.label for key, each in adapter.variants.items()},
        }
    return f"{whole} > {parts.get(rest[0], rest[0])}"


def form_names(path: str) -> frozenset[str]:
    """Return the names that a form has to show for an action to read or write a path.

    A form shows a StreamField as a whole. Of the whole form, only what it shows is read; the preview
    is for all who may edit.
    """
    return frozenset() if path in {WHOLE_FORM, RENDERED} else frozenset({path.partition(":")[0]})


def container_of(instance: models.Model, place: Place, item: Item | None) -> Place | None:
    """Return the place of an item of the same field; ``None`` where it is none of this field."""
    place_of_item = find(type(instance), item.path) if item and item.id else None
    return place_of_item if place_of_item and place_of_item.field == place.field else None
