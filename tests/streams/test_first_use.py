"""The first use of the queue's server in a process."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest

from tests.parts.threads import STARTS, THREADS, at_once
from tests.parts.valkey import Valkey
from wagtail_llm_actions.redis_connection import get_fail_fast_connection
from wagtail_llm_actions.streams.redis import RedisStream

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.processes


@pytest.fixture
def valkey(settings: Any) -> Iterator[Valkey]:
    with Valkey() as running:
        settings.RQ_QUEUES = running.rq_queues
        yield running


def test_no_text_is_lost_when_many_runs_begin_at_once(valkey: Valkey) -> None:
    for _ in range(STARTS):
        get_fail_fast_connection.cache_clear()
        run_id = uuid.uuid4()

        answers = at_once(lambda run_id=run_id: RedisStream().append(run_id, "Hoo."))  # type: ignore[misc]

        assert answers == [None] * THREADS
        assert RedisStream().read(run_id, 0)[0] == "Hoo." * THREADS
