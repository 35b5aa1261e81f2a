"""A click of some editor."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from tests.factories import EditorFactory
from wagtail_llm_actions.runs.start import start

if TYPE_CHECKING:
    from django.db.models import Model

    from wagtail_llm_actions.models import LLMAction, LLMRun


def start_run(llm_action: LLMAction, instance: Model, **values: Any) -> LLMRun:
    """Let a new editor click, unless ``values`` name a user."""
    click: dict[str, Any] = {"user": EditorFactory(), "client_request_id": uuid.uuid4()}
    return start(llm_action=llm_action, instance=instance, **click | values)
