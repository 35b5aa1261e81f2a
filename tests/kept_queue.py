"""Queues for tests that say themselves when a run is executed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NoReturn

from wagtail_llm_actions.errors import QueueUnavailable
from wagtail_llm_actions.queues import Priority, Queue
from wagtail_llm_actions.tasks import execute_run

if TYPE_CHECKING:
    from uuid import UUID


class KeptQueue(Queue):
    """Keeps the ids it is given; the fixture ``kept_queue`` empties it."""

    waiting: ClassVar[list[tuple[UUID, Priority]]] = []
    cancelled: ClassVar[list[UUID]] = []
    called: ClassVar[list[tuple[str, ...]]] = []

    def enqueue(self, run_id: UUID, priority: Priority) -> None:
        """Keep the id."""
        self.waiting.append((run_id, priority))

    def call(self, task: str, *args: str) -> None:
        """Keep the call."""
        self.called.append((task, *args))

    def cancel(self, run_id: UUID) -> None:
        """Keep the id."""
        self.cancelled.append(run_id)


class QueueHere(KeptQueue):
    """Stands for the threads of a web process, and counts how often it was told to get ready."""

    executes_here = True
    prepared: ClassVar[int] = 0

    def prepare(self) -> None:
        """Count."""
        type(self).prepared += 1


class PromptQueue(KeptQueue):
    """Executes so many runs at once, and keeps those that come after them."""

    left: ClassVar[int] = 0

    def enqueue(self, run_id: UUID, priority: Priority) -> None:
        """Execute, or keep."""
        if self.left:
            type(self).left -= 1
            execute_run(str(run_id))
        else:
            super().enqueue(run_id, priority)


class ClosedQueue(Queue):
    """Stands for a queue whose server does not answer."""

    def call(self, task: str, *args: str) -> NoReturn:
        """Take nothing."""
        raise QueueUnavailable("ConnectionError")

    def enqueue(self, run_id: UUID, priority: Priority) -> NoReturn:
        """Take nothing."""
        raise QueueUnavailable("ConnectionError")

    def cancel(self, run_id: UUID) -> None:
        """Do nothing."""
