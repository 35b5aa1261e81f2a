"""django-rq as the engine, used when ``RQ_QUEUES`` is configured.

RQ only carries the run's id; what happened to a run is in the database.
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
from wagtail_llm_actions.redis_connection import get_fail_fast_connection

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from rq.queue import Queue as EngineQueue

# RQ's own limit comes after the run's deadline, so that the run ends by itself first.
JOB_TIMEOUT_MARGIN_SECONDS = 30
RESULT_TTL_SECONDS = 60
FAILURE_TTL_SECONDS = 24 * 60 * 60


class RQQueue(Queue):
    """One RQ queue for each lane, named as the lane."""

    def enqueue(self, run_id: UUID, lane: Priority) -> None:
        """Put the run's id on the lane's queue.

        Raises:
            QueueUnavailable: The server is down or slow, or ``RQ_QUEUES`` has no such queue.
        """
        try:
            queue = _engine(lane)
            # A job may exist without waiting: a worker took it and was lost before the run's start.
            if queue.get_job_position(_job_id(run_id)) is None:
                _put(queue, run_id)
        except (RedisError, OSError, KeyError) as error:
            raise QueueUnavailable(type(error).__name__) from error

    def enqueue_missing(self, run_ids: Collection[UUID], lane: Priority) -> int:
        """Put those runs on the lane's queue that are not in its list, and count them.

        Raises:
            QueueUnavailable: As ``enqueue``.
        """
        try:
            queue = _engine(lane)
            waiting = set(queue.job_ids)
            missing = [run_id for run_id in run_ids if _job_id(run_id) not in waiting]
            for run_id in missing:
                _put(queue, run_id)
            return len(missing)
        except (RedisError, OSError, KeyError) as error:
            raise QueueUnavailable(type(error).__name__) from error

    def has_worker(self) -> bool:
        """Whether a worker is registered for what editors wait for, and has shown that it lives.

        Raises:
            QueueUnavailable: The server is down or slow, or ``RQ_QUEUES`` is wrong.
        """
        try:
            queue = _engine(Priority.INTERACTIVE)
            # The set keeps workers that were killed; the key of each is gone soon after.
            keys = worker_registration.get_keys(queue)
            return bool(keys and queue.connection.exists(*keys))
        except (RedisError, OSError, KeyError, ValueError) as error:
            raise QueueUnavailable(type(error).__name__) from error

    def cancel(self, run_id: UUID) -> None:
        """Delete the job while it waits; a worker that has it already finds the run cancelled."""
        try:
            for lane in Priority:
                queue = _engine(lane)
                # RQ cannot delete a job that a worker has just taken.
                if queue.remove(_job_id(run_id)) and (job := queue.fetch_job(_job_id(run_id))):
                    job.delete()
        except (RedisError, OSError, KeyError):
            return


def _engine(lane: Priority) -> EngineQueue:
    return django_rq.get_queue(
        lane.value,
        connection=get_fail_fast_connection(lane.value),
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
