"""A run whose worker is gone."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.runs.lifecycle.recovery import recover

if TYPE_CHECKING:
    from uuid import UUID


def lose(run_id: UUID) -> None:
    """Let the lease of a run be over, and somebody find it."""
    long_ago = timezone.now() - timedelta(minutes=1)
    LLMRun.objects.filter(pk=run_id).update(lease_expires_at=long_ago)
    recover()
