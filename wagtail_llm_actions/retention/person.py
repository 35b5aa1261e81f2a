"""What is stored about a person, and how their name is taken away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Q
from django.forms.models import model_to_dict
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from wagtail.models import ModelLogEntry, PageLogEntry

from wagtail_llm_actions.models import LLMBudget, LLMRun
from wagtail_llm_actions.models.run_queryset import NO_TEXTS
from wagtail_llm_actions.retention.erasures import PersonErasure
from wagtail_llm_actions.retention.prune import prune
from wagtail_llm_actions.runs.audit_log import ACCEPTED, TAKEN_BACK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Field, Model

    from wagtail_llm_actions.permissions import User

APP = "wagtail_llm_actions"


class PersonalTable(NamedTuple):
    """The rows of a table that name a person."""

    name: str
    """Of its model, for programs."""
    label: str
    """For people."""
    rows: Iterator[dict[str, Any]]
    """Of plain values."""


def personal_data(user: User) -> Iterator[PersonalTable]:
    """Yield the tables that name a person.

    A redacted run has no texts, not even empty ones: ``redacted_at`` says when they were emptied.
    """
    for field in _fields_of_users():
        model: Any = field.model
        rows = model._default_manager.filter(**{field.name: user.pk}).order_by("pk")
        label = capfirst(str(model._meta.verbose_name_plural))
        values = map(_values, rows.iterator(chunk_size=500))
        yield PersonalTable(model._meta.model_name, label, values)
    yield PersonalTable("log_entries", _("Log entries"), map(_values, _log_entries(user)))


def anonymise(user: User) -> int:
    """Take a person's name away from everything, and their words from their runs; return how many runs.

    Wagtail's own log goes on naming them, as it is no part of this package, and so do their budgets.
    The texts of runs that are under way are emptied when these have ended.
    """
    erasure, counts = PersonErasure(str(user.pk)), list[int]()
    prune([erasure], progress=lambda _work, count: counts.append(count))
    erasure.remember()
    for field in _fields_of_users():
        # A budget of nobody would be one of the whole site.
        if getattr(field.remote_field, "on_delete", None) is models.SET_NULL:
            rows = field.model._default_manager.filter(**{field.name: user.pk})
            rows.update(**{field.name: None})
    return sum(counts)


def _fields_of_users() -> Iterator[Field[Any, Any]]:
    """Yield the foreign keys to users, of all tables of this package."""
    for model in apps.get_app_config(APP).get_models():
        for field in model._meta.concrete_fields:
            if field.related_model is get_user_model():
                yield field


def _log_entries(user: User) -> Iterator[Model]:
    """Yield the entries of Wagtail's log about texts of models, and about our own objects."""
    ours = Q(action__in=[ACCEPTED, TAKEN_BACK]) | Q(content_type__app_label=APP)
    for model in (PageLogEntry, ModelLogEntry):
        yield from model.objects.filter(ours, user=user).order_by("timestamp").iterator()


def _values(row: Model) -> dict[str, Any]:
    values = {field.attname: field.value_from_object(row) for field in row._meta.concrete_fields}
    if isinstance(row, LLMRun):
        if row.redacted_at:
            values = {name: value for name, value in values.items() if name not in NO_TEXTS}
        values["attempts"] = [model_to_dict(attempt) for attempt in row.attempts.all()]
    elif isinstance(row, LLMBudget):
        values["periods"] = [model_to_dict(period) for period in row.periods.order_by("starts_on")]
    return values
