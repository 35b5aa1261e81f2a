"""Run an action as its form holds it, before it is saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wagtail_llm_actions.errors import PermissionDeniedError
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.permissions.editing import can_edit
from wagtail_llm_actions.runs.enqueue import create_and_enqueue
from wagtail_llm_actions.runs.lifecycle.transitions import fail_unsaved
from wagtail_llm_actions.runs.request.build_run import build_run

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from django.db import models

    from wagtail_llm_actions.models import LLMAction
    from wagtail_llm_actions.permissions import User


def start_playground_run(
    *,
    llm_action: LLMAction,
    user: User,
    client_request_id: UUID,
    text: str = "",
    instance: models.Model | None = None,
    form_fields: Collection[str] | None = None,
) -> LLMRun:
    """Save a playground run, and queue it after the commit; reports leave it out.

    Args:
        llm_action: With the values of its form; it need not be saved.
        user: Must be allowed to edit ``instance``.
        client_request_id: Of the click; the same id again returns the same run.
        text: The test input, which replaces the content of the source field.
        instance: A page or snippet whose content the variables read; ``None`` leaves all but the
            input empty.
        form_fields: The names of the fields that the user's form of it shows.

    Raises:
        PermissionDeniedError: The user may not edit the page or snippet.
        LimitExceeded: A limit is exceeded, and the last such failure of this user is so recent that
            this one is not saved.
    """
    if instance is None:
        model: Any = llm_action.model_type.model_class()
        instance = model()
    elif not can_edit(user, instance):
        raise PermissionDeniedError
    llm_action.label = llm_action.label or str(LLMRun.Trigger.TEST.label)
    run, error = build_run(
        llm_action,
        instance,
        trigger=LLMRun.Trigger.TEST,
        source_text=text.strip(),
        form_fields=form_fields,
        user=user,
    )
    run.client_request_id = client_request_id
    if error:
        fail_unsaved(run, error)
    return create_and_enqueue(run)[0]
