"""Checks of what a site says about fields, and of its field adapters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.contrib.staticfiles import finders
from django.core import checks

from wagtail_llm_actions.conf import SETTING
from wagtail_llm_actions.documentation import documentation
from wagtail_llm_actions.fields import FieldAdapter, registered_adapters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wagtail_llm_actions.conf import Settings


def post_summary_fields(settings: Settings) -> Iterator[checks.CheckMessage]:
    """Check that each summary field exists."""
    models = {model._meta.label: model for model in apps.get_models()}
    for label, name in settings.post_summary_fields.items():
        model = models.get(label)
        if model is None or name not in {field.name for field in model._meta.get_fields()}:
            yield checks.Warning(
                f"{SETTING}['POST_SUMMARY_FIELDS'] maps {label!r} to {name!r}, but there is no such "
                "model or field.",
                hint="Write it as {'blog.BlogPage': 'summary'}, with the model's exact label.",
                id="wagtail_llm_actions.W003",
            )


def source_properties(settings: Settings) -> Iterator[checks.CheckMessage]:
    """Check that each property exists."""
    models = {model._meta.label: model for model in apps.get_models()}
    for label, names in settings.source_properties.items():
        model = models.get(label)
        wrong = [name for name in names if not hasattr(model, name)] if model else [""]
        for name in wrong:
            yield checks.Warning(
                f"{SETTING}['SOURCE_PROPERTIES'] names {label}.{name}, but there is no such model, "
                "property or method.",
                hint="Write it as {'blog.BlogPage': ['reading_minutes']}, with the model's exact label.",
                id="wagtail_llm_actions.W006",
            )


def writers() -> Iterator[checks.CheckMessage]:
    """Check that the script of each field adapter is found."""
    if not apps.is_installed("django.contrib.staticfiles"):
        return
    for adapter in registered_adapters():
        if adapter.is_destination and finders.find(adapter.writer) is None:
            yield checks.Warning(
                f"The writer {adapter.writer!r} of the field adapter {type(adapter).__name__} is not among the "
                "static files, so its fields get no Generate button.",
                hint="Put the script there, or leave writer empty for fields that are only read.",
                id="wagtail_llm_actions.W005",
            )


def parts() -> Iterator[checks.CheckMessage]:
    """Check that field adapters with parts have all that these need."""
    needed = ("part_form_field", "item_object")
    for adapter in registered_adapters():
        kind = type(adapter)
        if kind.part_field is FieldAdapter.part_field:
            continue
        for name in needed:
            if getattr(kind, name) is getattr(FieldAdapter, name):
                yield checks.Error(
                    f"The field adapter {kind.__name__} has part_field(), but not {name}(): the form of "
                    "an action that writes a part of such a field would fail.",
                    hint=f"Write {name}() as well; see {documentation('extending/field.md')}.",
                    id="wagtail_llm_actions.E008",
                )
