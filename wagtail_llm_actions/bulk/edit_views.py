"""Which objects have an edit view that shows proposals, and can be edited; others would waste a run."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.apps import apps
from wagtail import hooks
from wagtail.models import AbstractPage, LockableMixin, TranslatableMixin

from wagtail_llm_actions.compat import edit_handler_for
from wagtail_llm_actions.fields import adapter_at, find, form_field_at, form_names
from wagtail_llm_actions.permissions.visible_fields import fields_shown_to_any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet

    from wagtail_llm_actions.models import LLMAction

HOOK = "llm_actions_can_show_proposal"
"""A hook that gets an object, and returns ``False`` where its edit view has no Wagtail form."""


class Hidden(StrEnum):
    """Why no editor would see a proposal on an object."""

    FORM = "form"
    """The edit form of the type lacks the source or the destination."""
    ALIAS = "alias"
    """It is an alias, which nobody can edit."""
    ITEMS = "items"
    """The action writes into one block or row at a time, which an editor has to choose."""
    LOCKED = "locked"
    """It is locked, so that its editors cannot accept a text."""
    TRANSLATION = "translation"
    """wagtail-localize shows its translation editor instead of the form."""
    HOOK = "hook"
    """The site says so, by its hook."""


def split_hidden(
    llm_action: LLMAction, objects: QuerySet[Any]
) -> tuple[QuerySet[Any], dict[Hidden, list[Any]]]:
    """Return the objects whose edit view shows proposals, and the keys of the others by reason.

    The number of queries does not depend on the number of objects.
    """
    found: dict[Hidden, list[Any]] = {}
    for reason, hidden in _hidden(llm_action, objects):
        those = objects.filter(pk__in=hidden).order_by("pk")
        found[reason] = list(those.values_list("pk", flat=True))
        objects = objects.exclude(pk__in=hidden)
    return objects, {reason: pks for reason, pks in found.items() if pks}


def _hidden(llm_action: LLMAction, objects: QuerySet[Any]) -> Iterator[tuple[Hidden, Any]]:
    model = objects.model
    place = find(model, llm_action.destination)
    if place and place.part:
        yield Hidden.ITEMS, objects.values("pk")
    if not _form_shows(llm_action, model):
        yield Hidden.FORM, objects.values("pk")
    if issubclass(model, AbstractPage):
        yield Hidden.ALIAS, objects.exclude(alias_of=None).values("pk")
    if issubclass(model, LockableMixin):
        yield Hidden.LOCKED, objects.filter(locked=True).values("pk")
    if issubclass(model, TranslatableMixin) and apps.is_installed("wagtail_localize"):
        yield Hidden.TRANSLATION, _translated(objects)
    if functions := hooks.get_hooks(HOOK):
        yield (
            Hidden.HOOK,
            [one.pk for one in objects.iterator() if any(show(one) is False for show in functions)],
        )


def _form_shows(llm_action: LLMAction, model: Any) -> bool:
    shown = fields_shown_to_any(model)
    form_class = edit_handler_for(model).get_form_class()
    adapter = adapter_at(model, llm_action.destination)
    return (
        adapter is not None
        and adapter.is_destination
        and form_names(llm_action.source) <= shown.readable
        and form_names(llm_action.destination) <= shown.writable
        and adapter.supports_widget(form_field_at(form_class, model, llm_action.destination).widget)
    )


def _translated(objects: QuerySet[Any]) -> list[Any]:
    """Return the ids of the objects whose translation wagtail-localize keeps in sync.

    Source: ``before_edit_page`` and ``before_edit_snippet`` in its ``wagtail_hooks.py``.
    """
    translation: Any = apps.get_app_config("wagtail_localize").get_model("Translation")
    targets = set(
        translation._default_manager.filter(enabled=True).values_list(
            "source__object_id", "target_locale_id"
        )
    )
    rows = objects.values_list("pk", "translation_key", "locale_id")
    return [pk for pk, key, locale in rows if (key, locale) in targets]
