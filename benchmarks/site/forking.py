"""The arrangement that the package's worker is compared with: a process for each run."""

from __future__ import annotations

from typing import Any

from django.db import connections
from rq import Worker

from wagtail_llm_actions.tasks import warm_up


class ForkingWorker(Worker):
    """RQ's own worker, with SDKs and clients made ready before it forks."""

    def bootstrap(self, *args: Any, **kwargs: Any) -> None:
        """Load what every run needs, before the first job is taken."""
        warm_up()
        connections.close_all()
        super().bootstrap(*args, **kwargs)
