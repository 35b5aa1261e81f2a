"""The RQ worker of ``llm_actions_worker``: one process that executes many runs at once.

A run waits for its provider nearly all of its time, so threads serve better than the process that
RQ would fork for each: docs/benchmarks.md has both measured. All calls share the warm SDKs and
clients of the process.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import close_old_connections, connections
from django.utils.module_loading import import_string
from redis.exceptions import RedisError
from rq import SimpleWorker, worker_registration
from rq.exceptions import StopRequested
from rq.timeouts import BaseDeathPenalty

from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.queues.pool import Pool

if TYPE_CHECKING:
    from collections.abc import Mapping

    from redis.client import Pipeline
    from rq.job import Job
    from rq.queue import Queue as EngineQueue

WARM_UP = "wagtail_llm_actions.tasks.warm_up"
RECOVER = "wagtail_llm_actions.tasks.recover_runs"
LOOK_SECONDS = 1


def tick_seconds() -> float:
    """Return how often a worker looks for lost runs; with the default lease every 5 s."""
    return get_settings().lease_seconds / 3


class NoDeathPenalty(BaseDeathPenalty):
    """RQ's time limit is a signal, which no thread can get; a run ends at its own deadline."""

    def setup_death_penalty(self) -> None:
        """Do nothing."""

    def cancel_death_penalty(self) -> None:
        """Do nothing."""


class LLMWorker(SimpleWorker):
    """Takes a job only while a slot of its queue is free, so that the others stay for all workers.

    Each queue has slots of its own: however many bulk runs there are, a click finds a free one. RQ
    notices a lost worker after minutes only, so this one looks for runs with an expired lease.
    """

    death_penalty_class = NoDeathPenalty
    # Seconds between two attempts to reach a lost server; RQ's own limit is a minute.
    max_connection_wait_time = 5.0

    def __init__(self, *args: Any, slots: Mapping[str, int], **kwargs: Any) -> None:
        """Make a worker.

        Args:
            *args: As RQ's worker.
            slots: How many runs of each queue are executed at once, by the queue's name.
            **kwargs: As RQ's worker.
        """
        super().__init__(*args, **kwargs)
        self._ended = threading.Condition()
        self._pools = {
            queue.name: Pool(queue.name, slots[queue.name], self._ended) for queue in self.queues
        }
        self._is_listening = False
        self._stopped = threading.Event()

    @property
    def dequeue_timeout(self) -> int:
        """Seconds after which an idle worker looks which queues have a free slot now."""
        return LOOK_SECONDS

    def bootstrap(self, *args: Any, **kwargs: Any) -> None:
        """Load what every run needs before the first job is taken, and look for lost runs."""
        import_string(WARM_UP)()
        super().bootstrap(*args, **kwargs)
        threading.Thread(target=self._tick, name="llm-actions-tick", daemon=True).start()

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[Job, EngineQueue] | None:
        """Take a job of a queue that has a free slot; wait until there is one."""
        # Without a timeout, in burst mode, an empty queue means the end: all have to be asked.
        enough = all if timeout is None else any
        self._is_listening = True
        try:
            with self._ended:
                self._ended.wait_for(lambda: enough(map(self._is_free, self.queues)))
            return super().dequeue_job_and_maintain_ttl(timeout, max_idle_time)
        finally:
            self._is_listening = False

    def execute_job(self, job: Job, queue: EngineQueue) -> None:
        """Hand a job to a thread."""
        self._pools[queue.name].submit(partial(self._perform, job, queue))

    def prepare_job_execution(
        self,
        job: Job,
        remove_from_intermediate_queue: bool = False,  # noqa: FBT001, FBT002 - RQ's signature
    ) -> None:
        """Take the job off RQ's intermediate queue too, where it is when one queue was asked."""
        super().prepare_job_execution(job, remove_from_intermediate_queue=True)

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """Show that the worker lives; a lost server is found, and waited for, by taking jobs."""
        with suppress(RedisError):
            super().heartbeat(timeout, pipeline)
        if pipeline is None:
            self._before_listening()

    def set_state(self, state: str, pipeline: Pipeline | None = None) -> None:
        """Tell RQ's monitoring what the worker does, if its server is there."""
        with suppress(RedisError):
            super().set_state(state, pipeline)

    def check_for_suspension(self, burst: bool) -> None:  # noqa: FBT001 - RQ's signature
        """Obey RQ's command to pause, if its server is there."""
        with suppress(RedisError):
            super().check_for_suspension(burst)

    def teardown(self) -> None:
        """Let the runs that are under way end; a second signal ends them at once."""
        for pool in self._pools.values():
            pool.wait_until_idle()
        self._stopped.set()
        with suppress(RedisError):
            super().teardown()  # type: ignore[no-untyped-call]

    def _shutdown(self) -> None:
        # RQ would go on listening while there is work under way.
        self._stop_requested = True
        if self._is_listening:
            raise StopRequested

    def _before_listening(self) -> None:
        """RQ calls ``heartbeat`` each time before it asks its server for a job."""
        if self._is_listening and self._stop_requested:
            raise StopRequested
        free = [queue for queue in self.queues if self._is_free(queue)]
        # All may be taken after the last job; they are waited for then.
        self._ordered_queues = free or self._ordered_queues

    def _is_free(self, queue: EngineQueue) -> bool:
        return not self._pools[queue.name].is_full

    def _perform(self, job: Job, queue: EngineQueue) -> None:
        try:
            execution = self.prepare_execution(job)
            self.perform_job(job, queue, execution)
        except Exception:
            # The run is in the database as it is; what RQ thinks of its job does not matter.
            self.log.exception("Worker %s: job %s was not ended as RQ wants", self.name, job.id)
        finally:
            close_old_connections()

    def _tick(self) -> None:
        while True:
            try:
                import_string(RECOVER)()
                self._register_again()
            except Exception:
                self.log.exception("Worker %s: the look for lost runs failed", self.name)
            finally:
                connections.close_all()
            if self._stopped.wait(tick_seconds()):
                return

    def _register_again(self) -> None:
        """Be known to a server that has lost its data."""
        with suppress(RedisError), self.connection.pipeline() as pipeline:
            pipeline.hset(self.key, mapping=self.serialize())
            pipeline.expire(self.key, self.worker_ttl)
            worker_registration.register(self, pipeline)
            pipeline.execute()
