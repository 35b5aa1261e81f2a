"""A click of some editor."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from tests.factories import EditorFactory
from wagtail_llm_actions.runs.start import PermittedAction, start

if TYPE_CHECKING:
    from django.db.models import Model
    from wagtail.models import AbstractPage

    from wagtail_llm_actions.models import LLMAction, LLMRun


def start_run(
    llm_action: LLMAction,
    instance: Model,
    *,
    user: Any = None,
    parent: AbstractPage | None = None,
    **values: Any,
) -> LLMRun:
    """Let a new editor click, unless ``user`` is given; return the first run."""
    permitted = PermittedAction(
        user=user or EditorFactory(), action_id=llm_action.pk, instance=instance, parent=parent
    )
    click: dict[str, Any] = {"client_request_id": uuid.uuid4()}
    return start(permitted, **click | values)[0]
