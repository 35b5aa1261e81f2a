"""An action or a template as an entry: its editable fields, with names in place of ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from django.core.exceptions import ValidationError

from wagtail_llm_actions.compat import page_model
from wagtail_llm_actions.models import LLMAction, PromptTemplate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.db import models

Entry: TypeAlias = dict[str, Any]

FORMAT, VERSION = "wagtail-llm-actions", 1
LISTS: dict[str, type[models.Model]] = {"prompt_templates": PromptTemplate, "actions": LLMAction}
KEYS: dict[type[models.Model], tuple[str, ...]] = {
    PromptTemplate: ("name",),
    LLMAction: ("model_type", "destination", "label"),
}
"""The fields by which an entry is found again on another site."""


def export_setup(actions: Iterable[LLMAction] | None = None) -> dict[str, Any]:
    """Return actions and the templates they use; without ``actions``, all there are of both."""
    if actions is None:
        chosen = list(LLMAction.objects.select_related("model_type", "prompt_template"))
        templates = list(PromptTemplate.objects.all())
    else:
        chosen = list(actions)
        used = {llm_action.prompt_template_id for llm_action in chosen}
        templates = list(PromptTemplate.objects.filter(pk__in=used))
    entries = action_entries(chosen)
    return {
        "format": FORMAT,
        "version": VERSION,
        "prompt_templates": [template_entry(template) for template in templates],
        "actions": [entries[llm_action.pk] for llm_action in chosen],
    }


def entry_fields(model: type[models.Model]) -> dict[str, models.Field[Any, Any]]:
    """Return the fields that an entry has, by name, those of its key first."""
    fields = {
        field.name: field
        for field in (*model._meta.concrete_fields, *model._meta.many_to_many)
        if field.editable and not field.primary_key
    }
    return {name: fields[name] for name in (*KEYS[model], *fields)}


def default_entry(model: type[models.Model]) -> Entry:
    """Return what a new object has where its entry says nothing."""
    return {
        name: [] if field.many_to_many else "" if field.is_relation else field.get_default()
        for name, field in entry_fields(model).items()
    }


def template_entry(template: PromptTemplate) -> Entry:
    """Return a template's fields."""
    return {name: getattr(template, name) for name in entry_fields(PromptTemplate)}


def action_entries(actions: Iterable[LLMAction]) -> dict[int, Entry]:
    """Return the fields of actions, by id."""
    actions = list(actions)
    paths = _page_paths({llm_action.offered_below for llm_action in actions} - {""})
    return {llm_action.pk: _action_entry(llm_action, paths) for llm_action in actions}


def _action_entry(llm_action: LLMAction, paths: Mapping[str, str]) -> Entry:
    below = llm_action.offered_below
    names = {
        "model_type": ".".join(llm_action.model_type.natural_key()),
        "prompt_template": llm_action.prompt_template.name,
        "groups": sorted(group.name for group in llm_action.groups.all()),
        # A page that is gone must not become "everywhere": no path looks like this.
        "offered_below": paths.get(below, f"#{below}") if below else "",
    }
    return {
        name: names[name] if name in names else getattr(llm_action, name)
        for name in entry_fields(LLMAction)
    }


def _page_paths(ids: Iterable[str]) -> dict[str, str]:
    pages = page_model()
    keys = []
    for text in ids:
        try:
            keys.append(pages._meta.pk.to_python(text))
        except ValidationError:
            continue
    found = pages.objects.filter(pk__in=keys).values_list("pk", "url_path")
    return {str(pk): path for pk, path in found}
