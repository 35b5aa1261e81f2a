"""Execute runs in threads of the web process: works before anybody has set up a queue server.

Good for a first look and for small sites. A run that ends with its web process is recovered: it
fails as interrupted when its lease expires, or is enqueued again by the next poll if it had not
started.
"""

from __future__ import annotations

import logging
import os
import threading
from functools import partial
from typing import TYPE_CHECKING

from django.core import checks
from django.db import connections
from django.utils.module_loading import import_string

from wagtail_llm_actions.conf import (
    SETTING,
    THREAD_QUEUE,
    get_settings,
    raw_settings,
    rq_queues,
)
from wagtail_llm_actions.database.sqlite import check_transactions
from wagtail_llm_actions.queues.base import (
    OWNER,
    TASK,
    WARM_UP,
    Priority,
    Queue,
    bulk_slots,
    reserved_slots,
)
from wagtail_llm_actions.queues.pool import Pool
from wagtail_llm_actions.redis_connection import ADD_QUEUES, missing_rq_queues
from wagtail_llm_actions.threads import Signal, start_native_thread

if TYPE_CHECKING:
    from uuid import UUID

logger = logging.getLogger(__name__)


class _Pools:
    """The threads of this process, one pool per priority, so that no click waits for bulk runs."""

    def __init__(self, threads: int) -> None:
        self.pid = os.getpid()
        self._known: set[UUID] = set()
        self._is_warm = False
        self._warming = threading.Lock()
        sizes = {Priority.INTERACTIVE: threads, Priority.BULK: bulk_slots(threads)}
        self._pools = {
            priority: Pool(f"llm-actions-{priority}", size, reserved=reserved_slots(size))
            for priority, size in sizes.items()
        }

    def warm_up_soon(self) -> None:
        if not self._is_warm and not self._warming.locked():
            threading.Thread(target=self.warm_up, name="llm-actions-prepare", daemon=True).start()

    def put(self, run_id: UUID, priority: Priority) -> None:
        if run_id not in self._known:
            self._known.add(run_id)
            owner = import_string(OWNER)(str(run_id))
            self._pools[priority].submit(partial(self._execute, run_id), owner)

    def _execute(self, run_id: UUID) -> None:
        try:
            self.warm_up()
            import_string(TASK)(str(run_id))
        except Exception:
            logger.exception("Run %s ended unexpectedly", run_id)
        finally:
            self._known.discard(run_id)
            connections.close_all()

    def warm_up(self) -> None:
        """Load the SDKs before the first run, so that its time limit does not include that.

        In a thread of the operating system, because an import holds up all greenlets of a thread.
        """
        with self._warming:
            if not self._is_warm:
                ended = Signal()
                start_native_thread(partial(self._load, ended), name="llm-actions-warm-up")
                ended.wait(None)
                ended.close()

    def _load(self, ended: Signal) -> None:
        try:
            import_string(WARM_UP)()
        except Exception:
            # The first call will load what it needs, and say what is wrong.
            logger.exception("The client libraries could not be loaded ahead")
        finally:
            self._is_warm = True
            ended.set()


_pools: _Pools | None = None
_pools_lock = threading.Lock()


def _pools_here() -> _Pools:
    """Return the pools of this process; the caller holds the lock."""
    global _pools  # noqa: PLW0603
    # A web server may fork after the first use; threads do not survive that.
    if _pools is None or _pools.pid != os.getpid():
        _pools = _Pools(get_settings().threads)
    return _pools


class ThreadQueue(Queue):
    """Executes ``THREADS`` interactive runs at once per process, and half as many bulk runs."""

    executes_here = True

    @classmethod
    def check(cls) -> list[checks.CheckMessage]:
        """Warn where the queues of a queue server are missing, and of SQLite's default transactions."""
        if rq_queues() and "QUEUE" not in raw_settings():
            return [
                *check_transactions(),
                checks.Warning(
                    f"{missing_rq_queues(Priority)}, so LLM runs are executed in threads of the web "
                    "process.",
                    hint=f"{ADD_QUEUES} Then start `manage.py llm_actions_worker`. Or choose the "
                    f"threads: {SETTING} = {{'QUEUE': {THREAD_QUEUE!r}}}.",
                    id="wagtail_llm_actions.W006",
                ),
            ]
        return check_transactions()

    def prepare(self) -> None:
        """Load the SDKs in the background, which takes seconds: never when Django starts."""
        with _pools_lock:
            _pools_here().warm_up_soon()

    def enqueue(self, run_id: UUID, priority: Priority) -> None:
        """Give the run to a thread of this process."""
        with _pools_lock:
            _pools_here().put(run_id, priority)

    def enqueue_later(self, run_id: UUID, priority: Priority, seconds: float) -> None:
        """Enqueue by a timer, because nothing calls ``RECOVER`` here."""
        timer = threading.Timer(seconds, self.enqueue, (run_id, priority))
        timer.daemon = True
        timer.start()

    def cancel(self, run_id: UUID) -> None:
        """Do nothing: a thread that receives a cancelled run leaves it alone."""
