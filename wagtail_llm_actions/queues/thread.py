"""Run in threads of the web process: works before anybody has set up a queue server.

Good for a first look and for small sites. A run dies with its web process and is then found
interrupted by its lease, or still queued, when the next poll puts it on a queue again.
"""

from __future__ import annotations

import logging
import os
import threading
from functools import partial
from typing import TYPE_CHECKING

from django.db import connections
from django.utils.module_loading import import_string

from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.queues.base import TASK, WARM_UP, Priority, Queue, bulk_slots
from wagtail_llm_actions.queues.pool import Pool

if TYPE_CHECKING:
    from uuid import UUID

logger = logging.getLogger(__name__)


class _Pools:
    """The threads of this process: each lane has its own, so that no click waits for bulk runs."""

    def __init__(self, threads: int) -> None:
        self.pid = os.getpid()
        self._known: set[UUID] = set()
        self._is_warm = False
        self._warming = threading.Lock()
        sizes = {Priority.INTERACTIVE: threads, Priority.BULK: bulk_slots(threads)}
        self._pools = {lane: Pool(f"llm-actions-{lane}", size) for lane, size in sizes.items()}

    def put(self, run_id: UUID, lane: Priority) -> None:
        if run_id not in self._known:
            self._known.add(run_id)
            self._pools[lane].submit(partial(self._execute, run_id))

    def _execute(self, run_id: UUID) -> None:
        try:
            self._warm_up()
            import_string(TASK)(str(run_id))
        except Exception:
            logger.exception("Run %s ended unexpectedly", run_id)
        finally:
            self._known.discard(run_id)
            connections.close_all()

    def _warm_up(self) -> None:
        """Load the SDKs before the first run, whose time must not pass with that."""
        with self._warming:
            if not self._is_warm:
                import_string(WARM_UP)()
                self._is_warm = True


_pools: _Pools | None = None
_pools_lock = threading.Lock()


class ThreadQueue(Queue):
    """``THREADS`` runs at once in each web process, and half as many bulk runs beside them."""

    executes_here = True

    def enqueue(self, run_id: UUID, lane: Priority) -> None:
        """Hand the run to this process's threads."""
        global _pools  # noqa: PLW0603
        with _pools_lock:
            # A web server may fork after the first use; threads do not survive that.
            if _pools is None or _pools.pid != os.getpid():
                _pools = _Pools(get_settings().threads)
            _pools.put(run_id, lane)

    def enqueue_later(self, run_id: UUID, lane: Priority, seconds: float) -> None:
        """Hand the run over by a timer, because no worker ticks here."""
        timer = threading.Timer(seconds, self.enqueue, (run_id, lane))
        timer.daemon = True
        timer.start()

    def cancel(self, run_id: UUID) -> None:
        """Do nothing: a thread that takes a cancelled run finds it final."""
