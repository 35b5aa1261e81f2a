"""A probe job, by which RQ's workers show that they can execute runs.

A worker can be registered for a queue and still fail every job: it reads another serializer, or is
that of another project or database. RQ keeps none of this on its workers, so they are asked.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.module_loading import import_string
from rq import worker_registration
from rq.job import JobStatus

from wagtail_llm_actions.queues.base import IDENTIFY, WorkerProblem

if TYPE_CHECKING:
    from rq.job import Job
    from rq.queue import Queue as EngineQueue

WAIT_SECONDS = 1.0
"""How long an admin's page waits for the answer of an idle worker, which takes milliseconds."""
POLL_SECONDS = 0.05
ANSWER_TTL_SECONDS = 30
"""How long an answer counts."""
MAX_WAIT = timedelta(seconds=30)
"""An idle worker that has left a probe waiting for so long does not work."""
JOB_TTL_SECONDS = 120
WAITING = (JobStatus.QUEUED, JobStatus.STARTED)


def worker_problem(queue: EngineQueue) -> WorkerProblem | None:
    """Return why no worker executes the runs of a queue; ``None`` where one can, or is too busy.

    Raises:
        redis.exceptions.RedisError: The server is down or slow.
    """
    workers = live_workers(queue)
    if not workers:
        return WorkerProblem.MISSING
    is_idle = all(queue.connection.hget(key, "state") != b"busy" for key in workers)
    probe = _probe(queue)
    # The answer of a busy worker comes after its run, so a later page will see it.
    deadline = time.monotonic() + (WAIT_SECONDS if is_idle else 0)
    while (status := probe.get_status()) in WAITING and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    if status == JobStatus.FINISHED:
        is_ours = probe.return_value() == import_string(IDENTIFY)()
        return None if is_ours else WorkerProblem.OTHER_SITE
    if status not in WAITING:
        return WorkerProblem.UNSUITABLE
    is_overdue = probe.enqueued_at is not None and timezone.now() - probe.enqueued_at > MAX_WAIT
    return WorkerProblem.UNSUITABLE if is_overdue and is_idle else None


def live_workers(queue: EngineQueue) -> list[str]:
    """Return the keys of the workers that listen to a queue."""
    # Killed workers stay in the set; the key of each expires soon after.
    return [key for key in worker_registration.get_keys(queue) if queue.connection.exists(key)]


def _probe(queue: EngineQueue) -> Job:
    """Return the probe that is under way or was answered lately; else put one before all jobs."""
    name = f"llm-actions-probe-{queue.name}"
    return queue.fetch_job(name) or queue.enqueue(
        IDENTIFY,
        job_id=name,
        at_front=True,
        ttl=JOB_TTL_SECONDS,
        result_ttl=ANSWER_TTL_SECONDS,
        failure_ttl=ANSWER_TTL_SECONDS,
    )
