"""Runs that wait for their editor: unfinished, or with a proposal that nobody decided on."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.utils import timezone

from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.runs.recover import recover_run

if TYPE_CHECKING:
    from django.db import models
    from django.db.models import QuerySet

KEPT = timedelta(days=7)
MAX_RUNS = 50


def open_runs(user: Any, instance: models.Model, form_key: str) -> list[LLMRun]:
    """Return the user's open runs on an object or an unsaved form, the newest of each field."""
    runs = (
        runs_at(instance, form_key)
        .filter(
            user=user,
            trigger=LLMRun.Trigger.EDITOR,
            queued_at__gt=timezone.now() - KEPT,
        )
        .order_by("-queued_at")[:MAX_RUNS]
    )
    newest: dict[str, LLMRun] = {}
    for run in runs:
        newest.setdefault(run.field_path, run)
    for run in newest.values():
        recover_run(run)
    return [run for run in newest.values() if _is_open(run)]


def runs_at(instance: models.Model, form_key: str) -> QuerySet[LLMRun]:
    """Return the runs on an object or, where it is not saved yet, on its form."""
    if not instance._state.adding:
        place = Q(target_object_id=str(instance.pk))
    elif form_key:
        place = Q(target_object_id=None, form_key=form_key)
    else:
        return LLMRun.objects.none()
    return LLMRun.objects.filter(
        place, target_content_type=ContentType.objects.get_for_model(type(instance))
    )


def attach_runs(user: Any, instance: models.Model, form_key: str) -> None:
    """Give the runs that were started on a create form the object that came out of it."""
    if not form_key:
        return
    LLMRun.objects.filter(
        user=user,
        form_key=form_key,
        target_object_id=None,
        target_content_type=ContentType.objects.get_for_model(type(instance)),
    ).update(target_object_id=str(instance.pk), target_label=str(instance)[:255])


def _is_open(run: LLMRun) -> bool:
    if not run.is_final:
        return True
    return run.status == LLMRun.Status.SUCCEEDED and run.decision == LLMRun.Decision.NONE
