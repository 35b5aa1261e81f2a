"""Who may run an action on an object, and who may see what came out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from wagtail.models import AbstractPage, get_page_models
from wagtail.snippets.models import get_snippet_models

from wagtail_llm_actions.compat import page_model, permission_policy_for
from wagtail_llm_actions.models import LLMAction, LLMRun, PromptTemplate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db import models
    from django.db.models import QuerySet


def target_models() -> list[type[models.Model]]:
    """Return the page and snippet models that actions can be defined for, by their names."""
    own = (LLMAction, PromptTemplate)
    snippets = [model for model in get_snippet_models() if model not in own]
    pages = [model for model in get_page_models() if model.is_creatable]
    return sorted([*pages, *snippets], key=lambda model: str(model._meta.verbose_name).lower())


def may_edit(user: Any, instance: models.Model, parent: AbstractPage | None = None) -> bool:
    """Whether the user may edit this object now, locks included.

    ``instance`` is not saved yet on a create form; ``parent`` is then the page it will stand under.
    """
    return has_right_to_edit(user, instance, parent) and not is_locked_for(user, instance)


def has_right_to_edit(
    user: Any, instance: models.Model, parent: AbstractPage | None = None
) -> bool:
    """Whether the user may edit this object when it is not locked."""
    if isinstance(instance, AbstractPage):
        if parent is not None:
            return bool(parent.permissions_for_user(user).can_add_subpage())
        return bool(instance.permissions_for_user(user).can_edit())
    policy = permission_policy_for(type(instance))
    if instance._state.adding:
        return bool(policy.user_has_permission(user, "add"))
    return bool(policy.user_has_permission_for_instance(user, "change", instance))


def is_locked_for(user: Any, instance: models.Model) -> bool:
    """Whether a lock keeps the user from saving this object, which takes nobody's right to see."""
    if instance._state.adding or not hasattr(instance, "get_lock"):
        return False
    lock = instance.get_lock()
    return bool(lock and lock.for_user(user))


def offered_actions(user: Any, model: type[models.Model]) -> QuerySet[LLMAction]:
    """Return the active actions of a model that the user's groups allow, in their order.

    An action without groups is for everybody; a superuser is in every group.
    """
    content_type = ContentType.objects.get_for_model(model)
    actions: QuerySet[LLMAction] = LLMAction.objects.filter(is_active=True, model_type=content_type)
    if user.is_superuser:
        return actions
    in_groups = Q(groups=None) | Q(groups__in=user.groups.all())
    return actions.filter(in_groups).distinct()


def is_offered_at(
    llm_action: LLMAction, instance: models.Model, parent: AbstractPage | None = None
) -> bool:
    """Whether an action is offered where this object stands: everywhere, or in a page subtree.

    A page that is not saved yet stands below ``parent``. A subtree whose page was deleted is
    nowhere.
    """
    return bool(offered_at([llm_action], instance, parent))


def offered_at(
    actions: Iterable[LLMAction], instance: models.Model, parent: AbstractPage | None = None
) -> list[LLMAction]:
    """Return those actions that are offered where this object stands, by one query at most."""
    actions = list(actions)
    place: Any = parent or instance
    tops = {action.offered_below for action in actions} - {""}
    here = {""}
    if tops and isinstance(place, AbstractPage):
        for top in page_model().objects.filter(pk__in=tops):
            if place.pk == top.pk or place.is_descendant_of(top):
                here.add(str(top.pk))
    return [action for action in actions if action.offered_below in here]


def may_follow(user: Any, run: LLMRun) -> bool:
    """Whether the user may poll, cancel and decide on a run.

    It is theirs, or a bulk run of an object that they may edit.
    """
    if run.user_id is not None and run.user_id == user.pk:
        return True
    is_bulk = run.trigger == LLMRun.Trigger.BULK
    return is_bulk and run.target is not None and may_edit(user, run.target)


def may_see_output(user: Any, run: LLMRun) -> bool:
    """Whether the user still has the right to edit the object that a run was for.

    A run whose object is not saved yet, or was deleted since, is seen by the one who started it.
    """
    target = run.target
    return may_follow(user, run) if target is None else has_right_to_edit(user, target)
