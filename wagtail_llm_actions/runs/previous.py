"""Earlier runs on an object, and their outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count
from django.db.models.functions import Left

from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.runs.pending import runs_for

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from uuid import UUID

    from django.db import models

    from wagtail_llm_actions.models.run import LLMRunQuerySet
    from wagtail_llm_actions.permissions import User

MAX_PREVIOUS = 50
MAX_PROMPT_CHARS = 2_000


def finished_runs(
    user: User, instance: models.Model, form_key: str, fields: Collection[str]
) -> LLMRunQuerySet:
    """Return the runs with a final status for these fields, the newest first.

    On a saved object these are the runs of all users, on a create form the user's own.
    """
    runs = runs_for(instance, form_key).filter(
        trigger__in=[LLMRun.Trigger.EDITOR, LLMRun.Trigger.BULK], field_path__in=fields
    )
    if instance._state.adding:
        runs = runs.filter(user=user.pk)
    # Long texts that are not shown here.
    deferred = runs.finished().defer("prompt", "system_instructions", "error_detail")
    return deferred.select_related("user").order_by("-queued_at")


def previous_runs(
    user: User, instance: models.Model, form_key: str, fields: Collection[str]
) -> LLMRunQuerySet:
    """Return the finished runs whose output can be proposed again."""
    runs = finished_runs(user, instance, form_key, fields)
    return runs.succeeded().exclude(output="")


def previous_counts(
    user: User,
    instance: models.Model,
    form_key: str,
    fields: Collection[str],
    *,
    without: Iterable[str],
) -> dict[str, int]:
    """Count the previous texts of each field, without the runs that the editor sees already."""
    if not fields:
        return {}
    runs = previous_runs(user, instance, form_key, fields).exclude(pk__in=without)
    counted = runs.order_by().values_list("field_path").annotate(Count("pk"))
    return dict(counted)


def prompt_beginnings(runs: Iterable[LLMRun]) -> dict[UUID, str]:
    """Return the first ``MAX_PROMPT_CHARS`` characters of each prompt, by one query."""
    found = LLMRun.objects.filter(pk__in=[run.pk for run in runs])
    return dict(found.values_list("pk", Left("prompt", MAX_PROMPT_CHARS)))
