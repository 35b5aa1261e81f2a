"""Compare a file with the objects of this site, and write the differences."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import IntegrityError, transaction
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from wagtail_llm_actions.configuration.warnings import model_warnings
from wagtail_llm_actions.models import LLMAction, PromptTemplate
from wagtail_llm_actions.transfer.fixture import MODELS, TransferError, fields_of, serialize
from wagtail_llm_actions.transfer.validation import check, field_label, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db import models

    from wagtail_llm_actions.permissions import User
    from wagtail_llm_actions.transfer.fixture import Entry

    Model = type[models.Model]
    Values = dict[str, Any]


PART = 50
"""Of an import outside the request: what it writes in one transaction, which SQLite gives to one only."""


class Change(NamedTuple):
    """The label of a field, and its values as people read them."""

    label: str
    old: str
    new: str


class Write(NamedTuple):
    """An object to save; ``instance`` has the values of the file already."""

    name: str
    is_new: bool
    changes: list[Change]
    instance: Any
    entry: Entry


@dataclass(kw_only=True, slots=True)
class ImportPlan:
    """What an import would write; with problems it writes nothing, and it never deletes."""

    entries: list[Entry]
    writes: list[Write] = field(default_factory=list)
    unchanged: int = 0
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def is_ready(self) -> bool:
        """Whether there is something to write, and no problem."""
        return bool(self.writes) and not self.problems

    @property
    def counts(self) -> dict[str, int]:
        """How many objects are created and changed."""
        created = sum(write.is_new for write in self.writes)
        return {"created": created, "changed": len(self.writes) - created}

    @property
    def fingerprint(self) -> str:
        """A hash of what people see: plans that look the same write the same."""
        shown = [write[:3] for write in self.writes]
        return hashlib.sha256(repr(shown).encode()).hexdigest()

    def parts(self) -> Iterator[ImportPlan]:
        """Yield plans of up to ``PART`` writes each, to be applied in this order."""
        for start in range(0, len(self.writes), PART):
            writes = self.writes[start : start + PART]
            yield ImportPlan(entries=[write.entry for write in writes], writes=writes)


def plan_import(entries: list[Entry]) -> ImportPlan:
    """Compare a file with this site, and check that it fits. Nothing is written."""
    plan = ImportPlan(entries=entries)
    templates: dict[str, PromptTemplate] = {}
    seen: set[str] = set()
    for entry in sorted(entries, key=lambda entry: list(MODELS).index(entry["model"])):
        model, values = MODELS[entry["model"]], entry["fields"]
        name = _describe(model, values)
        try:
            write = _plan_write(model, entry, name, templates)
        except ValidationError as error:
            plan.problems += [f"{name}: {message}" for message in error.messages]
            continue
        if name in seen:
            plan.problems.append(_("%(name)s: It is in the file twice.") % {"name": name})
        seen.add(name)
        if not write.changes:
            plan.unchanged += 1
            continue
        plan.writes.append(write)
        if model is LLMAction:
            plan.warnings += [f"{name}: {text}" for text in model_warnings(write.instance)]
    # What is new comes first; new templates stay before the actions that refer to them.
    plan.writes.sort(key=lambda write: not write.is_new)
    return plan


def apply_import(plan: ImportPlan, user: User | None = None) -> None:
    """Write a plan in one transaction, with a revision and a log entry for each object.

    Args:
        plan: The plan as it was shown.
        user: Named in revisions and log entries; ``None`` for the system.

    Raises:
        TransferError: The plan has problems, or this site has changed since it was made.
    """
    if plan.problems:
        raise TransferError(_("Nothing was imported, because the file has problems."))
    outdated = TransferError(_("Something here has changed since, so nothing was imported."))
    try:
        with transaction.atomic():
            current = plan_import(plan.entries)
            if current.fingerprint != plan.fingerprint:
                raise outdated
            for write in current.writes:
                write.instance.save()
                action = "wagtail.create" if write.is_new else "wagtail.edit"
                revision = write.instance.save_revision(user=user)
                log(write.instance, action, user=user, revision=revision, content_changed=True)
    except IntegrityError:
        # Another request created the same object in the same moment.
        raise outdated from None


def _plan_write(
    model: Model, entry: Entry, name: str, templates: dict[str, PromptTemplate]
) -> Write:
    """Plan one entry; ``templates`` are those of the file, which may not be saved yet.

    Raises:
        ValidationError: With a sentence for each problem.
    """
    values: Values = entry["fields"]
    resolved, problems = resolve(model, values, templates)
    groups = resolved.pop("groups", None)
    instance: Any = model(**resolved)
    before: Values = {}
    try:
        manager: Any = model._default_manager
        instance = manager.get_by_natural_key(*instance.natural_key())
        before = serialize([instance])[0]["fields"]
        for each, value in resolved.items():
            setattr(instance, each, value)
    except ObjectDoesNotExist:
        pass  # It is new, or so incomplete that it has no natural key.
    if groups is not None:
        values = values | {"groups": sorted(values["groups"])}
        instance.groups.set(groups)
    if isinstance(instance, PromptTemplate):
        templates[instance.name] = instance
    changes = list(_changes(model, before, values))
    if changes or problems:
        check(instance, problems)
    return Write(name, not before, changes, instance, entry)


def _changes(model: Model, before: Values, values: Values) -> Iterator[Change]:
    """Yield the fields that differ; of a new object, those that have a value."""
    for name, each in fields_of(model).items():
        old, new = before.get(name, ""), values.get(name)
        if name in values and new != old and (before or new != []):
            texts = dict(each.flatchoices)
            old, new = (texts.get(str(value), value) for value in (old, new))
            yield Change(field_label(each), _text(old), _text(new))


def _describe(model: Model, values: Values) -> str:
    name = values.get("label" if model is LLMAction else "name", "")
    described = _("%(kind)s “%(name)s”") % {
        "kind": capfirst(model._meta.verbose_name),
        "name": name,
    }
    if model is LLMAction:
        described += f" ({_text(values.get('model_type', ''))}, {values.get('destination', '')})"
    return described


def _text(value: object) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return (", " if value and isinstance(value[0], list) else ".").join(map(_text, value))
    return str(value)
