"""django-rq, the default where ``RQ_QUEUES`` has both queues.

A job carries the ids of the run and its user; the state of a run is in the database.
"""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import django_rq
from django.utils.module_loading import import_string
from redis.exceptions import RedisError
from rq.job import JobStatus

from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.errors import QueueUnavailable
from wagtail_llm_actions.queues.base import (
    OWNER,
    OWNER_KEY,
    SHARES_SLOTS,
    TASK,
    Priority,
    Queue,
    WorkerProblem,
)
from wagtail_llm_actions.queues.worker_probe import live_workers, worker_problem
from wagtail_llm_actions.redis_connection import check_rq_queues, get_fail_fast_connection

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from uuid import UUID

    from django.core.checks import CheckMessage
    from rq.job import Job
    from rq.queue import Queue as EngineQueue

# RQ's time limit comes after the run's deadline, so that the run can end by itself.
JOB_TIMEOUT_MARGIN_SECONDS = 30
CALL_TIMEOUT_SECONDS = 600
RESULT_TTL_SECONDS = 60
FAILURE_TTL_SECONDS = 24 * 60 * 60
REJECTIONS = "rejections"
"""In a job's meta: how often an earlier job of the same run has ended without executing it."""
MAX_REJECTIONS = 3
"""A worker whose database is away for a moment fails a job too; by then it is back."""


@contextmanager
def _unavailable() -> Iterator[None]:
    """Raise ``QueueUnavailable`` where the server is down or slow, or ``RQ_QUEUES`` is wrong."""
    try:
        yield
    except (RedisError, OSError, KeyError, ValueError) as error:
        raise QueueUnavailable(type(error).__name__) from error


class RQQueue(Queue):
    """One RQ queue for each priority."""

    default_stream = "wagtail_llm_actions.streams.redis.RedisStream"

    @classmethod
    def check(cls) -> list[CheckMessage]:
        """Report queues that are missing in ``RQ_QUEUES``."""
        return check_rq_queues(Priority)

    @_unavailable()
    def enqueue(self, run_id: UUID, priority: Priority) -> None:
        """Put a job with the run's id on the queue.

        Raises:
            QueueUnavailable: The server is down or slow, or ``RQ_QUEUES`` is wrong.
        """
        queue = _engine(priority)
        waiting = queue.job_ids
        # A job may exist without being queued: a worker took it and was lost before the run
        # started.
        if _job_id(run_id) not in waiting:
            job = _put(queue, run_id)
            owner = str(job.get_meta(refresh=False).get(OWNER_KEY, ""))
            if waiting and owner:
                _take_turn(queue, job, owner, waiting)

    @_unavailable()
    def call(self, task: str, *args: str) -> None:
        """Put a job on the queue of bulk runs.

        Raises:
            QueueUnavailable: As ``enqueue``.
        """
        _engine(Priority.BULK).enqueue(task, *args, job_timeout=CALL_TIMEOUT_SECONDS)

    @_unavailable()
    def enqueue_missing(self, run_ids: Collection[UUID], priority: Priority) -> int:
        """Put those of the runs on the queue that have no job there, and return their number.

        Raises:
            QueueUnavailable: As ``enqueue``.
        """
        queue = _engine(priority)
        jobs = _jobs_not_queued(queue, run_ids)
        for run_id, job in jobs.items():
            _put(queue, run_id, rejections=_rejections(job))
        return len(jobs)

    @_unavailable()
    def rejected(self, run_ids: Collection[UUID], priority: Priority) -> list[UUID]:
        """Return those of the runs whose jobs have ended ``MAX_REJECTIONS`` times.

        A job fails in RQ where the worker reads another serializer or has none of this code, and
        finishes without any effect where it works on another database.

        Raises:
            QueueUnavailable: As ``enqueue``.
        """
        jobs = _jobs_not_queued(_engine(priority), run_ids)
        return [run_id for run_id, job in jobs.items() if _rejections(job) >= MAX_REJECTIONS]

    def has_worker(self) -> bool:
        """Return whether a worker of the interactive queue is alive and can execute runs.

        Raises:
            QueueUnavailable: The server is down or slow, or ``RQ_QUEUES`` is wrong.
        """
        return self._problem(Priority.INTERACTIVE) is None

    def worker_problem(self) -> WorkerProblem | None:
        """Return why the runs of one of the queues are not executed.

        Raises:
            QueueUnavailable: As ``has_worker``.
        """
        if problem := self._problem(Priority.INTERACTIVE):
            return problem
        problem = self._problem(Priority.BULK)
        is_missing = problem == WorkerProblem.MISSING
        return WorkerProblem.MISSING_FOR_BULK if is_missing else problem

    @_unavailable()
    def shares_slots(self) -> bool:
        """Return whether all workers of the interactive queue are ``llm_actions_worker``.

        ``rqworker`` gives users turns, which is the order of the queue, but no slot of their own.

        Raises:
            QueueUnavailable: As ``has_worker``.
        """
        queue = _engine(Priority.INTERACTIVE)
        return all(queue.connection.hexists(key, SHARES_SLOTS) for key in live_workers(queue))

    @_unavailable()
    def _problem(self, priority: Priority) -> WorkerProblem | None:
        return worker_problem(_engine(priority))

    def cancel(self, run_id: UUID) -> None:
        """Delete the job if it is still queued; a worker that has it finds the run cancelled."""
        with suppress(QueueUnavailable), _unavailable():
            for priority in Priority:
                queue = _engine(priority)
                # RQ cannot delete a job that a worker has just taken.
                if queue.remove(_job_id(run_id)) and (job := queue.fetch_job(_job_id(run_id))):
                    job.delete()


def _engine(priority: Priority) -> EngineQueue:
    """Return the RQ queue, with the serializer that ``RQ_QUEUES`` names."""
    return django_rq.get_queue(
        priority.value,
        connection=get_fail_fast_connection(priority.value),
        commit_mode="auto",
    )


def _put(queue: EngineQueue, run_id: UUID, *, rejections: int = 0) -> Job:
    # Nobody waits for a bulk run.
    is_bulk = queue.name == Priority.BULK
    meta: dict[str, object] = {OWNER_KEY: "" if is_bulk else import_string(OWNER)(str(run_id))}
    if rejections:
        meta[REJECTIONS] = rejections
    return queue.enqueue(
        TASK,
        str(run_id),
        job_id=_job_id(run_id),
        job_timeout=int(get_settings().run_timeout_seconds) + JOB_TIMEOUT_MARGIN_SECONDS,
        result_ttl=RESULT_TTL_SECONDS,
        failure_ttl=FAILURE_TTL_SECONDS,
        meta=meta,
    )


def _take_turn(queue: EngineQueue, job: Job, owner: str, waiting: list[str]) -> None:
    """Move a new job before those that are a later turn of their users than it is of its own.

    Workers take jobs in their order, so that users take turns, whatever kind of worker it is.
    """
    started = queue.started_job_registry.get_job_ids(cleanup=False)
    owners = _owners(queue, [*started, *waiting])
    own_turn = owners.count(owner)
    turns = Counter(owners[: len(started)])
    for other_id, other_owner in zip(waiting, owners[len(started) :], strict=True):
        if other_owner and turns[other_owner] > own_turn:
            # A worker may take either of the two at any moment.
            if (
                queue.remove(job.id)
                and queue.connection.linsert(queue.key, "BEFORE", other_id, job.id) <= 0
            ):
                queue.push_job_id(job.id, at_front=True)
            return
        turns[other_owner] += 1


def _owners(queue: EngineQueue, job_ids: list[str]) -> list[str]:
    """Return whose jobs these are; empty where nobody waits, or the job is gone.

    Each click asks for those of all that wait, so nothing but this is read of them.
    """
    with queue.connection.pipeline(transaction=False) as pipeline:
        for job_id in job_ids:
            pipeline.hget(queue.job_class.key_for(job_id), "meta")
        found = pipeline.execute()
    return [_owner(queue, meta) if meta else "" for meta in found]


def _owner(queue: EngineQueue, meta: bytes) -> str:
    try:
        return str(queue.serializer.loads(meta).get(OWNER_KEY, ""))
    except Exception:  # noqa: BLE001 - depends on the serializer, and on who has put the job there
        return ""


def _fetch(queue: EngineQueue, job_ids: list[str]) -> list[Job | None]:
    return queue.job_class.fetch_many(
        job_ids, connection=queue.connection, serializer=queue.serializer
    )


def _jobs_not_queued(queue: EngineQueue, run_ids: Collection[UUID]) -> dict[UUID, Job | None]:
    """Return those of the runs that are not on the queue, with what is left of their jobs."""
    queued = set(queue.job_ids)
    missing = [run_id for run_id in run_ids if _job_id(run_id) not in queued]
    jobs = _fetch(queue, [_job_id(run_id) for run_id in missing])
    return dict(zip(missing, jobs, strict=True))


def _rejections(job: Job | None) -> int:
    """Return how often the job of a run that is still queued has ended."""
    if job is None:
        return 0
    has_ended = job.get_status(refresh=False) in {JobStatus.FAILED, JobStatus.FINISHED}
    return int(job.get_meta(refresh=False).get(REJECTIONS, 0)) + has_ended


def _job_id(run_id: UUID) -> str:
    return f"llm-actions-{run_id}"
