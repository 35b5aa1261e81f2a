"""The queue seam."""

from __future__ import annotations

from abc import ABC, abstractmethod
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

TASK = "wagtail_llm_actions.tasks.execute_run"
"""Dotted path of what a worker calls, with the run's id as text."""
WARM_UP = "wagtail_llm_actions.tasks.warm_up"
"""Dotted path of what a process calls before its first run."""


class Priority(StrEnum):
    """Who waits; the value is the queue's name with RQ."""

    INTERACTIVE = "llm"
    """A person waits for the text."""
    BULK = "llm_bulk"
    """Nobody waits; workers take it when the other lane is empty."""


def bulk_slots(interactive: int) -> int:
    """Return how many bulk runs are executed beside so many that people wait for."""
    return max(1, interactive // 2)


class Queue(ABC):
    """Hands a run's id to a worker, at least once; executing a run twice does nothing."""

    executes_here: ClassVar[bool] = False
    """Whether the process that enqueues a run also executes it, so that it must live on."""

    @abstractmethod
    def enqueue(self, run_id: UUID, lane: Priority) -> None:
        """Put a run on the queue, unless it is there already.

        Raises:
            QueueUnavailable: The queue did not take it, within 2 seconds.
        """

    def enqueue_missing(self, run_ids: Collection[UUID], lane: Priority) -> int:
        """Put those runs on the queue that should wait there, and do not.

        Called every few seconds with all that wait; a queue that can say at once which it holds
        overrides this.

        Returns:
            How many it took.

        Raises:
            QueueUnavailable: As ``enqueue``.
        """
        for run_id in run_ids:
            self.enqueue(run_id, lane)
        return len(run_ids)

    def enqueue_later(self, run_id: UUID, lane: Priority, seconds: float) -> None:  # noqa: B027
        """Put a run on the queue after some seconds.

        Does nothing by default: workers look for runs that are due at each tick, and so does the
        editor's browser while it waits.
        """

    def has_worker(self) -> bool:
        """Whether anybody takes runs off the queue now, as the admin is told.

        True by default: for queues that work by themselves, or that cannot tell.

        Raises:
            QueueUnavailable: The queue did not answer, within 2 seconds.
        """
        return True

    @abstractmethod
    def cancel(self, run_id: UUID) -> None:
        """Take a waiting run off the queue where that is cheap; the database says it is cancelled."""
