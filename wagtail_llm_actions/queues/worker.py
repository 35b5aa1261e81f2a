"""The RQ worker of ``llm_actions_worker``: one process that executes many runs at once.

A run waits for its provider nearly all of its time, so threads serve better than the process that
RQ would fork for each: docs/benchmarks.md has both measured. All calls share the warm SDKs and
clients of the process.
"""

from __future__ import annotations

import math
import os
import signal
import threading
import time
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
from wagtail_llm_actions.queues.base import WARM_UP
from wagtail_llm_actions.queues.pool import Pool

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from redis.client import Pipeline
    from rq.job import Job
    from rq.queue import Queue as EngineQueue

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


class LaneWorker(SimpleWorker):
    """Takes jobs of one queue, while a slot is free, so that the others stay for all workers."""

    death_penalty_class = NoDeathPenalty
    # Seconds between two attempts to reach a lost server; RQ's own limit is a minute.
    max_connection_wait_time = 5.0

    def __init__(self, queue: EngineQueue, *args: Any, slots: int, **kwargs: Any) -> None:
        """Make a worker.

        Args:
            queue: The only one that it listens to.
            *args: As RQ's worker.
            slots: How many runs are executed at once.
            **kwargs: As RQ's worker.
        """
        super().__init__([queue], *args, **kwargs)
        self._pool = Pool(queue.name, slots)
        self._is_listening = False
        self._beat_at = -math.inf

    @property
    def dequeue_timeout(self) -> int:
        """Seconds after which an idle worker looks whether it is to stop."""
        return LOOK_SECONDS

    def stop(self) -> None:
        """Take no more jobs."""
        self._stop_requested = True

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[Job, EngineQueue] | None:
        """Take a job once there is a free slot."""
        self._is_listening = True
        try:
            while not self._pool.wait_for_slot(LOOK_SECONDS):
                self.heartbeat()
            return super().dequeue_job_and_maintain_ttl(timeout, max_idle_time)
        finally:
            self._is_listening = False

    def execute_job(self, job: Job, queue: EngineQueue) -> None:
        """Hand a job to a thread."""
        self._pool.submit(partial(self._perform, job, queue))

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """Show now and then that the worker lives; RQ wants to three times for each job.

        A lost server is found, and waited for, by asking for a job.
        """
        if pipeline is None and self._is_listening and self._stop_requested:
            raise StopRequested
        if time.monotonic() - self._beat_at < LOOK_SECONDS:
            return
        self._beat_at = time.monotonic()
        with suppress(RedisError):
            super().heartbeat(timeout, pipeline)

    def set_state(self, state: str, pipeline: Pipeline | None = None) -> None:
        """Tell RQ's monitoring what the worker does, if its server is there."""
        with suppress(RedisError):
            super().set_state(state, pipeline)

    def check_for_suspension(self, burst: bool) -> None:  # noqa: FBT001 - RQ's signature
        """Obey RQ's command to pause, if its server is there."""
        with suppress(RedisError):
            super().check_for_suspension(burst)

    def register_again(self) -> None:
        """Be known to a server that has lost its data."""
        if self.birth_date is None:
            return
        with suppress(RedisError), self.connection.pipeline() as pipeline:
            pipeline.hset(self.key, mapping=self.serialize())
            pipeline.expire(self.key, self.worker_ttl)
            worker_registration.register(self, pipeline)
            pipeline.execute()

    def teardown(self) -> None:
        """Let the runs that are under way end; a second signal ends them at once."""
        self._pool.wait_until_idle()
        with suppress(RedisError):
            super().teardown()  # type: ignore[no-untyped-call]

    def _install_signal_handlers(self) -> None:
        if threading.current_thread() is threading.main_thread():
            super()._install_signal_handlers()  # type: ignore[no-untyped-call]

    def _shutdown(self) -> None:
        # RQ would go on listening while there is work under way.
        self.stop()
        if self._is_listening:
            raise StopRequested

    def _perform(self, job: Job, queue: EngineQueue) -> None:
        try:
            execution = self.prepare_execution(job)
            self.perform_job(job, queue, execution)
        except Exception:
            # The run is in the database as it is; what RQ thinks of its job does not matter.
            self.log.exception("Worker %s: job %s was not ended as RQ wants", self.name, job.id)
        finally:
            close_old_connections()


class LLMWorker(LaneWorker):
    """Listens to several queues, each in a thread and with slots of its own.

    However many bulk runs there are, a click finds a free slot. RQ notices a lost worker after
    minutes only, so this one looks for runs with an expired lease.
    """

    def __init__(
        self, queues: Sequence[EngineQueue], *args: Any, slots: Mapping[str, int], **kwargs: Any
    ) -> None:
        """Make a worker.

        Args:
            queues: The first one is listened to in the main thread.
            *args: As RQ's worker.
            slots: How many runs of each queue are executed at once, by the queue's name.
            **kwargs: As RQ's worker.
        """
        first, *others = queues
        super().__init__(first, *args, slots=slots[first.name], **kwargs)
        self._lanes = [
            LaneWorker(
                queue,
                *args,
                slots=slots[queue.name],
                **{**kwargs, "name": f"{self.name}-{queue.name}"},
            )
            for queue in others
        ]
        self._ended = threading.Event()

    def work(self, burst: bool = False, **options: Any) -> bool:  # type: ignore[override]  # noqa: FBT001, FBT002
        """Load what every run needs, then work until stopped, or in burst mode until all is done.

        Args:
            burst: End when the queues are empty.
            **options: As RQ's worker.
        """
        import_string(WARM_UP)()
        threading.Thread(target=self._tick, name="llm-actions-tick", daemon=True).start()
        listeners = [
            threading.Thread(target=self._listen, args=(lane, burst), kwargs=options, daemon=True)
            for lane in self._lanes
        ]
        for listener in listeners:
            listener.start()
        worked = super().work(burst, **options)
        if not burst:
            for lane in self._lanes:
                lane.stop()
        for listener in listeners:
            listener.join()
        self._ended.set()
        return worked

    def stop(self) -> None:
        """Take no more jobs of any queue."""
        super().stop()
        for lane in self._lanes:
            lane.stop()

    def _listen(self, lane: LaneWorker, burst: bool, **options: Any) -> None:  # noqa: FBT001
        lane.work(burst, **options)
        if not burst and not self._stop_requested:
            # RQ gave up on something: end as a whole, for the process manager to start anew.
            os.kill(os.getpid(), signal.SIGTERM)

    def _tick(self) -> None:
        while True:
            try:
                import_string(RECOVER)()
                for lane in (self, *self._lanes):
                    lane.register_again()
            except Exception:
                self.log.exception("Worker %s: the look for lost runs failed", self.name)
            finally:
                connections.close_all()
            if self._ended.wait(tick_seconds()):
                return
