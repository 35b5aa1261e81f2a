"""A lease: a worker's time-limited hold on a run, which it renews while it lives.

When it expires, any other process fails the run as abandoned; its token fences off late writes.
"""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from django.db import connection
from django.utils import timezone

from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.runs.lifecycle.db_retry import DB_CONNECTION_ERRORS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

CHECK_SECONDS = 0.5
"""How often at most a worker reads its run for a cancel request."""

_leases: WeakSet[Lease] = WeakSet()
"""Of this process, whose runs are read together."""
_leases_lock = threading.Lock()


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
        self._is_lost = self._is_cancelled = False
        with _leases_lock:
            _leases.add(self)

    def check(self) -> None:
        """Look for a cancel request, and renew the lease when a quarter of it has passed.

        Reads the run when that was last done ``CHECK_SECONDS`` ago, together with all other runs of
        this process for which it is half as long ago. A short outage of the database is ignored; if
        the lease expires meanwhile, the next check finds that.

        Raises:
            Cancelled: The editor has cancelled the run.
            LeaseLost: The lease has expired, and another process has failed the run.
        """
        now = time.monotonic()
        try:
            if now - self._checked >= CHECK_SECONDS:
                self._checked = now
                _read_rows({self, *_due(now)}, now)
            if self._is_lost:
                raise LeaseLost
            if self._is_cancelled:
                raise Cancelled
            # Each by itself: it says that its own thread is alive.
            if now - self._renewed > get_settings().lease_seconds / 4:
                self._renewed = now
                row = LLMRun.objects.filter(pk=self.run_id, lease_token=self.token)
                row.update(lease_expires_at=lease_expiry())
        except DB_CONNECTION_ERRORS:
            if connection.in_atomic_block:
                raise
            connection.close()

    def _take(self, row: Sequence[Any], now: float) -> None:
        token, cancel_requested_at = row
        self._checked = now
        self._is_lost = token != self.token
        self._is_cancelled = cancel_requested_at is not None


def _due(now: float) -> list[Lease]:
    with _leases_lock:
        return [lease for lease in _leases if now - lease._checked >= CHECK_SECONDS / 2]


def _read_rows(leases: set[Lease], now: float) -> None:
    rows = LLMRun.objects.filter(pk__in=[lease.run_id for lease in leases])
    found = {
        run_id: row for run_id, *row in rows.values_list("pk", "lease_token", "cancel_requested_at")
    }
    for lease in leases:
        lease._take(found.get(lease.run_id, (None, None)), now)


def lease_expiry() -> datetime:
    """Return when a lease that is claimed or renewed now expires."""
    return timezone.now() + timedelta(seconds=get_settings().lease_seconds)
