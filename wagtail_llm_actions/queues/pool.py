"""A pool of daemon threads that execute runs, each of which mostly waits for a provider.

``concurrent.futures.ThreadPoolExecutor`` is no alternative: Python joins its threads at exit, so
a web process could not end before its models have answered, up to ``RUN_TIMEOUT`` later. A run
that ends with its process is recovered by its lease instead.
"""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Pool:
    """A number of slots for jobs; further jobs wait for a free slot.

    Threads start on demand, up to ``size``, and stay.
    """

    def __init__(self, name: str, size: int) -> None:
        self._name = name
        self._size = size
        self._jobs: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._threads = 0
        self._unfinished = 0
        self._changed = threading.Condition()

    def wait_for_slot(self, timeout_seconds: float) -> bool:
        """Wait for a free slot, and return whether there is one."""
        with self._changed:
            return self._changed.wait_for(lambda: self._unfinished < self._size, timeout_seconds)

    def submit(self, job: Callable[[], None]) -> None:
        """Execute a job, which must not raise, as soon as a slot is free."""
        with self._changed:
            self._unfinished += 1
            if self._threads < min(self._unfinished, self._size):
                self._threads += 1
                name = f"{self._name}-{self._threads}"
                threading.Thread(target=self._work, name=name, daemon=True).start()
        self._jobs.put(job)

    def wait_until_idle(self) -> None:
        """Return when every job has ended."""
        with self._changed:
            self._changed.wait_for(lambda: not self._unfinished)

    def _work(self) -> None:
        while True:
            job = self._jobs.get()
            try:
                job()
            finally:
                with self._changed:
                    self._unfinished -= 1
                    self._changed.notify_all()
