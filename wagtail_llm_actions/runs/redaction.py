"""Empty the texts of runs; what tells how much they were used, decided and billed stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.models import (
    LLMAttempt,
    LLMRollupSpan,
    LLMRun,
    RedactionReason,
    RetentionMode,
)
from wagtail_llm_actions.models.run_queryset import NO_TEXTS
from wagtail_llm_actions.runs.unstored import FORM_LIFETIME, discard, discard_all
from wagtail_llm_actions.spending.periods import day_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from wagtail_llm_actions.models import LLMAction


def set_retention_mode(run: LLMRun, llm_action: LLMAction) -> None:
    """Set on a run that is not saved yet whether its texts are kept."""
    run.retention_mode = llm_action.retention_mode or get_settings().retention.mode
    if run.retention_mode == RetentionMode.FIGURES:
        run.content_expires_at = run.queued_at + FORM_LIFETIME


def redact_decided(run: LLMRun) -> None:
    """Empty the texts of a run that was decided on, where they are not kept for a time."""
    if run.decision == LLMRun.Decision.NONE:
        return
    if run.retention_mode == RetentionMode.FIGURES:
        redact([run.pk], RedactionReason.MODE)
    elif run.retention_mode == RetentionMode.NOTHING:
        discard([run.pk])  # Its row has been a redacted one from the first write.


def redact(run_ids: Collection[UUID], reason: RedactionReason, **values: Any) -> int:
    """Empty the texts of those runs that have ended and are not redacted yet; return how many.

    Args:
        run_ids: A batch; the caller decides how many rows are written at once, in a transaction.
        reason: Why.
        **values: Of further columns.
    """
    runs = LLMRun.objects.filter(pk__in=run_ids, redacted_at=None).finished()
    values = {**NO_TEXTS, **values, "redacted_at": timezone.now(), "redaction_reason": reason}
    failed = runs.exclude(error_detail_hash="").values_list("queued_at", flat=True)
    days = {day_of(moment) for moment in failed}
    count = runs.update(**values)
    # The messages of providers are one of the dimensions of the rollups.
    LLMRollupSpan.objects.mark_stale(days)
    LLMAttempt.objects.filter(run__in=run_ids).exclude(error_detail="").update(error_detail="")
    discard_all(LLMRun.objects.filter(pk__in=run_ids))
    return count
