"""Permission to edit an object, with and without its locks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wagtail.models import AbstractPage, LockableMixin

from wagtail_llm_actions.compat import permission_policy_for

if TYPE_CHECKING:
    from django.db import models

    from wagtail_llm_actions.permissions import User


def can_edit(user: User, instance: models.Model, parent: AbstractPage | None = None) -> bool:
    """Return whether the user may edit the object now, locks included.

    Args:
        user: Whoever asks.
        instance: Unsaved on a create form.
        parent: The page that a new page will be created under.
    """
    return has_edit_permission(user, instance, parent) and not is_locked_for(user, instance)


def has_edit_permission(
    user: User, instance: models.Model, parent: AbstractPage | None = None
) -> bool:
    """Return whether the user has permission to edit the object, locks aside.

    The arguments are those of ``can_edit``.
    """
    if isinstance(instance, AbstractPage):
        if parent is not None:
            return bool(parent.permissions_for_user(user).can_add_subpage())
        return bool(instance.permissions_for_user(user).can_edit())
    policy = permission_policy_for(type(instance))
    if instance._state.adding:
        return bool(policy.user_has_permission(user, "add"))
    return bool(policy.user_has_permission_for_instance(user, "change", instance))


def has_model_permission(user: User, model: type[models.Model]) -> bool:
    """Return whether the user has permission to add or edit any object of a model."""
    policy = permission_policy_for(model)
    return bool(policy.user_has_any_permission(user, ("add", "change")))


def is_locked_for(user: User, instance: models.Model) -> bool:
    """Return whether the object is locked for this user. Locks block saving, not viewing."""
    # As Wagtail's edit view: `get_lock` of DraftStateMixin and of WorkflowMixin needs LockableMixin.
    if instance._state.adding or not isinstance(instance, LockableMixin):
        return False
    lock = instance.get_lock()
    return bool(lock and lock.for_user(user))
