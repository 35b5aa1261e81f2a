"""What becomes of runs that are older than they are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from wagtail_llm_actions.models import (
    LLMAttempt,
    LLMReservation,
    LLMRun,
    RedactionReason,
    RetentionMode,
)
from wagtail_llm_actions.reporting.rollups import archive
from wagtail_llm_actions.retention.work import Work
from wagtail_llm_actions.runs.redaction import redact

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from wagtail_llm_actions.models.run_queryset import LLMRunQuerySet


class Redaction(Work):
    """The texts of an action's old runs are emptied.

    Args:
        action_id: Of the action; ``None`` for the runs that have none.
        before: Older runs are due.
        since: But for those that are older still, which are deleted; ``None`` where none are.
    """

    verb = "redact"

    def __init__(
        self, action_id: int | None, before: datetime, since: datetime | None = None
    ) -> None:
        old = LLMRun.objects.filter(action=action_id, queued_at__lt=before, redacted_at=None)
        self._old = old.filter(queued_at__gte=since) if since else old

    def due(self) -> LLMRunQuerySet:
        """Return those that still have texts, the oldest first."""
        return self._old.finished().order_by("queued_at")

    def do(self, keys: list[UUID]) -> None:
        """Empty them."""
        redact(keys, RedactionReason.AGE)


class Expiry(Work):
    """Texts are emptied that are not kept, and that nobody has decided on in time."""

    verb = "redact"

    def due(self) -> LLMRunQuerySet:
        """Return the runs that have them."""
        return LLMRun.objects.filter(content_expires_at__lt=timezone.now()).finished()

    def do(self, keys: list[UUID]) -> None:
        """Empty them; those that would be kept are of somebody whose name was taken away meanwhile."""
        kept = LLMRun.objects.filter(pk__in=keys, retention_mode=RetentionMode.KEEP)
        if of_person := list(kept.values_list("pk", flat=True)):
            redact(of_person, RedactionReason.PERSON)
        redact(keys, RedactionReason.MODE)


class Deletion(Work):
    """The rows of an action's old runs are deleted.

    Args:
        action_id: Of the action; ``None`` for the runs that have none.
        before: Older runs are due.
    """

    verb = "delete"

    def __init__(self, action_id: int | None, before: datetime) -> None:
        self._old = LLMRun.objects.filter(action=action_id, queued_at__lt=before)

    def due(self) -> LLMRunQuerySet:
        """Return all that have ended, the oldest first."""
        return self._old.finished().order_by("queued_at")

    def do(self, keys: list[UUID]) -> None:
        """Delete their attempts, then their rows, without loading either; reports still count them."""
        archive(keys)
        attempts = LLMAttempt.objects.filter(run__in=keys)
        attempts._raw_delete(attempts.db)
        LLMReservation.objects.filter(run__in=keys).update(run=None)
        runs = LLMRun.objects.filter(pk__in=keys)
        runs._raw_delete(runs.db)
