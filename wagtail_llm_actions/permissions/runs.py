"""Permission to follow a run, and to edit what it was made for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.contenttypes.models import ContentType

from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.permissions.editing import (
    can_edit,
    has_edit_permission,
    has_model_permission,
)
from wagtail_llm_actions.permissions.policies import can_test_actions

if TYPE_CHECKING:
    from wagtail_llm_actions.permissions import User


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
    model = ContentType.objects.get_for_id(run.target_content_type_id).model_class()
    return model is not None and has_model_permission(user, model)
