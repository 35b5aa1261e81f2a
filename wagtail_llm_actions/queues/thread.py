"""Run in threads of the web process: works before anybody has set up a queue server.

Good for a first look and for small sites. A run dies with its web process and is then found
interrupted by its lease, or still queued, when the next poll puts it on a queue again.
"""

from __future__ import annotations

import logging
import os
import queue
import threading
from typing import TYPE_CHECKING

from django.db import connections
from django.utils.module_loading import import_string

from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.queues.base import TASK, Lane, Queue

if TYPE_CHECKING:
    from uuid import UUID

logger = logging.getLogger(__name__)


class _Pool:
    """Daemon threads, so that a web process can end without waiting for a model."""

    def __init__(self, size: int) -> None:
        self.pid = os.getpid()
        self._waiting: queue.SimpleQueue[UUID] = queue.SimpleQueue()
        self._known: set[UUID] = set()
        for number in range(size):
            threading.Thread(target=self._work, name=f"llm-actions-{number}", daemon=True).start()

    def put(self, run_id: UUID) -> None:
        if run_id not in self._known:
            self._known.add(run_id)
            self._waiting.put(run_id)

    def _work(self) -> None:
        while True:
            run_id = self._waiting.get()
            try:
                import_string(TASK)(str(run_id))
            except Exception:
                logger.exception("Run %s ended unexpectedly", run_id)
            finally:
                self._known.discard(run_id)
                connections.close_all()


_pool: _Pool | None = None
_pool_lock = threading.Lock()


class ThreadQueue(Queue):
    """One pool in each web process; ``THREADS`` runs at once."""

    def enqueue(self, run_id: UUID, lane: Lane) -> None:
        """Hand the run to this process's threads."""
        global _pool  # noqa: PLW0603
        with _pool_lock:
            # A web server may fork after the first use; threads do not survive that.
            if _pool is None or _pool.pid != os.getpid():
                _pool = _Pool(get_settings().threads)
            _pool.put(run_id)

    def enqueue_later(self, run_id: UUID, lane: Lane, seconds: float) -> None:
        """Hand the run over by a timer, because no worker ticks here."""
        timer = threading.Timer(seconds, self.enqueue, (run_id, lane))
        timer.daemon = True
        timer.start()

    def cancel(self, run_id: UUID) -> None:
        """Do nothing: a thread that takes a cancelled run finds it final."""
