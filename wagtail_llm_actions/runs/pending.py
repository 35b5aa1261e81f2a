"""Runs that wait for their editor: unfinished, or with a proposal that nobody decided on."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.utils import timezone

from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.runs.candidates import in_order
from wagtail_llm_actions.runs.lifecycle.recovery import recover_throttled

if TYPE_CHECKING:
    from django.db import models
    from django.db.models import QuerySet

KEPT = timedelta(days=7)
MAX_RUNS = 50


def pending_runs(user: Any, instance: models.Model, form_key: str) -> list[LLMRun]:
    """Return what waits for a user on an object or an unsaved form, the newest of each field.

    That are their own runs, and the texts of bulk runs, which are for everybody who may edit the
    object and wait as long as it takes. Of several candidates all are returned, one behind the
    other, also those that failed.
    """
    own = Q(user=user, trigger=LLMRun.Trigger.EDITOR, queued_at__gt=timezone.now() - KEPT)
    bulk = Q(trigger=LLMRun.Trigger.BULK, status=LLMRun.Status.SUCCEEDED)
    recover_throttled()
    runs = runs_for(instance, form_key).filter(own | bulk).order_by("-queued_at")[:MAX_RUNS]
    newest: dict[str, list[LLMRun]] = {}
    for run in runs:
        candidates = newest.setdefault(run.field_path, [])
        if not candidates or (
            run.candidate_group and run.candidate_group == candidates[0].candidate_group
        ):
            candidates.append(run)
    found: list[LLMRun] = []
    for candidates in newest.values():
        if _is_open(candidates):
            found += in_order(candidates)
    return found


def runs_for(instance: models.Model, form_key: str) -> QuerySet[LLMRun]:
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


def attach_to_object(user: Any, instance: models.Model, form_key: str) -> None:
    """Give the runs that were started on a create form the object that came out of it."""
    if not form_key:
        return
    LLMRun.objects.filter(
        user=user,
        form_key=form_key,
        target_object_id=None,
        target_content_type=ContentType.objects.get_for_model(type(instance)),
    ).update(target_object_id=str(instance.pk), target_label=str(instance)[:255])


def _is_open(candidates: list[LLMRun]) -> bool:
    # A decision on one is a decision on all, also on one that was too late to be cancelled.
    if any(run.decision != LLMRun.Decision.NONE for run in candidates):
        return False
    return any(not run.is_final or run.status == LLMRun.Status.SUCCEEDED for run in candidates)
