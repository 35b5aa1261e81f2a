"""Texts that were written for an object before, whatever became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count

from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.runs.open import runs_at

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from django.db import models
    from django.db.models import QuerySet

MAX_EARLIER = 50


def earlier_runs(
    user: Any, instance: models.Model, form_key: str, fields: Collection[str]
) -> QuerySet[LLMRun]:
    """Return the finished runs that wrote a text for these fields, the newest first.

    Those of all users, for whom the object is one; a form that is not saved yet has its own.
    """
    runs = runs_at(instance, form_key).filter(
        trigger__in=[LLMRun.Trigger.EDITOR, LLMRun.Trigger.BULK],
        status=LLMRun.Status.SUCCEEDED,
        field_path__in=fields,
    )
    if instance._state.adding:
        runs = runs.filter(user=user)
    # Long texts that nobody is shown here.
    deferred = runs.defer("prompt", "system_instructions", "error_detail")
    return deferred.exclude(output="").select_related("user").order_by("-queued_at")


def earlier_counts(
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
    runs = earlier_runs(user, instance, form_key, fields).exclude(pk__in=without)
    counted = runs.order_by().values_list("field_path").annotate(Count("pk"))
    return dict(counted)
