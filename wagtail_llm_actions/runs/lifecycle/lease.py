"""The hold of one worker on one run."""

from __future__ import annotations

import time
import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.runs.lifecycle.db_retry import DB_CONNECTION_ERRORS

if TYPE_CHECKING:
    from uuid import UUID

CHECK_SECONDS = 0.5


class LeaseLost(Exception):
    """The run was ended by someone else; this worker may write nothing any more."""


class Cancelled(Exception):
    """The editor asked for the end of the run."""


class Lease:
    """Renewed while the worker lives; other processes end the run once it is over."""

    def __init__(self, run_id: UUID, token: UUID) -> None:
        self.run_id = run_id
        self.token = token
        self._checked = self._renewed = time.monotonic()

    def check(self) -> None:
        """Look twice a second at what others wrote on the run, and renew the lease in time.

        A database that is away for a moment is no reason to stop; whoever finds the lease over
        meanwhile ends the run.

        Raises:
            Cancelled: The editor cancelled.
            LeaseLost: The run is not ours any more.
        """
        now = time.monotonic()
        if now - self._checked < CHECK_SECONDS:
            return
        self._checked = now
        try:
            self._look(now)
        except DB_CONNECTION_ERRORS:
            if connection.in_atomic_block:
                raise
            connection.close()

    def _look(self, now: float) -> None:
        row = LLMRun.objects.filter(pk=self.run_id, lease_token=self.token)
        cancel_requested_at = row.values_list("cancel_requested_at", flat=True)[:1]
        found = list(cancel_requested_at)
        if not found:
            raise LeaseLost
        if found[0] is not None:
            raise Cancelled
        if now - self._renewed > get_settings().lease_seconds / 4:
            self._renewed = now
            row.update(lease_expires_at=_expiry())


def claim(run_id: UUID) -> Lease | None:
    """Take a queued run that is due; ``None`` where another worker has it, or it is final."""
    token, now = uuid.uuid4(), timezone.now()
    is_due = Q(retry_at=None) | Q(retry_at__lte=now)
    taken = LLMRun.objects.filter(is_due, pk=run_id, status=LLMRun.Status.QUEUED).update(
        status=LLMRun.Status.RUNNING,
        started_at=Coalesce("started_at", Value(now)),
        retry_at=None,
        lease_token=token,
        lease_expires_at=_expiry(),
    )
    return Lease(run_id, token) if taken else None


def _expiry() -> datetime:
    return timezone.now() + timedelta(seconds=get_settings().lease_seconds)
