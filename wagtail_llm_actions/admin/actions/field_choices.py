"""The fields of a page or snippet type that an action can read and write."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import AbstractPage

from wagtail_llm_actions import fields
from wagtail_llm_actions.compat import content_types_of, edit_handler_for, permission_policy_for
from wagtail_llm_actions.configuration.target_models import target_models
from wagtail_llm_actions.fields import (
    RENDERED,
    WHOLE_FORM,
    can_be_rendered,
    find,
    find_destination,
    form_field_at,
    label,
)
from wagtail_llm_actions.fields.edit_form import form_labels, shows_content
from wagtail_llm_actions.fields.paths import PUBLISHING
from wagtail_llm_actions.fields.sources.properties import property_names

if TYPE_CHECKING:
    from django.db import models

    from wagtail_llm_actions.permissions import User

Choice = tuple[str, str]
MAX_SNIPPETS = 50
"""Of the choice to test with; older ones are tested by typing."""
NO_DESTINATION = gettext_lazy(
    "This type has no field that an action could write. Actions write text, rich text and values "
    "such as choices and dates, but no files, and no text whose validators want a format, such as "
    "coordinates."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelFields:
    """Possible destinations and sources, as path and label, in the order of the edit form."""

    destinations: list[Choice]
    sources: list[Choice]
    images: list[str] = field(default_factory=list)
    """The paths of the sources that are images."""
    problem: str = ""
    """Why no action can be defined for the type; empty where one can."""


def model_fields(model: type[models.Model]) -> ModelFields:
    """Return the fields of the edit form of a model, and the parts of them that can be read alone."""
    form_class = edit_handler_for(model).get_form_class()
    form_fields = form_class.base_fields
    destinations: list[Choice] = []
    sources: list[Choice] = []
    for name, heading in form_labels(model).items():
        place = find(model, name)
        if place is None or name not in {*form_fields, *form_class.formsets}:
            continue
        adapter, model_field = place.adapter, place.field
        if name in form_fields and not shows_content(form_fields[name]):
            continue
        row_fields = (
            form_class.formsets[name].form.base_fields if name in form_class.formsets else {}
        )
        paths = {
            f"{name}{adapter.separator}{part}": f"{heading} > {part_label}"
            for part, part_label in adapter.parts(model_field).items()
            if part not in row_fields or shows_content(row_fields[part])
        }
        variants = {
            f"{name}{adapter.separator}{key}": f"{heading} > {variant.label}"
            for key, variant in adapter.variants.items()
        }
        is_image = adapter.is_image(model_field, "")
        whole = f"{heading} > {_('the image itself')}" if is_image else heading
        sources += [(name, whole), *paths.items()]
        destinations += [
            (path, path_label)
            for path, path_label in {name: heading, **variants, **paths}.items()
            if _can_be_written(model, form_class, path)
        ]
    sources += [(name, label(model, name)) for name in property_names(model)]
    if sources:
        sources.append((WHOLE_FORM, label(model, WHOLE_FORM)))
        if can_be_rendered(model):
            sources.append((RENDERED, label(model, RENDERED)))
    counts = Counter(heading for _name, heading in sources)
    return ModelFields(
        destinations=_distinct(destinations, counts),
        sources=_distinct(sources, counts),
        images=[path for path, _label in sources if fields.is_image(model, path)],
        problem="" if destinations else str(NO_DESTINATION),
    )


def _can_be_written(model: type[models.Model], form_class: Any, path: str) -> bool:
    place = find_destination(model, path)
    if place is None or not place.adapter.is_destination or path in PUBLISHING - {"slug"}:
        return False
    if getattr(place.field, "primary_key", False):  # A form with another key saves another object.
        return False
    try:
        form_field = form_field_at(form_class, model, path)
    except LookupError:
        return False
    return place.adapter.supports_widget(form_field.widget) and place.adapter.takes_prose(
        place.field, form_field
    )


def type_fields(content_type_id: str) -> ModelFields:
    """Return the fields of a page or snippet type; none for the primary key of any other type."""
    types = content_types_of(target_models())
    for model, content_type in types.items():
        if str(content_type.pk) == content_type_id:
            return model_fields(model)
    return ModelFields(destinations=[], sources=[])


def snippet_choices(user: User, content_type_id: str) -> list[Choice]:
    """Return the newest snippets of a type that the user may edit; none for any other type."""
    types = content_types_of(target_models())
    for model, content_type in types.items():
        if str(content_type.pk) == content_type_id and not issubclass(model, AbstractPage):
            policy = permission_policy_for(model)
            newest = policy.instances_user_has_permission_for(user, "change").order_by("-pk")
            return [(str(snippet.pk), str(snippet)) for snippet in newest[:MAX_SNIPPETS]]
    return []


def grouped(choices: list[Choice]) -> list[tuple[str, Any]]:
    """Put the parts of a field together, under its label, as the script of the form does."""
    fields: dict[str, list[Choice]] = {}
    for choice in choices:
        fields.setdefault(re.split("[:.]", choice[0])[0], []).append(choice)
    return [
        parts[0] if len(parts) == 1 else (parts[0][1].partition(" > ")[0], parts)
        for parts in fields.values()
    ]


def _distinct(choices: list[Choice], counts: Counter[str]) -> list[Choice]:
    """Add its name to the label of a field that other fields have too."""
    return [(name, f"{label} ({name})" if counts[label] > 1 else label) for name, label in choices]
