"""Permission to edit an object, with and without its locks."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from django.contrib.contenttypes.models import ContentType
from wagtail.models import (
    AbstractPage,
    DraftStateMixin,
    LockableMixin,
    Revision,
    RevisionMixin,
    WorkflowMixin,
    WorkflowState,
)

from wagtail_llm_actions.compat import permission_policy_for
from wagtail_llm_actions.database.prepared_query import Parameter, PreparedQuery

if TYPE_CHECKING:
    from django.db import models
    from django.db.models import QuerySet

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
    _skip_lock_queries(instance)
    lock = instance.get_lock()
    return bool(lock and lock.for_user(user))


def _skip_lock_queries(instance: Any) -> None:
    """Let ``get_lock`` know where an object is in no workflow and is not scheduled: most are not.

    It looks there first, and then asks by queries that cost ten times as much.
    """
    model = type(instance)
    if not issubclass(model, RevisionMixin):
        return
    key = {"type_id": instance.get_base_content_type().pk, "key": str(instance.pk)}
    if (
        issubclass(model, DraftStateMixin)
        and inspect.getattr_static(model, "scheduled_revision") is _SCHEDULED_REVISION
        and not _SCHEDULED.rows(**key)
    ):
        instance.scheduled_revision = None
    if (
        issubclass(model, WorkflowMixin)
        and inspect.getattr_static(model, "workflow_states") is _WORKFLOW_STATES
        and not _IN_WORKFLOW.rows(**key)
    ):
        instance._current_workflow_states = []


_SCHEDULED_REVISION = inspect.getattr_static(DraftStateMixin, "scheduled_revision")
_WORKFLOW_STATES = inspect.getattr_static(WorkflowMixin, "workflow_states")


def _of_object(rows: QuerySet[Any]) -> QuerySet[Any, Any]:
    type_id = Parameter("type_id", ContentType._meta.pk)
    key = Parameter("key", rows.model._meta.get_field("object_id"))
    return rows.filter(base_content_type=type_id, object_id=key).order_by().values_list("pk")


_SCHEDULED = PreparedQuery(
    lambda: _of_object(Revision.objects.filter(approved_go_live_at__isnull=False))
)
_IN_WORKFLOW = PreparedQuery(lambda: _of_object(WorkflowState.objects.active()))
