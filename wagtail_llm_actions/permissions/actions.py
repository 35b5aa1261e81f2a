"""Which actions are offered to a user, and on which objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from wagtail.models import AbstractPage

from wagtail_llm_actions.compat import content_type_of, page_model
from wagtail_llm_actions.database.prepared_query import (
    Parameter,
    PreparedQuery,
    object_with_key,
)
from wagtail_llm_actions.errors import PermissionDeniedError
from wagtail_llm_actions.models import LLMAction, PromptTemplate
from wagtail_llm_actions.permissions.editing import can_edit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db import models
    from django.db.models import QuerySet

    from wagtail_llm_actions.permissions import User


def offered_actions(user: User, model: type[models.Model]) -> QuerySet[LLMAction]:
    """Return the active actions of a model that the user's groups allow, in their order.

    An action without groups is for everyone; superusers may run every action.
    """
    content_type = content_type_of(model)
    actions = LLMAction.objects.filter(is_active=True, model_type=content_type)
    return actions if user.is_superuser else _in_groups(actions, user.groups.all())


def _in_groups(actions: QuerySet[LLMAction], groups: QuerySet[Group]) -> QuerySet[LLMAction]:
    return actions.filter(Q(groups=None) | Q(groups__in=groups)).distinct()


def runnable_action(
    user: User, action_id: int, instance: models.Model, parent: AbstractPage | None = None
) -> LLMAction:
    """Return an action that the user may run on an object, with its prompt template.

    Raises:
        LLMAction.DoesNotExist: There is no such action.
        PermissionDeniedError: It is not offered to the user on this object, or the user may not
            edit the object.
    """
    content_type = content_type_of(type(instance))
    query = _ANY_ACTION if user.is_superuser else _ACTION_OF_USER
    found = query.instances(action_id=action_id, type_id=content_type.pk, user_id=user.pk)
    offered = offered_at(found, instance, parent)
    if not offered and not LLMAction.objects.filter(pk=action_id).exists():
        raise LLMAction.DoesNotExist
    if not offered or not can_edit(user, instance, parent):
        raise PermissionDeniedError
    template = object_with_key(PromptTemplate._base_manager, offered[0].prompt_template_id)
    offered[0].prompt_template = template
    return offered[0]


def _action() -> QuerySet[LLMAction]:
    return LLMAction.objects.order_by().filter(
        is_active=True,
        pk=Parameter("action_id", LLMAction._meta.pk),
        model_type=Parameter("type_id", ContentType._meta.pk),
    )


_ANY_ACTION = PreparedQuery(_action)
_ACTION_OF_USER = PreparedQuery(
    lambda: _in_groups(
        _action(), Group.objects.filter(user=Parameter("user_id", get_user_model()._meta.pk))
    )
)
"""As ``offered_actions`` finds them."""


def offered_at(
    actions: Iterable[LLMAction], instance: models.Model, parent: AbstractPage | None = None
) -> list[LLMAction]:
    """Keep the actions whose page subtree holds this object, in at most one query.

    An action without a subtree is offered everywhere, one whose root page was deleted nowhere. An
    unsaved page counts as a child of ``parent``.
    """
    actions = list(actions)
    page = parent or instance
    root_ids = {action.offered_below for action in actions} - {""}
    offered = {""}
    if root_ids and isinstance(page, AbstractPage):
        for root in page_model().objects.filter(pk__in=root_ids):
            if page.pk == root.pk or page.is_descendant_of(root):
                offered.add(str(root.pk))
    return [action for action in actions if action.offered_below in offered]
