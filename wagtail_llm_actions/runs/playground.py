"""Test an action as its form stands, before it is saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from wagtail_llm_actions.errors import PermissionDeniedError
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.permissions.editing import can_edit
from wagtail_llm_actions.runs.enqueue import create_and_enqueue
from wagtail_llm_actions.runs.request.build_run import build_run

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from django.db import models

    from wagtail_llm_actions.models import LLMAction


def start_playground_run(
    *,
    llm_action: LLMAction,
    user: Any,
    client_request_id: UUID,
    text: str = "",
    instance: models.Model | None = None,
    form_fields: Collection[str] | None = None,
) -> LLMRun:
    """Record a test run and queue it after commit; usage figures leave it out.

    Args:
        llm_action: With the values of its form; it need not be saved.
        user: Who tests; ``instance`` is read for them only if they may edit it.
        client_request_id: Of the click; the same id again returns the same run.
        text: The test input, in place of what the source field holds.
        instance: A page that fills all variables; ``None`` leaves all but the input empty.
        form_fields: The fields of the user's form of that page.

    Raises:
        PermissionDeniedError: The user may not edit the page.
        LimitExceeded: A limit refuses this user again and again; only the first time is recorded.
    """
    if existing := LLMRun.objects.filter(user=user, client_request_id=client_request_id).first():
        return existing
    if instance is None:
        model: Any = llm_action.model_type.model_class()
        instance = model()
    elif not can_edit(user, instance):
        raise PermissionDeniedError
    llm_action.label = llm_action.label or _("Test")
    run = build_run(
        llm_action,
        instance,
        trigger=LLMRun.Trigger.TEST,
        source_text=text.strip(),
        form_fields=form_fields,
    )
    run.user = user
    run.client_request_id = client_request_id
    return create_and_enqueue(run)
