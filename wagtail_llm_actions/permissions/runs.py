"""Permission to follow a run, to edit what it was made for, and to find it in the history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q

from wagtail_llm_actions.compat import permission_policy_for
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.permissions.editing import (
    can_edit,
    has_edit_permission,
    has_model_permission,
)
from wagtail_llm_actions.permissions.policies import (
    can_test_actions,
    can_view_all_runs,
    can_view_runs,
)

if TYPE_CHECKING:
    from wagtail_llm_actions.models.run_queryset import LLMRunQuerySet
    from wagtail_llm_actions.permissions import User


def viewable_runs(user: User) -> LLMRunQuerySet:
    """Return the runs that the history lists to a user: all, or those on what they may edit."""
    runs = LLMRun.objects.order_by()
    if can_view_all_runs(user):
        return runs
    if not can_view_runs(user):
        return runs.none()
    # Of objects that are not saved yet.
    found = Q(user=user.pk, target_object_id=None)
    used = ContentType.objects.filter(pk__in=runs.values("target_content_type").distinct())
    for content_type in used:
        model = content_type.model_class()
        if model is None:
            continue
        # Primary keys of any kind are stored as text, so that the databases cannot compare them.
        of_type = runs.filter(target_content_type=content_type).exclude(target_object_id=None)
        ids = of_type.values_list("target_object_id", flat=True).distinct()
        policy = permission_policy_for(model)
        editable = policy.instances_user_has_permission_for(user, "change")
        known = editable.filter(pk__in=list(ids)).values_list("pk", flat=True)
        found |= Q(target_content_type=content_type, target_object_id__in=[str(pk) for pk in known])
    return runs.filter(found)


def can_follow(user: User, run: LLMRun) -> bool:
    """Return whether the user may poll, cancel and decide on a run.

    That is the user who started it, of a test while they may test actions, and, for a bulk run,
    anyone who may edit the object.
    """
    if run.user_id is not None and run.user_id == user.pk:
        return run.trigger != LLMRun.Trigger.TEST or can_test_actions(user)
    is_bulk = run.trigger == LLMRun.Trigger.BULK
    return is_bulk and run.target is not None and can_edit(user, run.target)


def can_edit_target(user: User, run: LLMRun) -> bool:
    """Return whether the user has permission to edit the object of a run, locks aside.

    Where the object is not saved yet, or was deleted, it takes permission to edit or add any object
    of its model, and being the one who may follow the run.
    """
    if run.target is not None:
        return has_edit_permission(user, run.target)
    if not can_follow(user, run):
        return False
    if run.trigger == LLMRun.Trigger.TEST:
        return True
    model = run.target_model
    return model is not None and has_model_permission(user, model)
