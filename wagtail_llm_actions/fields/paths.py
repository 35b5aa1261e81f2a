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
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from django.core.exceptions import FieldDoesNotExist
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from wagtail_llm_actions.fields.base import adapter_for
from wagtail_llm_actions.fields.contract import Contract
from wagtail_llm_actions.fields.edit_form import form_labels, shows_all_choices
from wagtail_llm_actions.fields.properties import property_names, read_property
from wagtail_llm_actions.fields.rendered import RENDERED, can_be_rendered, read_rendered

if TYPE_CHECKING:
    from collections.abc import Collection

    from django import forms
    from django.db import models

    from wagtail_llm_actions.answers.destination import Destination
    from wagtail_llm_actions.fields.base import FieldAdapter, ModelField

WHOLE_FORM = "*"
PUBLISHING = frozenset(
    {"slug", "show_in_menus", "go_live_at", "expire_at", "comment_notifications"}
)
"""Fields of Wagtail's own that say where and when something is published: no content."""
_PART = re.compile(r"[:.]")


class Place(NamedTuple):
    """A path, looked up in a model."""

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
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    adapter = adapter_for(field)
    if adapter is None:
        return None
    part = rest[0] if rest else ""
    if part in adapter.variants and path == f"{name}{adapter.separator}{part}":
        return Place(adapter.variants[part], field, "")
    if rest and (path != f"{name}{adapter.separator}{part}" or part not in adapter.parts(field)):
        return None
    return Place(adapter, field, part)


def find_destination(model: type[models.Model], path: str) -> Place | None:
    """Return the place of a path as something to write: of a part of a field, its own adapter and field.

    The field of a part may belong to no model. ``None`` where there is no adapter for it.
    """
    place = find(model, path)
    if place is None or not place.part:
        return place
    field = place.adapter.part_field(place.field, place.part)
    adapter = adapter_for(field)
    return Place(adapter, field, place.part) if adapter and field else None


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
    return fields[place.field.name if place else path]


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
    around = _container(instance, place, item)
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
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
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


def names_read(
    model: type[models.Model], path: str, shown: Collection[str] | None = None
) -> frozenset[str]:
    """Return the names, in the form, of all that reading ``path`` reads.

    Args:
        model: A page or snippet model.
        path: Of a source.
        shown: The names of the fields that a user's form shows; ``None`` for all.
    """
    # What a template shows is not known: perhaps all that the form has.
    if path in {WHOLE_FORM, RENDERED}:
        within = [names_read(model, name, shown) for name in _names_of_form(model, shown)]
        return frozenset().union(*within)
    place = find(model, path)
    parts = _parts_of_form(place, shown) if place else None
    names = form_names(path) if parts is None else parts
    return frozenset(name for name in names if shown is None or name in shown)


def read(
    instance: models.Model,
    path: str,
    shown: Collection[str] | None = None,
    *,
    with_references: bool = False,
    item: Item | None = None,
) -> str:
    """Return the text of the field at ``path`` of an instance, saved or not.

    Args:
        instance: A page or snippet.
        path: Of a source.
        shown: The names of the fields that a user's form shows; ``None`` for all. Nothing else is
            read.
        with_references: Read it for a destination that can hold the same links and images.
        item: What it is read for: of a field that this is an item of, only the same block or row.

    Raises:
        LookupError: The form does not show it, the model has no such field, or it cannot be read.
    """
    model = type(instance)
    if path == WHOLE_FORM:
        return _read_form(instance, shown, with_references=with_references)
    if path == RENDERED:
        return read_rendered(instance)
    if shown is not None and not form_names(path) <= set(shown):
        raise LookupError(path)
    if path in property_names(model):
        return read_property(instance, path)
    place = find(model, path)
    if place is None:
        raise LookupError(path)
    return _read_place(instance, path, place, shown, item, with_references=with_references)


def read_item(instance: models.Model, item: Item) -> str:
    """Return the text that a destination holds, as answers for it are written.

    Raises:
        LookupError: The model has no such field, the object no such item, or it cannot be read.
    """
    return read(instance, item.path, with_references=True, item=item)


def has_item(instance: models.Model, item: Item) -> bool:
    """Return whether an object has what a run is to write."""
    place = find(type(instance), item.path)
    if place is None or not place.part:
        return not item.id
    try:
        place.adapter.item_object(instance, place.field, place.part, item.id)
    except LookupError:
        return False
    return True


def _read_place(
    instance: models.Model,
    path: str,
    place: Place,
    shown: Collection[str] | None,
    item: Item | None,
    *,
    with_references: bool,
) -> str:
    written = find(type(instance), item.path) if item else None
    if written and written.adapter.reads_own_field and written.field == place.field:
        parts = [place.part] if place.part else []
        return written.adapter.read_parts(instance, place.field, parts)
    if place.part:
        return _read_part(instance, path, place, item, with_references=with_references)
    names = _parts_of_form(place, shown)
    if names is None and with_references:
        return place.adapter.read_with_references(instance, place.field)
    if names is None:
        return place.adapter.read(instance, place.field)
    parts = [name.partition(place.adapter.separator)[2] for name in names]
    return place.adapter.read_parts(instance, place.field, parts, with_references=with_references)


def _read_part(
    instance: models.Model,
    path: str,
    place: Place,
    item: Item | None,
    *,
    with_references: bool,
) -> str:
    """Return a part of a field: of the one that the item is in, that of the same block or row."""
    container = _container(instance, place, item)
    if item is None or container is None:
        return place.adapter.read_parts(
            instance, place.field, [place.part], with_references=with_references
        )
    inner = find_destination(type(instance), path)
    if path == item.path and inner:
        owner = place.adapter.item_object(instance, place.field, place.part, item.id)
        read_value = inner.adapter.read_with_references if with_references else inner.adapter.read
        return read_value(owner, inner.field)
    return place.adapter.read_beside(
        instance,
        place.field,
        place.part,
        other=container.part,
        item_id=item.id,
        with_references=with_references,
    )


def _container(instance: models.Model, place: Place, item: Item | None) -> Place | None:
    """Return the place of an item of the same field; ``None`` where it is none of this field."""
    place_of_item = find(type(instance), item.path) if item and item.id else None
    return place_of_item if place_of_item and place_of_item.field == place.field else None


def _parts_of_form(place: Place, shown: Collection[str] | None) -> list[str] | None:
    """Return the names in the form of a field's parts, where it can hide some of them."""
    if place.part or place.adapter.separator == ":":
        return None
    names = [
        f"{place.field.name}{place.adapter.separator}{part}"
        for part in place.adapter.parts(place.field)
        if not place.adapter.is_image(place.field, part)
    ]
    return [name for name in names if shown is None or name in shown]


def _names_of_form(model: type[models.Model], shown: Collection[str] | None) -> list[str]:
    return [
        name
        for name in form_labels(model)
        if name not in PUBLISHING and (shown is None or name in shown) and find(model, name)
    ]


def _read_form(
    instance: models.Model, shown: Collection[str] | None, *, with_references: bool
) -> str:
    """Return the fields of the form one after the other, each under its label."""
    labels = form_labels(type(instance))
    texts = []
    for name in _names_of_form(type(instance), shown):
        try:
            text = read(instance, name, shown, with_references=with_references)
        except LookupError:
            continue
        if text:
            gap = "\n\n" if "\n" in text else " "
            texts.append(f"{labels[name]}:{gap}{text}")
    return "\n\n".join(texts)
