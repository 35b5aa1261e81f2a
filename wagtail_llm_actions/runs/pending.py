"""Pending runs: unfinished, or with a proposal that nobody has decided on."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Case, Q, Value, When
from django.utils import timezone

from wagtail_llm_actions.compat import content_type_of
from wagtail_llm_actions.models import LLMRun, RetentionMode
from wagtail_llm_actions.runs.candidates import in_order
from wagtail_llm_actions.runs.lifecycle.recovery import recover_throttled
from wagtail_llm_actions.runs.request.variables import title
from wagtail_llm_actions.runs.unstored import has_lost_text, restore

if TYPE_CHECKING:
    from django.db import models

    from wagtail_llm_actions.models.run_queryset import LLMRunQuerySet
    from wagtail_llm_actions.permissions import User

MAX_AGE = timedelta(days=7)
"""Of a user's own runs; older proposals are found among the previous texts."""
MAX_RUNS = 50


def pending_runs(user: User, instance: models.Model, form_key: str) -> list[LLMRun]:
    """Return the pending runs that a form shows to a user: the newest click of each field or item.

    These are the user's own runs of the last 7 days, and undecided bulk proposals, which any editor
    of the object may decide and which never expire. All candidates of a click are returned, in
    their order, the failed ones too.
    """
    own = Q(user=user, trigger=LLMRun.Trigger.EDITOR, queued_at__gt=timezone.now() - MAX_AGE)
    bulk = Q(trigger=LLMRun.Trigger.BULK, status=LLMRun.Status.SUCCEEDED)
    recover_throttled()
    runs = runs_for(instance, form_key).filter(own | bulk).for_editors().select_related("user")
    latest = list(runs.order_by("-queued_at")[:MAX_RUNS])
    restore(latest)
    newest: dict[str, list[LLMRun]] = {}
    for run in latest:
        candidates = newest.setdefault(run.field_key, [])
        if not candidates or (
            run.candidate_group and run.candidate_group == candidates[0].candidate_group
        ):
            candidates.append(run)
    found: list[LLMRun] = []
    for candidates in newest.values():
        if _is_pending(candidates):
            found += in_order(candidates)
    return found


def runs_for(instance: models.Model, form_key: str) -> LLMRunQuerySet:
    """Return the runs on an object or, where it is not saved yet, on its create form."""
    if not instance._state.adding:
        return LLMRun.objects.on_object(instance)
    if not form_key:
        return LLMRun.objects.none()
    return _on_create_form(type(instance), form_key)


def attach_to_object(user: User, instance: models.Model, form_key: str) -> None:
    """Point the user's runs on a create form to the object that the form has created."""
    if form_key:
        unstored = When(retention_mode=RetentionMode.NOTHING, then=Value(""))
        _on_create_form(type(instance), form_key).filter(user=user.pk).update(
            target_object_id=str(instance.pk),
            target_label=Case(unstored, default=Value(title(instance)[:255])),
        )


def _on_create_form(model: type[models.Model], form_key: str) -> LLMRunQuerySet:
    content_type = content_type_of(model)
    return LLMRun.objects.of_form(form_key).filter(
        target_object_id=None, target_content_type=content_type
    )


def _is_pending(candidates: list[LLMRun]) -> bool:
    # A decision counts for all candidates, also for one that finished before it was cancelled.
    if any(run.decision != LLMRun.Decision.NONE for run in candidates):
        return False
    return any(
        not run.is_final or (run.status == LLMRun.Status.SUCCEEDED and not has_lost_text(run))
        for run in candidates
    )
