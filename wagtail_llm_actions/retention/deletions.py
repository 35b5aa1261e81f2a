"""Erase runs as soon as their page, snippet, image or user is deleted.

In the transaction of the deletion, but no more than one batch of them: the rest is left to
``retention.prune``, so that a deletion takes no longer because of many runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models.signals import post_delete

from wagtail_llm_actions.compat import content_types_of
from wagtail_llm_actions.configuration.target_models import target_models
from wagtail_llm_actions.retention.erasures import ObjectErasure, PersonErasure

if TYPE_CHECKING:
    from django.db.models import Model

MAX_RUNS = 100
"""So many are written in the transaction of a deletion."""


def connect(**_kwargs: Any) -> None:
    """Listen to the deletion of users, and of everything that actions can be defined for.

    Only of these: Django deletes rows of a model with a listener one by one.
    """
    if not apps.ready:
        return
    post_delete.connect(
        _erase_person, sender=get_user_model(), dispatch_uid="wagtail_llm_actions.person"
    )
    targets: list[Any] = target_models()
    for model in {*targets, *(model._meta.concrete_model for model in targets)}:
        uid = f"wagtail_llm_actions.object.{model._meta.label}"
        post_delete.connect(_erase_object, sender=model, dispatch_uid=uid)


def _erase_person(instance: Model, **_kwargs: Any) -> None:
    PersonErasure(str(instance.pk)).begin(MAX_RUNS)


def _erase_object(instance: Model, **_kwargs: Any) -> None:
    # Its runs may be of another proxy of the same table than the one that it was deleted by.
    table = instance._meta.concrete_model
    models = [model for model in apps.get_models() if model._meta.concrete_model is table]
    for type_id in {content_type.pk for content_type in content_types_of(models).values()}:
        ObjectErasure(type_id, str(instance.pk)).begin(MAX_RUNS)
