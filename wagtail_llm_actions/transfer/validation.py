"""What is wrong with an entry of a file, in sentences."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.fields import adapter_for
from wagtail_llm_actions.models import LLMAction
from wagtail_llm_actions.transfer.entries import FORMAT, KEYS, LISTS, VERSION, entry_fields

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from wagtail_llm_actions.transfer.entries import Entry
    from wagtail_llm_actions.transfer.target_site import Here


def shape_problems(data: object) -> Iterator[str]:
    """Say why this is no export that can be read here."""
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        yield _("The file is not an export of LLM actions.")
        return
    version = data.get("version")
    if type(version) is not int or version != VERSION:
        yield _("The file has another format version than %(version)d.") % {"version": VERSION}
        return
    for name in data.keys() - {"format", "version", *LISTS}:
        yield _("The file has an unknown part “%(name)s”.") % {"name": name}
    for name in LISTS:
        entries = data.get(name)
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            yield _("“%(name)s” in the file is not a list of objects.") % {"name": name}


def value_problems(model: type[models.Model], entry: Entry) -> Iterator[str]:
    """Say which values are not even of the right kind, and which keys mean nothing."""
    fields = entry_fields(model)
    for name in KEYS[model]:
        if not entry.get(name):
            yield _("“%(name)s” is missing.") % {"name": name}
    for name, value in entry.items():
        if name not in fields:
            yield _("There is no setting “%(name)s” here.") % {"name": name}
        elif not _is_of_kind(fields[name], value):
            yield _("“%(name)s” has a value of the wrong kind.") % {"name": name}


def reference_problems(entry: Entry, here: Here, templates: Collection[str]) -> Iterator[str]:
    """Say what an action refers to and this site does not have."""
    content_type = here.types.get(entry["model_type"])
    model = content_type.model_class() if content_type else None
    if model is None:
        yield _("There is no page or snippet type “%(name)s” here.") % {"name": entry["model_type"]}
    else:
        if not _has_text(model, entry["destination"], writable=True):
            yield _("“%(type)s” has no field “%(name)s” that an action can fill.") % {
                "type": capfirst(str(model._meta.verbose_name)),
                "name": entry["destination"],
            }
        if not _has_text(model, entry["source"], writable=False):
            yield _("“%(type)s” has no field “%(name)s” that an action can read.") % {
                "type": capfirst(str(model._meta.verbose_name)),
                "name": entry["source"],
            }
    if entry["prompt_template"] not in templates:
        yield _("There is no prompt template “%(name)s”, neither here nor in the file.") % {
            "name": entry["prompt_template"]
        }
    for name in entry["groups"]:
        if name not in here.groups:
            yield _("There is no group “%(name)s” here.") % {"name": name}
    if entry["offered_below"] and here.page_id(entry["offered_below"]) is None:
        yield _("There is no page at “%(path)s” here.") % {"path": entry["offered_below"]}


def model_warnings(entry: Entry) -> Iterator[str]:
    """Say which models are not in the settings; the rest of the action can wait for them."""
    models_here = get_settings().models
    for key in dict.fromkeys((entry["model"], entry["fallback_model"])):
        if key and key not in models_here:
            yield _("The model “%(key)s” is not in the settings here.") % {"key": key}


def validation_problems(instance: models.Model, *, exclude: Collection[str] = ()) -> Iterator[str]:
    """Say what the model's own validation says."""
    try:
        instance.full_clean(exclude=set(exclude))
    except ValidationError as error:
        fields = entry_fields(type(instance))
        for name, messages in error.message_dict.items():
            label = f"{field_label(fields[name])}: " if name in fields else ""
            yield from (f"{label}{message}" for message in messages)


def field_label(field: models.Field[Any, Any]) -> str:
    """Return a field's name as forms show it."""
    return str(capfirst(str(field.verbose_name)))


def _is_of_kind(field: models.Field[Any, Any], value: object) -> bool:
    if field.many_to_many:
        return (
            isinstance(value, list)
            and all(_is_text(name) for name in value)
            and len(set(value)) == len(value)
        )
    if isinstance(field, models.BooleanField):
        return isinstance(value, bool)
    if isinstance(field, models.FloatField):
        return (
            isinstance(value, (int, float))
            and not isinstance(value, bool)
            and abs(value) <= sys.float_info.max
        )
    if isinstance(field, models.IntegerField):
        return isinstance(value, int) and not isinstance(value, bool)
    return _is_text(value)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and "\x00" not in value


def _has_text(model: type[models.Model], path: str, *, writable: bool) -> bool:
    try:
        adapter = adapter_for(model._meta.get_field(path))
    except FieldDoesNotExist:
        return False
    return adapter is not None and (adapter.is_destination or not writable)


def describe(model: type[models.Model], entry: Entry, number: int) -> str:
    """Name an entry for people, by its place in the file where it has no name."""
    name = entry.get(KEYS[model][-1])
    kind = capfirst(str(model._meta.verbose_name))
    if not name or not _is_text(name):
        return f"{kind} {number}"
    if model is LLMAction:
        place = f"{entry.get('model_type')}, {entry.get('destination')}"
        return _("%(kind)s “%(name)s” (%(place)s)") % {"kind": kind, "name": name, "place": place}
    return _("%(kind)s “%(name)s”") % {"kind": kind, "name": name}
