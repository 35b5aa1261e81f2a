"""Permission to follow a run, to edit what it was made for, and to find it in the history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import BigIntegerField, CharField, Exists, F, IntegerField, OuterRef, Q
from django.db.models.functions import Cast, Coalesce
from wagtail.models import AbstractPage, get_page_models

from wagtail_llm_actions.compat import content_types_of, page_model, permission_policy_for
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
    from collections.abc import Collection, Iterable

    from django.db.models import Model, QuerySet

    from wagtail_llm_actions.models.run_queryset import LLMRunQuerySet
    from wagtail_llm_actions.permissions import User


MAX_LISTED_KEYS = 500
"""Of objects that a user may edit; more of them are left to the database."""


def viewable_runs(user: User) -> LLMRunQuerySet:
    """Return the runs that the history lists to a user: all, or those on what they may edit."""
    runs = LLMRun.objects.order_by()
    if can_view_all_runs(user):
        return runs
    if not can_view_runs(user):
        return runs.none()
    # Of objects that are not saved yet.
    found = Q(user=user.pk, target_object_id=None) | _on_editable_pages(user)
    for content_type in _other_types(user):
        if model := content_type.model_class():
            found |= _on_editable(_editable(user, model), content_type.pk)
    return runs.alias(
        unindexed_type=Coalesce(F("target_content_type"), F("target_content_type")),
        target_number=Cast("target_object_id", BigIntegerField()),
    ).filter(found)


def _on_editable_pages(user: User) -> Q:
    """Return the condition for runs on the pages that a user may edit: one for those of all types."""
    pages = _editable(user, page_model())
    types = content_types_of(get_page_models()).values()
    return _on_editable(pages, *(content_type.pk for content_type in types))


def _other_types(user: User) -> Iterable[ContentType]:
    """Return the types of runs, those of pages aside, that a user may edit some objects of."""
    models = [model for model in apps.get_models() if _may_edit_others(user, model)]
    if not models:
        return ()
    types = content_types_of(models).values()
    runs = LLMRun.objects.order_by().filter(target_content_type=OuterRef("pk"))
    return ContentType.objects.filter(Exists(runs), pk__in=[each.pk for each in types])


def _may_edit_others(user: User, model: type[Model]) -> bool:
    if issubclass(model, AbstractPage):
        return False
    try:
        return bool(permission_policy_for(model).user_has_permission(user, "change"))
    except LookupError:
        return False


def _editable(user: User, model: type[Model]) -> QuerySet[Model]:
    policy = permission_policy_for(model)
    editable: QuerySet[Model] = policy.instances_user_has_permission_for(user, "change")
    return editable.order_by()


def _on_editable(editable: QuerySet[Model], *type_ids: int) -> Q:
    """Return the condition for runs on these objects, which are of these types.

    Runs on few objects are looked up in an index. Of many, a list of the newest runs soon finds
    enough of them; no index of types may tempt a database to sort them all.
    """
    few = [str(pk) for pk in editable.values_list("pk", flat=True)[: MAX_LISTED_KEYS + 1]]
    if len(few) <= MAX_LISTED_KEYS:
        return Q(target_content_type__in=type_ids, target_object_id__in=few)
    return Q(unindexed_type__in=type_ids) & _on_many(editable, type_ids)


def _on_many(editable: QuerySet[Model], type_ids: Collection[int]) -> Q:
    """Return the same by a query for the keys, which runs store as text."""
    field: Any = editable.model._meta.pk
    while field.remote_field:
        field = field.target_field
    if isinstance(field, IntegerField):
        # Numbers have the same text in all databases; MariaDB cannot compare texts of different collations.
        if connection.vendor == "mysql":
            return Q(target_number__in=editable.values("pk"))
        keys = editable.annotate(key=Cast("pk", CharField())).values("key")
        return Q(target_object_id__in=keys)
    runs = LLMRun.objects.filter(target_content_type__in=type_ids).exclude(target_object_id=None)
    used = runs.order_by().values_list("target_object_id", flat=True).distinct()
    known = editable.filter(pk__in=list(used)).values_list("pk", flat=True)
    return Q(target_object_id__in=[str(pk) for pk in known])


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
