"""Who may read the prompt and the output of a run."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.contrib.contenttypes.models import ContentType

from wagtail_llm_actions.admin.form_resolver import editor_form_of
from wagtail_llm_actions.permissions.runs import can_edit_target

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.db import models
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from wagtail_llm_actions.models import LLMRun

logger = logging.getLogger(__name__)


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


def readable_in_history(request: HttpRequest, runs: QuerySet[LLMRun]) -> QuerySet[LLMRun]:
    """Keep the runs whose texts the user may read in the history, by the form of a new object."""
    if request.user.is_superuser:
        return runs
    shown: dict[int, Collection[str]] = {}
    found = []
    columns = ("trigger", "target_content_type", "source_path", "field_path", "read_fields")
    for run in runs.select_related(None).only(*columns):
        type_id = run.target_content_type_id
        if type_id not in shown:
            shown[type_id] = _fields_of_new(request, type_id)
        if run.content_fields.issubset(shown[type_id]):
            found.append(run.pk)
    return runs.filter(pk__in=found)


def form_shows_texts(request: HttpRequest, run: LLMRun) -> bool:
    """Return whether the user's form shows every field whose content the texts of a run hold.

    Where the object is not saved yet, or was deleted, this is the form of a new one. Without a form,
    as the model was removed from the code, nobody sees a field.
    """
    if not run.content_fields:
        return True
    if run.target is None:
        return run.content_fields.issubset(_fields_of_new(request, run.target_content_type_id))
    return run.content_fields.issubset(_fields_of(request, run.target))


def _fields_of_new(request: HttpRequest, content_type_id: int) -> Collection[str]:
    model = ContentType.objects.get_for_id(content_type_id).model_class()
    return _fields_of(request, model()) if model else ()


def _fields_of(request: HttpRequest, instance: models.Model) -> Collection[str]:
    try:
        form = editor_form_of(instance)
    except LookupError:
        return ()
    try:
        return form.fields(request).readable
    except Exception:
        # Code of the site failed: its form shows nothing, and the history goes on.
        logger.exception("The edit form of %s cannot be made", instance._meta.label)
        return ()
