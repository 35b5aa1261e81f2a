"""Runs that were made for an object before, and the texts they wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count
from django.db.models.functions import Left

from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.runs.pending import runs_for

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from uuid import UUID

    from django.db import models
    from django.db.models import QuerySet

MAX_PREVIOUS = 50
MAX_PROMPT_CHARS = 2_000


def finished_runs(
    user: Any, instance: models.Model, form_key: str, fields: Collection[str]
) -> QuerySet[LLMRun]:
    """Return the finished runs for these fields, whatever came of them, the newest first.

    Those of all users, for whom the object is one; a form that is not saved yet has its own.
    """
    runs = runs_for(instance, form_key).filter(
        trigger__in=[LLMRun.Trigger.EDITOR, LLMRun.Trigger.BULK], field_path__in=fields
    )
    if instance._state.adding:
        runs = runs.filter(user=user)
    # Long texts that nobody is shown here.
    deferred = runs.defer("prompt", "system_instructions", "error_detail")
    finished = deferred.exclude(status__in=LLMRun.UNFINISHED)
    return finished.select_related("user").order_by("-queued_at")


def previous_runs(
    user: Any, instance: models.Model, form_key: str, fields: Collection[str]
) -> QuerySet[LLMRun]:
    """Return those of the finished runs that wrote a text which can be proposed again."""
    runs = finished_runs(user, instance, form_key, fields)
    return runs.filter(status=LLMRun.Status.SUCCEEDED).exclude(output="")


def previous_counts(
    user: Any,
    instance: models.Model,
    form_key: str,
    fields: Collection[str],
    *,
    without: Iterable[str],
) -> dict[str, int]:
    """Return how many texts each of these fields has; those ``without`` stand before the editor."""
    if not fields:
        return {}
    runs = previous_runs(user, instance, form_key, fields).exclude(pk__in=without)
    counted = runs.order_by().values_list("field_path").annotate(Count("pk"))
    return dict(counted)


def prompt_beginnings(runs: Iterable[LLMRun]) -> dict[UUID, str]:
    """Return the first ``MAX_PROMPT_CHARS`` characters of what each run sent, by one query."""
    found = LLMRun.objects.filter(pk__in=[run.pk for run in runs])
    return dict(found.values_list("pk", Left("prompt", MAX_PROMPT_CHARS)))
