"""Reading what an action sends: a field, a part of it, all that a form shows, or the rendered page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wagtail_llm_actions.fields.edit_form import form_labels
from wagtail_llm_actions.fields.paths import (
    PUBLISHING,
    WHOLE_FORM,
    Item,
    Place,
    container_of,
    find,
    find_destination,
    form_names,
)
from wagtail_llm_actions.fields.sources.properties import property_names, read_property
from wagtail_llm_actions.fields.sources.rendered import RENDERED, read_rendered

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.db import models


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
    container = container_of(instance, place, item)
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


def _parts_of_form(place: Place, shown: Collection[str] | None) -> list[str] | None:
    """Return the names in the form of a field's parts, where it can hide some of them."""
    if place.part or place.adapter.separator == ":":
        return None
    names = [
        f"{place.name}{place.adapter.separator}{part}"
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
