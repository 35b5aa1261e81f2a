"""What an import would do, before it does anything."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from wagtail_llm_actions.models import LLMAction
from wagtail_llm_actions.transfer.entries import (
    KEYS,
    LISTS,
    default_entry,
    entry_fields,
)
from wagtail_llm_actions.transfer.target_site import Here, natural_key
from wagtail_llm_actions.transfer.validation import (
    describe,
    field_label,
    model_warnings,
    reference_problems,
    shape_problems,
    validation_problems,
    value_problems,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.db import models

    from wagtail_llm_actions.transfer.entries import Entry


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A field before and after; before is ``None`` for what is new."""

    name: str
    label: str
    old: Any
    new: Any
    old_text: str
    new_text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """An action or template of the file, and what happens to it."""

    model: type[models.Model]
    name: str
    pk: Any
    entry: Entry
    changes: tuple[Change, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportPlan:
    """Nothing is deleted, and nothing is written while there are problems."""

    data: Any
    created: tuple[Planned, ...] = ()
    changed: tuple[Planned, ...] = ()
    unchanged: tuple[Planned, ...] = ()
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def is_ready(self) -> bool:
        """Whether there is something to do, and no problem with it."""
        return bool(self.created or self.changed) and not self.problems

    @property
    def fingerprint(self) -> str:
        """The same for two plans that would write the same over the same."""
        writes = [
            (item.pk, item.entry, [(change.name, change.old) for change in item.changes])
            for item in (*self.created, *self.changed)
        ]
        return hashlib.sha256(json.dumps(writes, default=str).encode()).hexdigest()


def plan_import(data: Any) -> ImportPlan:
    """Compare an export with what is here, and check all that would be written."""
    if problems := tuple(shape_problems(data)):
        return ImportPlan(data=data, problems=problems)
    planner = _Planner(data)
    for name, model in LISTS.items():
        for number, entry in enumerate(data[name], start=1):
            planner.add(model, entry, describe(model, entry, number))
    return ImportPlan(
        data=data,
        created=tuple(planner.created),
        changed=tuple(planner.changed),
        unchanged=tuple(planner.unchanged),
        problems=tuple(planner.problems),
        warnings=tuple(planner.warnings),
    )


class _Planner:
    def __init__(self, data: Any) -> None:
        self.created: list[Planned] = []
        self.changed: list[Planned] = []
        self.unchanged: list[Planned] = []
        self.problems: list[str] = []
        self.warnings: list[str] = []
        self._here = Here()
        names = [entry.get("name") for entry in data["prompt_templates"]]
        self._templates = {*self._here.templates, *filter(_is_name, names)}
        self._seen: set[Any] = set()

    def add(self, model: type[models.Model], entry: Entry, name: str) -> None:
        """Find out what happens to one entry."""
        if self._report(name, value_problems(model, entry)):
            return
        key = natural_key(model, entry)
        if key in self._seen:
            self._report(name, [_("It stands in the file twice.")])
            return
        self._seen.add(key)
        existing, before = self._here.existing.get(key, (None, default_entry(model)))
        entry = before | entry
        if "groups" in entry:
            entry["groups"] = sorted(entry["groups"])
        changes = tuple(_changes(model, before if existing else None, entry))
        pk = existing.pk if existing else None
        planned = Planned(model=model, name=name, pk=pk, entry=entry, changes=changes)
        if existing and not changes:
            self.unchanged.append(planned)
        elif not self._report(name, self._problems(existing or model(), entry)):
            (self.changed if existing else self.created).append(planned)
            if model is LLMAction:
                self.warnings += [f"{name}: {sentence}" for sentence in model_warnings(entry)]

    def _problems(self, instance: models.Model, entry: Entry) -> Iterator[str]:
        exclude = []
        if isinstance(instance, LLMAction):
            problems = list(reference_problems(entry, self._here, self._templates))
            yield from problems
            if problems:
                return
            if entry["prompt_template"] not in self._here.templates:
                exclude.append("prompt_template")
        self._here.fill(instance, entry)
        yield from validation_problems(instance, exclude=exclude)

    def _report(self, name: str, sentences: Iterable[str]) -> bool:
        found = [f"{name}: {sentence}" for sentence in sentences]
        self.problems += found
        return bool(found)


def _is_name(name: object) -> bool:
    return isinstance(name, str) and bool(name)


def _changes(model: type[models.Model], before: Entry | None, after: Entry) -> Iterator[Change]:
    """List what differs; of something new, all that it holds besides its key."""
    for name, field in entry_fields(model).items():
        old, new = before[name] if before else None, after[name]
        if old == new or (before is None and (name in KEYS[model] or new in ("", []))):
            continue
        yield Change(
            name=name,
            label=field_label(field),
            old=old,
            new=new,
            old_text="" if old is None else _text(field, old),
            new_text=_text(field, new),
        )


def _text(field: models.Field[Any, Any], value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return ", ".join(value)
    return str(dict(field.flatchoices).get(value, value))
