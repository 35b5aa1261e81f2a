"""What entries refer to by name, as this site has it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType

from wagtail_llm_actions.compat import page_model
from wagtail_llm_actions.configuration.target_models import target_models
from wagtail_llm_actions.models import LLMAction, PromptTemplate
from wagtail_llm_actions.transfer.entries import (
    KEYS,
    Entry,
    action_entries,
    entry_fields,
    template_entry,
)

if TYPE_CHECKING:
    from django.db import models


class Here:
    """Reads each kind of object once."""

    @cached_property
    def types(self) -> dict[str, ContentType]:
        """The page and snippet types that actions can be defined for."""
        types = ContentType.objects.get_for_models(*target_models()).values()
        return {".".join(content_type.natural_key()): content_type for content_type in types}

    @cached_property
    def groups(self) -> dict[str, Group]:
        """Groups by name."""
        return {group.name: group for group in Group.objects.all()}

    @cached_property
    def templates(self) -> dict[str, PromptTemplate]:
        """Templates by name."""
        return {template.name: template for template in PromptTemplate.objects.all()}

    @cached_property
    def existing(self) -> dict[tuple[Any, ...], tuple[models.Model, Entry]]:
        """Every action and template with its entry, by model and natural key."""
        found: dict[tuple[Any, ...], tuple[models.Model, Entry]] = {}
        for template in self.templates.values():
            entry = template_entry(template)
            found[natural_key(PromptTemplate, entry)] = (template, entry)
        actions = {
            llm_action.pk: llm_action
            for llm_action in LLMAction.objects.select_related("model_type", "prompt_template")
        }
        for pk, entry in action_entries(actions.values()).items():
            found[natural_key(LLMAction, entry)] = (actions[pk], entry)
        return found

    def page_id(self, path: str) -> str | None:
        """Return the id of the one page at a path; ``None`` where there is none, or several."""
        if path not in self._pages:
            found = page_model().objects.filter(url_path=path).values_list("pk", flat=True)[:2]
            self._pages[path] = str(found[0]) if len(found) == 1 else None
        return self._pages[path]

    def fill(self, instance: models.Model, entry: Entry) -> None:
        """Put an entry's values into an object; what is not here yet stays empty."""
        for name, field in entry_fields(type(instance)).items():
            if not field.is_relation and name != "offered_below":
                setattr(instance, name, entry[name])
        if isinstance(instance, LLMAction):
            path = entry["offered_below"]
            instance.offered_below = (self.page_id(path) or "") if path else ""
            instance.model_type = self.types[entry["model_type"]]
            if template := self.templates.get(entry["prompt_template"]):
                instance.prompt_template = template
            instance.groups.set([self.groups[name] for name in entry["groups"]])

    @cached_property
    def _pages(self) -> dict[str, str | None]:
        return {}


def natural_key(model: type[models.Model], entry: Entry) -> tuple[Any, ...]:
    """Return what is the same on every site."""
    return (model, *(entry[name] for name in KEYS[model]))
