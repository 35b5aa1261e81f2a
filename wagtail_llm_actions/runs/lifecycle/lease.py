"""A lease: a worker's time-limited hold on a run, which it renews while it lives.

When it expires, any other process fails the run as abandoned; its token fences off late writes.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import connection
from django.utils import timezone

from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.runs.lifecycle.db_retry import DB_CONNECTION_ERRORS

if TYPE_CHECKING:
    from uuid import UUID

CHECK_SECONDS = 0.5
"""How often at most a worker reads its run for a cancel request."""


class LeaseLost(Exception):
    """Another process has finished the run; this worker must not write to it any more."""


class Cancelled(Exception):
    """The editor has cancelled the run."""


class Lease:
    """Identifies one claim of a run; see ``transitions.claim``.

    Args:
        run_id: Of the run.
        token: Fences off the writes of others.
        is_first: Whether nobody has claimed the run before, so that it has no attempts.
    """

    def __init__(self, run_id: UUID, token: UUID, *, is_first: bool = False) -> None:
        self.run_id = run_id
        self.token = token
        self.is_first = is_first
        self.is_unstored = False
        """Whether the texts of the run are not written to its row."""
        self._checked = self._renewed = time.monotonic()

    def check(self) -> None:
        """Look for a cancel request, and renew the lease when a quarter of it has passed.

        Does nothing when the last check was less than ``CHECK_SECONDS`` ago. A short outage of the
        database is ignored; if the lease expires meanwhile, the next check finds that.

        Raises:
            Cancelled: The editor has cancelled the run.
            LeaseLost: The lease has expired, and another process has failed the run.
        """
        now = time.monotonic()
        if now - self._checked < CHECK_SECONDS:
            return
        self._checked = now
        try:
            self._read_row(now)
        except DB_CONNECTION_ERRORS:
            if connection.in_atomic_block:
                raise
            connection.close()

    def _read_row(self, now: float) -> None:
        row = LLMRun.objects.filter(pk=self.run_id, lease_token=self.token)
        found = list(row.values_list("cancel_requested_at", flat=True))
        if not found:
            raise LeaseLost
        if found[0] is not None:
            raise Cancelled
        if now - self._renewed > get_settings().lease_seconds / 4:
            self._renewed = now
            row.update(lease_expires_at=lease_expiry())


def lease_expiry() -> datetime:
    """Return when a lease that is claimed or renewed now expires."""
    return timezone.now() + timedelta(seconds=get_settings().lease_seconds)
