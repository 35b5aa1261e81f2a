"""Write how a run ended; the only place that moves a run to a final status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.runs.lifecycle.db_retry import retry_on_db_outage
from wagtail_llm_actions.runs.outcome import error_fields

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from wagtail_llm_actions.errors import LLMActionsError


def finish(run_id: UUID, lease_token: UUID, status: str, **values: Any) -> bool:
    """End a running run; return whether it was still ours to end.

    ``lease_token`` fences off a worker that lost its lease: it can write nothing any more.
    """
    finished_at = timezone.now()
    ended = retry_on_db_outage(
        lambda: _owned(run_id, lease_token).update(
            status=status, finished_at=finished_at, **_WITHOUT_WORKER, **values
        )
    )
    return bool(ended)


def update_running(run_id: UUID, lease_token: UUID, **values: Any) -> None:
    """Write on a running run, if it is still ours."""
    _owned(run_id, lease_token).update(**values)


def requeue(run_id: UUID, lease_token: UUID, retry_at: datetime) -> None:
    """Let a running run wait in the queue until ``retry_at``, and its worker do something else."""
    _owned(run_id, lease_token).update(
        status=LLMRun.Status.QUEUED, **_WITHOUT_WORKER | {"retry_at": retry_at}
    )


_WITHOUT_WORKER: dict[str, Any] = {"retry_at": None, "lease_token": None, "lease_expires_at": None}


def _owned(run_id: UUID, lease_token: UUID) -> QuerySet[LLMRun]:
    return LLMRun.objects.filter(pk=run_id, status=LLMRun.Status.RUNNING, lease_token=lease_token)


def fail_queued(run_id: UUID, error: LLMActionsError) -> None:
    """End a run that no worker has taken."""
    LLMRun.objects.filter(pk=run_id, status=LLMRun.Status.QUEUED).update(
        status=LLMRun.Status.FAILED, finished_at=timezone.now(), **error_fields(error)
    )
