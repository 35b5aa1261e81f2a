"""A pool of daemon threads that execute runs, each of which mostly waits for a provider.

``concurrent.futures.ThreadPoolExecutor`` is no alternative: Python joins its threads at exit, so
a web process could not end before its models have answered, up to ``RUN_TIMEOUT`` later. A run
that ends with its process is recovered by its lease instead.
"""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Pool:
    """A number of slots for jobs; further jobs wait for a free slot.

    Threads start on demand, up to ``size``, and stay. Of the waiting jobs, the next one is that of
    the owner who has the fewest slots.

    Args:
        name: Of the threads.
        size: How many jobs are executed at once.
        reserved: Slots that no single owner gets beside all others.
    """

    def __init__(self, name: str, size: int, *, reserved: int = 0) -> None:
        self._name = name
        self._size = size
        self._share = max(1, size - reserved)
        self._waiting: list[tuple[str, Callable[[], None]]] = []
        self._executed: Counter[str] = Counter()
        """Jobs that are being executed, by owner."""
        self._threads = 0
        self._changed = threading.Condition()

    def wait_for_slot(self, timeout_seconds: float) -> bool:
        """Wait for a free slot, and return whether there is one."""
        with self._changed:
            return self._changed.wait_for(lambda: self._unfinished() < self._size, timeout_seconds)

    def has_slot_for(self, owner: str) -> bool:
        """Return whether a job of this owner would be executed at once, where a slot is free."""
        with self._changed:
            waiting = sum(other == owner for other, _job in self._waiting)
            return not owner or self._executed[owner] + waiting < self._share

    def submit(self, job: Callable[[], None], owner: str = "") -> None:
        """Execute a job, which must not raise, as soon as there is a slot for its owner.

        Without an owner, any free slot will do.
        """
        with self._changed:
            self._waiting.append((owner, job))
            if self._threads < min(self._unfinished(), self._size):
                self._threads += 1
                name = f"{self._name}-{self._threads}"
                threading.Thread(target=self._work, name=name, daemon=True).start()
            self._changed.notify_all()

    def wait_until_idle(self) -> None:
        """Return when every job has ended."""
        with self._changed:
            self._changed.wait_for(lambda: not self._unfinished())

    def _unfinished(self) -> int:
        return len(self._waiting) + self._executed.total()

    def _next(self) -> tuple[str, Callable[[], None]] | None:
        """Return the job whose turn it is; the oldest of several."""
        eligible = (
            waiting
            for waiting in self._waiting
            if not waiting[0] or self._executed[waiting[0]] < self._share
        )
        return min(eligible, key=lambda waiting: self._executed[waiting[0]], default=None)

    def _work(self) -> None:
        while True:
            with self._changed:
                while (taken := self._next()) is None:
                    self._changed.wait()
                self._waiting.remove(taken)
                owner, job = taken
                self._executed[owner] += 1
            try:
                job()
            finally:
                with self._changed:
                    self._executed[owner] -= 1
                    self._changed.notify_all()
