"""Who may read the prompt and the output of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.contenttypes.models import ContentType

from wagtail_llm_actions.admin.form_resolver import editor_form_of
from wagtail_llm_actions.permissions.runs import can_edit_target

if TYPE_CHECKING:
    from django.http import HttpRequest

    from wagtail_llm_actions.models import LLMRun


def can_read_texts(request: HttpRequest, run: LLMRun) -> bool:
    """Return whether the user may read a run's prompt and output on the object's form.

    It takes permission to edit the object, and a form that shows this user every field whose
    content the texts hold.
    """
    return can_edit_target(request.user, run) and form_shows_texts(request, run)


def form_shows_texts(request: HttpRequest, run: LLMRun) -> bool:
    """Return whether the user's form shows every field whose content the texts of a run hold.

    Where the object is not saved yet, or was deleted, this is the form of a new one. Without a form,
    as the model was removed from the code, nobody sees a field.
    """
    if not run.content_fields:
        return True
    model = ContentType.objects.get_for_id(run.target_content_type_id).model_class()
    if model is None:
        return False
    try:
        form = editor_form_of(run.target or model())
    except LookupError:
        return False
    return run.content_fields <= form.fields(request).readable
