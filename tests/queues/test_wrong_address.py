"""A queue server whose address is wrong is one that cannot be reached."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest

from wagtail_llm_actions.errors import QueueUnavailable
from wagtail_llm_actions.queues import Priority
from wagtail_llm_actions.queues.rq import RQQueue

if TYPE_CHECKING:
    from pytest_django import Settings


def test_nothing_but_queue_unavailable_is_raised(settings: Settings) -> None:
    # redis-py wants a scheme, and raises ValueError.
    settings.RQ_QUEUES = {name: {"URL": "127.0.0.1:6379"} for name in ("llm", "llm_bulk")}
    queue, run_id = RQQueue(), uuid.uuid4()

    with pytest.raises(QueueUnavailable):
        queue.enqueue(run_id, Priority.INTERACTIVE)
    with pytest.raises(QueueUnavailable):
        queue.enqueue_missing([run_id], Priority.BULK)
    with pytest.raises(QueueUnavailable):
        queue.rejected([run_id], Priority.BULK)
    with pytest.raises(QueueUnavailable):
        queue.worker_problem()
    queue.cancel(run_id)
