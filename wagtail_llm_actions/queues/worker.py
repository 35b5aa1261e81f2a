"""The RQ worker of ``llm_actions_worker``: warm before it forks, and aware of lost runs."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

from django.db import connections
from django.utils.module_loading import import_string
from rq import Worker

from wagtail_llm_actions.conf import get_settings

if TYPE_CHECKING:
    from resource import struct_rusage

    from redis.client import Pipeline
    from rq.job import Job

WARM_UP = "wagtail_llm_actions.tasks.warm_up"
RECOVER = "wagtail_llm_actions.tasks.recover_runs"
INTERRUPT = "wagtail_llm_actions.tasks.interrupt_run"


def tick_seconds() -> int:
    """Return how often a worker looks for lost runs; with the default lease every 10 s.

    A run ends at most two ticks after its lease: one may begin just before the lease is over, and
    a job that comes in between delays the next.
    """
    return max(1, int(get_settings().lease_seconds / 2))


class LLMWorker(Worker):
    """Each work horse inherits loaded SDKs and built clients, which saves it 1 to 3 seconds.

    RQ notices a lost worker after minutes only, so this one looks for runs with an expired lease
    when it shows that it lives itself, idle or busy.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("job_monitoring_interval", tick_seconds())
        super().__init__(*args, **kwargs)
        self._looked_at = -math.inf

    @property
    def dequeue_timeout(self) -> int:
        """Seconds after which an idle worker stops listening, to show that it lives."""
        return tick_seconds()

    def bootstrap(self, *args: Any, **kwargs: Any) -> None:
        """Load what every run needs, before the first job is taken."""
        self._in_parent(WARM_UP)
        super().bootstrap(*args, **kwargs)

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """Show that the worker lives, and look for lost runs if it is time."""
        super().heartbeat(timeout, pipeline)
        if not self.is_horse and time.monotonic() - self._looked_at >= tick_seconds():
            self._looked_at = time.monotonic()
            self._in_parent(RECOVER)

    def handle_work_horse_killed(
        self, job: Job, retpid: int, ret_val: int, rusage: struct_rusage
    ) -> None:
        """End the run of a work horse that was killed; it cannot do so itself."""
        super().handle_work_horse_killed(  # type: ignore[no-untyped-call]
            job, retpid, ret_val, rusage
        )
        self._in_parent(INTERRUPT, *job.args)

    def _in_parent(self, task: str, *args: str) -> None:
        try:
            import_string(task)(*args)
        except Exception:
            self.log.exception("Worker %s: %s failed", self.name, task)
        finally:
            # A database connection must not be shared with the work horses that are forked later.
            connections.close_all()
