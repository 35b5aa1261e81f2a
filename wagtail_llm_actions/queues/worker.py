"""The RQ worker of ``llm_actions_worker``: one process that executes many runs at once.

A run mostly waits for its provider, so threads serve better than the process that RQ forks for
each job: docs/benchmarks.md has both measured. All runs share the process's SDKs and clients.
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
from wagtail_llm_actions.queues.base import (
    OWNER_KEY,
    RECOVER,
    SHARES_SLOTS,
    WARM_UP,
    reserved_slots,
)
from wagtail_llm_actions.queues.pool import Pool

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from redis.client import Pipeline
    from rq.job import Job
    from rq.queue import Queue as EngineQueue

POLL_SECONDS = 1
"""How often an idle or full worker checks whether it has to stop, and shows that it is alive."""

PUT_BACK_SECONDS = 0.05
"""Pause after a job of a user who has all slots that one user gets; another's may be behind it."""


def recovery_interval_seconds() -> float:
    """Return how often a worker looks for abandoned runs; with the default lease every 5 s."""
    return get_settings().lease_seconds / 3


class NoDeathPenalty(BaseDeathPenalty):
    """RQ enforces time limits by a signal, which threads cannot receive; runs have a deadline."""

    def setup_death_penalty(self) -> None:
        """Do nothing."""

    def cancel_death_penalty(self) -> None:
        """Do nothing."""


class SingleQueueWorker(SimpleWorker):
    """Takes jobs of one queue while it has a free slot, so that the others stay for all workers."""

    death_penalty_class = NoDeathPenalty
    # Seconds between two attempts to reach a lost server; RQ's own maximum is a minute.
    max_connection_wait_time = 5.0

    def __init__(self, queue: EngineQueue, *args: Any, slots: int, **kwargs: Any) -> None:
        """Create a worker.

        Args:
            queue: The only queue that it listens to.
            *args: As RQ's worker.
            slots: How many runs are executed at once.
            **kwargs: As RQ's worker.
        """
        # `rqworker` reads all queues with one serializer, whatever RQ_QUEUES says.
        super().__init__([queue], *args, **{**kwargs, "serializer": queue.serializer})
        self._pool = Pool(queue.name, slots, reserved=reserved_slots(slots))
        self._is_listening = False
        self._heartbeat_at = -math.inf

    @property
    def dequeue_timeout(self) -> int:
        """Seconds after which an idle worker checks whether it has to stop."""
        return POLL_SECONDS

    def dequeue_job_and_maintain_ttl(
        self, timeout: int | None, max_idle_time: int | None = None
    ) -> tuple[Job, EngineQueue] | None:
        """Take a job once there is a free slot, for a user who does not have too many already."""
        self._is_listening = True
        try:
            while True:
                while not self._pool.wait_for_slot(POLL_SECONDS):
                    self.heartbeat()
                taken = super().dequeue_job_and_maintain_ttl(timeout, max_idle_time)
                if taken is None or self._pool.has_slot_for(_owner(taken[0])):
                    return taken
                self._put_back(*taken)
                self.heartbeat()
        finally:
            self._is_listening = False

    def execute_job(self, job: Job, queue: EngineQueue) -> None:
        """Give a job to a thread."""
        self._pool.submit(partial(self._perform, job, queue), _owner(job))

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """Show that the worker is alive, at most once a second; RQ calls this three times per job.

        A lost server is no error here: dequeuing detects it, and waits for it.
        """
        if pipeline is None and self._is_listening and self.is_stopping:
            raise StopRequested
        if time.monotonic() - self._heartbeat_at < POLL_SECONDS:
            return
        self._heartbeat_at = time.monotonic()
        with suppress(RedisError):
            super().heartbeat(timeout, pipeline)

    def serialize(self) -> dict[str, Any]:
        """Return what the worker registers of itself."""
        return {**super().serialize(), SHARES_SLOTS: 1}

    def set_state(self, state: str, pipeline: Pipeline | None = None) -> None:
        """Report to RQ's monitoring, if the server can be reached."""
        with suppress(RedisError):
            super().set_state(state, pipeline)

    def check_for_suspension(self, burst: bool) -> None:  # noqa: FBT001 - RQ's signature
        """Obey RQ's command to pause, if the server can be reached."""
        with suppress(RedisError):
            super().check_for_suspension(burst)

    def register_again(self) -> None:
        """Register with a server that has lost its data."""
        if self.birth_date is None:
            return
        # The releases of redis differ in the type that they want.
        fields: Any = self.serialize()
        with suppress(RedisError), self.connection.pipeline() as pipeline:
            pipeline.hset(self.key, mapping=fields)
            pipeline.expire(self.key, self.worker_ttl)
            worker_registration.register(self, pipeline)
            pipeline.execute()

    def teardown(self) -> None:
        """Let running runs end; a second signal ends them at once."""
        self._pool.wait_until_idle()
        with suppress(RedisError):
            super().teardown()  # type: ignore[no-untyped-call]

    def _put_back(self, job: Job, queue: EngineQueue) -> None:
        """Put a job at the end of the queue; a job that is lost here is queued again by recovery."""
        with suppress(RedisError), queue.connection.pipeline() as pipeline:
            pipeline.lrem(queue.intermediate_queue_key, 1, job.id)
            queue.push_job_id(job.id, pipeline=pipeline)
            pipeline.execute()
        time.sleep(PUT_BACK_SECONDS)

    def _perform(self, job: Job, queue: EngineQueue) -> None:
        try:
            execution = self.prepare_execution(job)
            self.perform_job(job, queue, execution)
        except Exception:
            # The state of the run is in the database; that of its RQ job does not matter.
            self.log.exception("Worker %s: job %s did not end as RQ expects", self.name, job.id)
        finally:
            close_old_connections()

    # RQ has no public way to stop a worker from another thread, nor to keep it from installing
    # signal handlers where Python allows none. Only the members below touch its private parts;
    # tests/queues/test_worker.py fails if RQ changes them.

    @property
    def is_stopping(self) -> bool:
        """Whether the worker takes no more jobs."""
        return bool(self._stop_requested)

    def stop(self) -> None:
        """Take no more jobs."""
        self._stop_requested = True

    def _install_signal_handlers(self) -> None:
        if threading.current_thread() is threading.main_thread():
            super()._install_signal_handlers()  # type: ignore[no-untyped-call]

    def _shutdown(self) -> None:
        """React to the first signal; RQ's own method would keep listening while jobs are running."""
        self.stop()
        if self._is_listening:
            raise StopRequested


def _owner(job: Job) -> str:
    return str(job.meta.get(OWNER_KEY, ""))


class LLMWorker(SingleQueueWorker):
    """Listens to several queues, each with a thread and slots of its own.

    However many bulk runs wait, a click finds a free slot. RQ notices a lost worker only after
    minutes, so this one also looks for runs whose lease has expired.
    """

    def __init__(
        self, queues: Sequence[EngineQueue], *args: Any, slots: Mapping[str, int], **kwargs: Any
    ) -> None:
        """Create a worker.

        Args:
            queues: The first one is listened to in the main thread.
            *args: As RQ's worker.
            slots: How many runs of each queue are executed at once, by the queue's name.
            **kwargs: As RQ's worker.
        """
        first, *others = queues
        super().__init__(first, *args, slots=slots[first.name], **kwargs)
        self._others = [
            SingleQueueWorker(
                queue,
                *args,
                slots=slots[queue.name],
                **{**kwargs, "name": f"{self.name}-{queue.name}"},
            )
            for queue in others
        ]
        self._ended = threading.Event()

    def work(self, burst: bool = False, **options: Any) -> bool:  # type: ignore[override]  # noqa: FBT001, FBT002
        """Warm up, then work until stopped, or in burst mode until the queues are empty.

        Args:
            burst: End when the queues are empty.
            **options: As RQ's worker.
        """
        import_string(WARM_UP)()
        threading.Thread(target=self._recover, name="llm-actions-recovery", daemon=True).start()
        listeners = [
            threading.Thread(target=self._listen, args=(worker, burst), kwargs=options, daemon=True)
            for worker in self._others
        ]
        for listener in listeners:
            listener.start()
        worked = super().work(burst, **options)
        if not burst:
            for worker in self._others:
                worker.stop()
        for listener in listeners:
            listener.join()
        self._ended.set()
        return worked

    def stop(self) -> None:
        """Take no more jobs of any queue."""
        super().stop()
        for worker in self._others:
            worker.stop()

    def _listen(self, worker: SingleQueueWorker, burst: bool, **options: Any) -> None:  # noqa: FBT001
        worker.work(burst, **options)
        if not burst and not self.is_stopping:
            # RQ gave up: end the whole process, so that the process manager restarts it.
            os.kill(os.getpid(), signal.SIGTERM)

    def _recover(self) -> None:
        """Recover abandoned runs, and register again with a server that was lost."""
        while True:
            try:
                import_string(RECOVER)()
                for worker in (self, *self._others):
                    worker.register_again()
            except Exception:
                self.log.exception("Worker %s: recovery of abandoned runs failed", self.name)
            finally:
                connections.close_all()
            if self._ended.wait(recovery_interval_seconds()):
                return
