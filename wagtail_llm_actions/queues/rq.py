"""django-rq, the default where ``RQ_QUEUES`` is set.

A job carries the run's id only; the state of a run is in the database.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import django_rq
from redis.exceptions import RedisError
from rq import worker_registration
from rq.serializers import JSONSerializer

from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.errors import QueueUnavailable
from wagtail_llm_actions.queues.base import TASK, Priority, Queue
from wagtail_llm_actions.redis_connection import check_rq_queues, get_fail_fast_connection

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from django.core.checks import CheckMessage
    from rq.queue import Queue as EngineQueue

# RQ's time limit comes after the run's deadline, so that the run can end by itself.
JOB_TIMEOUT_MARGIN_SECONDS = 30
RESULT_TTL_SECONDS = 60
FAILURE_TTL_SECONDS = 24 * 60 * 60


class RQQueue(Queue):
    """One RQ queue for each priority."""

    default_stream = "wagtail_llm_actions.streams.redis.RedisStream"

    @classmethod
    def check(cls) -> list[CheckMessage]:
        """Report queues that are missing in ``RQ_QUEUES``."""
        return check_rq_queues(priority.value for priority in Priority)

    def enqueue(self, run_id: UUID, priority: Priority) -> None:
        """Put a job with the run's id on the queue.

        Raises:
            QueueUnavailable: The server is down or slow, or ``RQ_QUEUES`` has no such queue.
        """
        try:
            queue = _engine(priority)
            # A job may exist without being queued: a worker took it and was lost before the run
            # started.
            if queue.get_job_position(_job_id(run_id)) is None:
                _put(queue, run_id)
        except (RedisError, OSError, KeyError) as error:
            raise QueueUnavailable(type(error).__name__) from error

    def enqueue_missing(self, run_ids: Collection[UUID], priority: Priority) -> int:
        """Put those of the runs on the queue that have no job there, and return their number.

        Raises:
            QueueUnavailable: As ``enqueue``.
        """
        try:
            queue = _engine(priority)
            queued = set(queue.job_ids)
            missing = [run_id for run_id in run_ids if _job_id(run_id) not in queued]
            for run_id in missing:
                _put(queue, run_id)
            return len(missing)
        except (RedisError, OSError, KeyError) as error:
            raise QueueUnavailable(type(error).__name__) from error

    def has_worker(self) -> bool:
        """Return whether a worker of the interactive queue is registered and alive.

        Raises:
            QueueUnavailable: The server is down or slow, or ``RQ_QUEUES`` is wrong.
        """
        try:
            queue = _engine(Priority.INTERACTIVE)
            # Killed workers stay in the set; the key of each expires soon after.
            keys = worker_registration.get_keys(queue)
            return bool(keys and queue.connection.exists(*keys))
        except (RedisError, OSError, KeyError, ValueError) as error:
            raise QueueUnavailable(type(error).__name__) from error

    def cancel(self, run_id: UUID) -> None:
        """Delete the job if it is still queued; a worker that has it finds the run cancelled."""
        try:
            for priority in Priority:
                queue = _engine(priority)
                # RQ cannot delete a job that a worker has just taken.
                if queue.remove(_job_id(run_id)) and (job := queue.fetch_job(_job_id(run_id))):
                    job.delete()
        except (RedisError, OSError, KeyError):
            return


def _engine(priority: Priority) -> EngineQueue:
    return django_rq.get_queue(
        priority.value,
        connection=get_fail_fast_connection(priority.value),
        serializer=JSONSerializer,
        commit_mode="auto",
    )


def _put(queue: EngineQueue, run_id: UUID) -> None:
    queue.enqueue(
        TASK,
        str(run_id),
        job_id=_job_id(run_id),
        job_timeout=int(get_settings().run_timeout_seconds) + JOB_TIMEOUT_MARGIN_SECONDS,
        result_ttl=RESULT_TTL_SECONDS,
        failure_ttl=FAILURE_TTL_SECONDS,
    )


def _job_id(run_id: UUID) -> str:
    return f"llm-actions-{run_id}"
