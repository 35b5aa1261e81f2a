"""Live text in the Redis or Valkey server that RQ uses."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, cast

from redis.exceptions import RedisError

from wagtail_llm_actions.conf import INTERACTIVE_QUEUE
from wagtail_llm_actions.redis_connection import check_rq_queues, get_fail_fast_connection
from wagtail_llm_actions.streams.base import Stream

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from django.core.checks import CheckMessage

logger = logging.getLogger(__name__)

TTL_SECONDS = 15 * 60


class RedisStream(Stream):
    """One string per run; positions are bytes, always between two appended pieces."""

    flush_seconds = 0.1

    def __init__(self) -> None:
        self._is_lost = False

    @classmethod
    def check(cls) -> list[CheckMessage]:
        """Report that ``RQ_QUEUES`` lacks the queue whose server is used."""
        return check_rq_queues([INTERACTIVE_QUEUE])

    def append(self, run_id: UUID, text: str) -> None:
        """Add the text, and postpone the time at which Redis deletes it."""
        try:
            pipeline = get_fail_fast_connection(INTERACTIVE_QUEUE).pipeline(transaction=False)
            pipeline.append(_key(run_id), text.encode())
            pipeline.expire(_key(run_id), TTL_SECONDS)
            pipeline.execute()
        except RedisError as error:
            if not self._is_lost:
                logger.warning("Live text of run %s is lost: %s", run_id, type(error).__name__)
            self._is_lost = True

    def read(self, run_id: UUID, after: int) -> tuple[str, int]:
        """Return the text after a number of bytes."""
        return self.read_all({run_id: after})[run_id]

    def read_all(self, positions: Mapping[UUID, int]) -> dict[UUID, tuple[str, int]]:
        """Return the texts of several runs, in one round trip."""
        pipeline = get_fail_fast_connection(INTERACTIVE_QUEUE).pipeline(transaction=False)
        for run_id, after in positions.items():
            pipeline.getrange(_key(run_id), after, -1)
        try:
            found = cast("list[bytes]", pipeline.execute())
        except RedisError:
            found = [b""] * len(positions)
        # Only a made-up position can fall into the middle of a character.
        return {
            run_id: (data.decode(errors="replace"), after + len(data))
            for (run_id, after), data in zip(positions.items(), found, strict=True)
        }

    def close(self, run_id: UUID) -> None:
        """Delete the text; the run's output holds it now."""
        try:
            get_fail_fast_connection(INTERACTIVE_QUEUE).delete(_key(run_id))
        except RedisError:
            return


def _key(run_id: UUID) -> str:
    return f"llm-actions:text:{run_id}"
