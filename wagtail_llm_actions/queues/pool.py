"""Threads that execute runs, each of which waits for a provider nearly all of its time."""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Pool:
    """A number of slots for jobs; a job that comes when all are taken waits for one.

    Its threads are daemons, so that a process can end without waiting for a model. They start when
    they are needed first, and stay.
    """

    def __init__(self, name: str, size: int, ended: threading.Condition | None = None) -> None:
        """Make a pool; it notifies ``ended``, which several may share, after each job."""
        self._name = name
        self._size = size
        self._jobs: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._threads = 0
        self._unfinished = 0
        self._ended = ended or threading.Condition()

    @property
    def is_full(self) -> bool:
        """Whether another job would have to wait."""
        return self._unfinished >= self._size

    def submit(self, job: Callable[[], None]) -> None:
        """Execute a job as soon as a slot is free; it must not raise."""
        with self._ended:
            self._unfinished += 1
            if self._threads < min(self._unfinished, self._size):
                self._threads += 1
                name = f"{self._name}-{self._threads}"
                threading.Thread(target=self._work, name=name, daemon=True).start()
        self._jobs.put(job)

    def wait_until_idle(self) -> None:
        """Return when every job has ended."""
        with self._ended:
            self._ended.wait_for(lambda: not self._unfinished)

    def _work(self) -> None:
        while True:
            job = self._jobs.get()
            try:
                job()
            finally:
                with self._ended:
                    self._unfinished -= 1
                    self._ended.notify_all()
