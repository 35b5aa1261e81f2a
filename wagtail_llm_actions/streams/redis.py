"""Live text in the Redis or Valkey server that RQ uses."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, cast

from redis.exceptions import RedisError

from wagtail_llm_actions.redis_connection import get_fail_fast_connection
from wagtail_llm_actions.streams.base import Stream

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

logger = logging.getLogger(__name__)

QUEUE = "llm"
TTL_SECONDS = 15 * 60


class RedisStream(Stream):
    """One string for each run; positions are bytes, always between two appended pieces."""

    flush_seconds = 0.1

    def __init__(self) -> None:
        self._is_lost = False

    def append(self, run_id: UUID, text: str) -> None:
        """Add the text and renew the time after which Redis forgets it."""
        try:
            pipeline = get_fail_fast_connection(QUEUE).pipeline()
            pipeline.append(_key(run_id), text.encode())
            pipeline.expire(_key(run_id), TTL_SECONDS)
            pipeline.execute()
        except RedisError as error:
            if not self._is_lost:
                logger.warning("Live text of run %s is lost: %s", run_id, type(error).__name__)
            self._is_lost = True

    def read(self, run_id: UUID, after: int) -> tuple[str, int]:
        """Read what stands behind a number of bytes."""
        return self.read_all({run_id: after})[run_id]

    def read_all(self, positions: Mapping[UUID, int]) -> dict[UUID, tuple[str, int]]:
        """Read all of them on one way to the server and back."""
        pipeline = get_fail_fast_connection(QUEUE).pipeline(transaction=False)
        for run_id, after in positions.items():
            pipeline.getrange(_key(run_id), after, -1)
        try:
            found = cast("list[bytes]", pipeline.execute())
        except RedisError:
            found = [b""] * len(positions)
        # A position that was made up may fall into a character; a whole one never does.
        return {
            run_id: (data.decode(errors="replace"), after + len(data))
            for (run_id, after), data in zip(positions.items(), found, strict=True)
        }

    def close(self, run_id: UUID) -> None:
        """Delete the text; the run's output holds it now."""
        try:
            get_fail_fast_connection(QUEUE).delete(_key(run_id))
        except RedisError:
            return


def _key(run_id: UUID) -> str:
    return f"llm-actions:text:{run_id}"
