"""Empty the texts of runs; what tells how much they were used, decided and billed stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from wagtail_llm_actions.models import LLMAttempt, LLMRun

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from uuid import UUID

    from wagtail_llm_actions.models import RedactionReason

NO_TEXTS: Mapping[str, Any] = {
    "system_instructions": "",
    "prompt": "",
    "instruction": "",
    "source_hash": "",
    "image": None,
    "fallback_request": None,
    "output": "",
    "raw_output": "",
    "removed": [],
    "unsourced_facts": [],
    "error_detail": "",
}
"""The columns of a run that hold content, with the values of a redacted run.

``error_context`` stays: by the contract of errors it holds no content, and messages need it.
"""


def redact(run_ids: Collection[UUID], reason: RedactionReason, **values: Any) -> int:
    """Empty the texts of those runs that have ended and are not redacted yet; return how many.

    Args:
        run_ids: A batch; the caller decides how many rows are written at once, in a transaction.
        reason: Why.
        **values: Of further columns.
    """
    runs = LLMRun.objects.filter(pk__in=run_ids, redacted_at=None).finished()
    values = {**NO_TEXTS, **values, "redacted_at": timezone.now(), "redaction_reason": reason}
    count = runs.update(**values)
    LLMAttempt.objects.filter(run__in=run_ids).exclude(error_detail="").update(error_detail="")
    return count
