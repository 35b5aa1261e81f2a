"""Who may read the prompt and the output of a run."""

from __future__ import annotations

import logging
from functools import cache, partial
from typing import TYPE_CHECKING

from django.contrib.contenttypes.models import ContentType

from wagtail_llm_actions.admin.form_resolver import editor_form_of
from wagtail_llm_actions.permissions.runs import can_edit_target

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from django.db import models
    from django.http import HttpRequest

    from wagtail_llm_actions.models import LLMRun
    from wagtail_llm_actions.models.run_queryset import LLMRunQuerySet
    from wagtail_llm_actions.runs.previous import CanRead

logger = logging.getLogger(__name__)

_NO_FIELDS: frozenset[str] = frozenset()


def can_read_texts(request: HttpRequest, run: LLMRun) -> bool:
    """Return whether the user may read a run's prompt and output on the object's form.

    It takes permission to edit the object, and a form that shows this user every field whose
    content the texts hold.
    """
    return can_edit_target(request.user, run) and form_shows_texts(request, run)


def can_read_texts_in_history(request: HttpRequest, run: LLMRun) -> bool:
    """Return whether a user who may open a run's page in the history may read its texts there.

    Superusers read all of them, also those of fields that no form shows any more.
    """
    return request.user.is_superuser or form_shows_texts(request, run)


def readable_in_history(request: HttpRequest, runs: LLMRunQuerySet) -> LLMRunQuerySet:
    """Keep the runs whose texts the user may read in the history, by the form of a new object."""
    return runs if request.user.is_superuser else runs.with_content(reader_in_history(request))


def reader_in_history(request: HttpRequest) -> Callable[[LLMRun], bool]:
    """Return what tells of a run whether the user may read its texts, by the form of a new object."""
    if request.user.is_superuser:
        return lambda _run: True
    of_new = cache(partial(_access_to_new, request))
    return lambda run: of_new(run.target_content_type_id)(run.content_fields)


def form_shows_texts(request: HttpRequest, run: LLMRun) -> bool:
    """Return whether the user's form shows every field whose content the texts of a run hold.

    Where the object is not saved yet, or was deleted, this is the form of a new one. Without a form,
    as the model was removed from the code, nobody sees a field.
    """
    if not run.content_fields:
        return True
    if run.target is None:
        return _access_to_new(request, run.target_content_type_id)(run.content_fields)
    return _access(request, run.target)(run.content_fields)


def _access_to_new(request: HttpRequest, content_type_id: int) -> CanRead:
    model = ContentType.objects.get_for_id(content_type_id).model_class()
    return _access(request, model()) if model else _NO_FIELDS.issuperset


def _access(request: HttpRequest, instance: models.Model) -> CanRead:
    try:
        access = editor_form_of(instance).access(request)
    except LookupError:
        return _NO_FIELDS.issuperset

    def can_read(names: Collection[str]) -> bool:
        try:
            return access.can_read(names)
        except Exception:
            # Code of the site failed: its form shows nothing, and the history goes on.
            logger.exception("The edit form of %s cannot be made", instance._meta.label)
            return False

    return can_read
