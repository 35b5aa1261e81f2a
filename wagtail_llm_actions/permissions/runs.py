"""Permission to follow a run and to read its output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.permissions.editing import can_edit, has_edit_permission

if TYPE_CHECKING:
    from wagtail_llm_actions.permissions import User


def can_follow(user: User, run: LLMRun) -> bool:
    """Return whether the user may poll, cancel and decide on a run.

    That is the user who started it and, for a bulk run, anyone who may edit the object.
    """
    if run.user_id is not None and run.user_id == user.pk:
        return True
    is_bulk = run.trigger == LLMRun.Trigger.BULK
    return is_bulk and run.target is not None and can_edit(user, run.target)


def can_view_output(user: User, run: LLMRun) -> bool:
    """Return whether the user may read a run's output: it takes permission to edit its object.

    Where the object is not saved yet, or was deleted, whoever may follow the run may read it.
    """
    target = run.target
    return can_follow(user, run) if target is None else has_edit_permission(user, target)
