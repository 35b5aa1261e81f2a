"""Earlier runs on an object, and their outputs."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.db.models.functions import Left

from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.runs.pending import runs_for

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from uuid import UUID

    from django.db import models

    from wagtail_llm_actions.models.run import LLMRunQuerySet
    from wagtail_llm_actions.permissions import User

MAX_PREVIOUS = 50
MAX_PROMPT_CHARS = 2_000
CHUNK = 100


def finished_runs(
    user: User, instance: models.Model, form_key: str, readable: Collection[str]
) -> Iterator[LLMRun]:
    """Yield the runs with a final status whose texts hold only readable fields, the newest first.

    On a saved object these are the runs of all users, on a create form the user's own.
    """
    runs = _detailed(_finished(user, instance, form_key).prefetch_related("attempts"))
    return _readable(runs, readable)


def previous_runs(
    user: User, instance: models.Model, form_key: str, readable: Collection[str]
) -> Iterator[LLMRun]:
    """Yield the finished runs whose output can be proposed again, the newest first."""
    return _readable(_detailed(_with_output(_finished(user, instance, form_key))), readable)


def has_finished_runs(
    user: User, instance: models.Model, form_key: str, readable: Collection[str]
) -> bool:
    """Return whether ``finished_runs`` yields any."""
    return any(_readable(_finished(user, instance, form_key).only(*_ACCESS), readable))


def previous_counts(
    user: User,
    instance: models.Model,
    form_key: str,
    fields: Collection[str],
    readable: Collection[str],
    *,
    without: Iterable[str],
) -> dict[str, int]:
    """Count the previous texts of each field, without the runs that the editor sees already."""
    if not fields:
        return {}
    runs = _with_output(_finished(user, instance, form_key)).filter(field_path__in=fields)
    found = _readable(runs.exclude(pk__in=without).only(*_ACCESS), readable)
    return dict(Counter(run.field_path for run in found))


def prompt_beginnings(runs: Iterable[LLMRun]) -> dict[UUID, str]:
    """Return the first ``MAX_PROMPT_CHARS`` characters of each prompt, by one query."""
    found = LLMRun.objects.filter(pk__in=[run.pk for run in runs])
    return dict(found.values_list("pk", Left("prompt", MAX_PROMPT_CHARS)))


_ACCESS = ("trigger", "source_path", "field_path", "read_fields")
"""What ``content_fields`` needs."""


def _finished(user: User, instance: models.Model, form_key: str) -> LLMRunQuerySet:
    runs = runs_for(instance, form_key).filter(
        trigger__in=[LLMRun.Trigger.EDITOR, LLMRun.Trigger.BULK]
    )
    if instance._state.adding:
        runs = runs.filter(user=user.pk)
    return runs.finished().order_by("-queued_at")


def _with_output(runs: LLMRunQuerySet) -> LLMRunQuerySet:
    return runs.succeeded().exclude(output="")


def _detailed(runs: LLMRunQuerySet) -> LLMRunQuerySet:
    # Long texts that are not shown here.
    return runs.defer(
        "prompt", "system_instructions", "fallback_request", "error_detail"
    ).select_related("user")


def _readable(runs: LLMRunQuerySet, readable: Collection[str]) -> Iterator[LLMRun]:
    # Not all databases can compare lists in JSON.
    return (run for run in runs.iterator(CHUNK) if run.content_fields <= set(readable))
