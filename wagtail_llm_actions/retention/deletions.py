"""Erase runs as soon as their page, snippet, image or user is deleted.

In the transaction of the deletion, but no more than one batch of them: the rest is left to
``retention.prune``, so that a deletion takes no longer because of many runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db.models.signals import post_delete

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
    for model in target_models():
        uid = f"wagtail_llm_actions.object.{model._meta.label}"
        post_delete.connect(_erase_object, sender=model, dispatch_uid=uid)


def _erase_person(instance: Model, **_kwargs: Any) -> None:
    PersonErasure(str(instance.pk)).begin(MAX_RUNS)


def _erase_object(instance: Model, **_kwargs: Any) -> None:
    content_type = ContentType.objects.get_for_model(type(instance))
    ObjectErasure(content_type.pk, str(instance.pk)).begin(MAX_RUNS)
