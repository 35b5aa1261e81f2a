"""Prune now and then, so that a site needs no cron job."""

from __future__ import annotations

import logging
from contextlib import suppress

from wagtail_llm_actions.errors import QueueUnavailable
from wagtail_llm_actions.queues import get_queue
from wagtail_llm_actions.retention.prune import due_work, prune
from wagtail_llm_actions.runs.lifecycle.recovery import Throttle

logger = logging.getLogger(__name__)

TASK = "wagtail_llm_actions.tasks.prune_history"
MAX_SECONDS = 2.0
"""Of one call; docs/retention.md says for how many runs a day that is enough at a call a minute."""

prune_throttle = Throttle(seconds=60.0)


def prune_some() -> None:
    """Prune for some seconds; what fails is logged, and tried again the next time."""
    try:
        prune(due_work(), max_seconds=MAX_SECONDS)
    except Exception:
        logger.exception("The history could not be pruned")


def prune_now_and_then() -> None:
    """Prune if the throttle allows it; every worker calls this every few seconds."""
    if prune_throttle.allows():
        prune_some()


def prune_soon() -> None:
    """Prune outside the request if the throttle allows it, where there is no worker to do it."""
    queue = get_queue()
    if queue.executes_here and prune_throttle.allows():
        with suppress(QueueUnavailable):
            queue.call(TASK)
