"""The queue seam: how a run's id gets to a worker; ``QUEUE`` in the settings chooses the class.

``docs/extending/queue.md`` explains how to write one.
"""

from __future__ import annotations

from django.utils.module_loading import import_string

from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.queues.base import Priority, Queue, WorkerProblem

__all__ = ["Priority", "Queue", "WorkerProblem", "get_queue"]


def get_queue() -> Queue:
    """Return the site's queue."""
    queue: Queue = import_string(get_settings().queue)()
    return queue
