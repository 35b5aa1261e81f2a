"""Locked objects and started runs."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from wagtail_llm_actions.runs.start import start

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.db.models import Model

    from wagtail_llm_actions.models import LLMAction, LLMRun


def lock(instance: Any, user: User) -> None:
    instance.locked, instance.locked_by, instance.locked_at = True, user, timezone.now()
    instance.save()


def start_run(llm_action: LLMAction, user: User, instance: Model, **values: Any) -> LLMRun:
    return start(
        llm_action=llm_action,
        user=user,
        instance=instance,
        client_request_id=uuid.uuid4(),
        **values,
    )
