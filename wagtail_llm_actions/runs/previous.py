"""Earlier runs on an object, and their outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from django.db.models import Count
from django.db.models.functions import Left

from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.runs.pending import runs_for

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from uuid import UUID

    from django.db import models

    from wagtail_llm_actions.models.run_queryset import LLMRunQuerySet
    from wagtail_llm_actions.permissions import User

MAX_PREVIOUS = 50
MAX_PROMPT_CHARS = 2_000

CanRead: TypeAlias = "Callable[[Collection[str]], bool]"
"""Tells whether the object's form shows all these fields to the user."""


def finished_runs(
    user: User, instance: models.Model, form_key: str, can_read: CanRead
) -> LLMRunQuerySet:
    """Return the runs with a final status whose texts hold only readable fields, the newest first.

    On a saved object these are the runs of all users, on a create form the user's own.
    """
    runs = _finished(user, instance, form_key)
    return _detailed(runs, can_read).prefetch_related("attempts")


def previous_runs(
    user: User, instance: models.Model, form_key: str, can_read: CanRead
) -> LLMRunQuerySet:
    """Return the finished runs whose output can be proposed again, or was redacted, the newest first."""
    runs = _finished(user, instance, form_key).succeeded()
    return _detailed(runs.exclude(output="", redacted_at=None), can_read)


def has_finished_runs(user: User, instance: models.Model, form_key: str, can_read: CanRead) -> bool:
    """Return whether ``finished_runs`` has any."""
    kinds = _finished(user, instance, form_key).content().distinct()
    return any(can_read(LLMRun(**kind).content_fields) for kind in kinds)


def previous_counts(
    user: User,
    instance: models.Model,
    form_key: str,
    fields: Collection[str],
    can_read: CanRead,
    *,
    without: Iterable[str],
) -> dict[str, int]:
    """Count the previous texts by their ``LLMRun.field_key``, without the runs that the editor sees already."""
    if not fields:
        return {}
    runs = _with_output(_finished(user, instance, form_key)).filter(field_path__in=fields)
    counts: dict[str, int] = {}
    kinds = runs.exclude(pk__in=without).content("item_id").annotate(number=Count("pk"))
    for kind in kinds:
        number, run = kind.pop("number"), LLMRun(**kind)
        if can_read(run.content_fields):
            counts[run.field_key] = counts.get(run.field_key, 0) + number
    return counts


def prompt_beginnings(runs: Iterable[LLMRun]) -> dict[UUID, str]:
    """Return the first ``MAX_PROMPT_CHARS`` characters of each prompt, by one query."""
    found = LLMRun.objects.filter(pk__in=[run.pk for run in runs])
    return dict(found.values_list("pk", Left("prompt", MAX_PROMPT_CHARS)))


def _finished(user: User, instance: models.Model, form_key: str) -> LLMRunQuerySet:
    runs = runs_for(instance, form_key).filter(
        trigger__in=[LLMRun.Trigger.EDITOR, LLMRun.Trigger.BULK]
    )
    if instance._state.adding:
        runs = runs.filter(user=user.pk)
    return runs.finished().order_by("-queued_at")


def _with_output(runs: LLMRunQuerySet) -> LLMRunQuerySet:
    return runs.succeeded().exclude(output="")


def _detailed(runs: LLMRunQuerySet, can_read: CanRead) -> LLMRunQuerySet:
    readable = runs.with_content(lambda run: can_read(run.content_fields))
    return readable.for_editors().select_related("user")
