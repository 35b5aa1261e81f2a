"""``Queue``: what has to be done to hand a run to a worker."""

from __future__ import annotations

import math
import threading
from abc import ABC, abstractmethod
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from django.db import connections
from django.utils.module_loading import import_string

from wagtail_llm_actions.conf import BULK_QUEUE, INTERACTIVE_QUEUE

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from django.core.checks import CheckMessage

TASK = "wagtail_llm_actions.tasks.execute_run"
"""Dotted path of the function that a worker calls, with the run's id as a string."""
WARM_UP = "wagtail_llm_actions.tasks.warm_up"
"""Dotted path of the function that a process calls before its first run; takes about 3 s."""
RECOVER = "wagtail_llm_actions.tasks.recover_runs"
"""Dotted path of the function that some process calls every few seconds."""

OWNER = "wagtail_llm_actions.tasks.owner_of"
"""Dotted path of the function that returns whose run it is, by the run's id as a string."""
OWNER_KEY = "owner"
"""Where a job keeps it."""
SHARES_SLOTS = "shares_slots"
"""What a worker that shares its slots among users says of itself, beside what RQ registers."""
IDENTIFY = "wagtail_llm_actions.tasks.identify"
"""Dotted path of the function that returns what tells the database of a process from others."""


class WorkerProblem(StrEnum):
    """Why runs are not executed although the queue takes them."""

    MISSING = "missing"
    """No worker listens to the queue."""
    MISSING_FOR_BULK = "missing_for_bulk"
    """No worker listens to the queue of bulk runs."""
    UNSUITABLE = "unsuitable"
    """A worker takes the jobs and cannot execute them, or does not answer."""
    OTHER_SITE = "other_site"
    """A worker takes the jobs and works on another database."""


class Priority(StrEnum):
    """Whether a person waits for a run; the value is the name of the RQ queue."""

    INTERACTIVE = INTERACTIVE_QUEUE
    """An editor waits for the text."""
    BULK = BULK_QUEUE
    """Nobody waits; must not delay interactive runs."""


def bulk_slots(interactive: int) -> int:
    """Return how many bulk runs may be executed beside this number of interactive runs."""
    return max(1, interactive // 2)


def reserved_slots(slots: int) -> int:
    """Return how many slots of a worker one user alone does not get; none of a single slot."""
    return math.ceil(slots / 4) if slots > 1 else 0


def _call(task: str, *args: str) -> None:
    try:
        import_string(task)(*args)
    finally:
        connections.close_all()


class Queue(ABC):
    """Delivers a run's id to ``TASK`` in a worker, at least once.

    A run may be delivered twice, or after it was cancelled: the database decides whether it is
    executed. A new instance is made for each call, so an instance has no state.
    """

    executes_here: ClassVar[bool] = False
    """Whether runs are executed by the process that enqueues them, which must therefore live on."""
    default_stream: ClassVar[str] = "wagtail_llm_actions.streams.database.DatabaseStream"
    """Dotted path of the ``Stream`` subclass that is used where ``STREAM`` is not set."""

    @classmethod
    def check(cls) -> list[CheckMessage]:
        """Return what is wrong with the site's configuration for this queue, as a system check."""
        return []

    def prepare(self) -> None:  # noqa: B027 - workers of their own are warm already
        """Get ready for a run that is likely to come, since a form that offers actions was opened.

        Does nothing by default. Must return at once.
        """

    @abstractmethod
    def enqueue(self, run_id: UUID, priority: Priority) -> None:
        """Put a run on the queue, unless it is already there; an editor waits for this call.

        Raises:
            QueueUnavailable: The queue did not accept the run within 2 seconds.
        """

    def call(self, task: str, *args: str) -> None:
        """Call a function outside the request, for work other than runs that nobody waits for.

        In a thread of this process by default.

        Args:
            task: Dotted path of the function; it handles all errors of its own.
            *args: What it is called with.

        Raises:
            QueueUnavailable: As ``enqueue``.
        """
        threading.Thread(target=_call, args=(task, *args), daemon=True).start()

    def enqueue_missing(self, run_ids: Collection[UUID], priority: Priority) -> int:
        """Put those of the runs on the queue that it has lost.

        Called every few seconds with all queued runs, so a queue that can list its contents at
        once should override this.

        Returns:
            The number of runs that were put on the queue.

        Raises:
            QueueUnavailable: As ``enqueue``.
        """
        for run_id in run_ids:
            self.enqueue(run_id, priority)
        return len(run_ids)

    def enqueue_later(self, run_id: UUID, priority: Priority, seconds: float) -> None:  # noqa: B027
        """Put a run on the queue after a delay, for a retry.

        Does nothing by default: ``RECOVER`` enqueues runs that are due, and so does the poll of an
        editor who waits for one.
        """

    def has_worker(self) -> bool | None:
        """Return whether a worker is running, which the admin is told.

        ``None``, the default, stands for a queue that needs none or cannot tell.

        Raises:
            QueueUnavailable: The queue did not answer within 2 seconds.
        """
        return None

    def shares_slots(self) -> bool | None:
        """Return whether another's click finds a free slot however many runs one user has.

        ``None``, the default, where the queue cannot tell. Asked where a worker runs.

        Raises:
            QueueUnavailable: As ``has_worker``.
        """
        return None

    def worker_problem(self) -> WorkerProblem | None:
        """Return why runs are not executed; ``None`` where they are, or the queue cannot tell.

        Raises:
            QueueUnavailable: As ``has_worker``.
        """
        return WorkerProblem.MISSING if self.has_worker() is False else None

    def rejected(self, run_ids: Collection[UUID], priority: Priority) -> list[UUID]:
        """Return those of the runs that workers took repeatedly, each time without executing them.

        None by default. ``RECOVER`` calls this with runs that were never started, and fails those.

        Raises:
            QueueUnavailable: As ``enqueue``.
        """
        return []

    @abstractmethod
    def cancel(self, run_id: UUID) -> None:
        """Remove a waiting run where that is cheap; does nothing on failure.

        The run is cancelled already: a worker that receives it leaves it alone.
        """
