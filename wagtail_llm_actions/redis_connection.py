"""A connection to RQ's Redis or Valkey that gives up soon.

redis-py's defaults retry for up to a minute; an editor who clicked must not wait for that.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from django.core.signals import setting_changed

if TYPE_CHECKING:
    from redis import Redis

# Two addresses of one host name (IPv6, then IPv4) may each take this long.
TIMEOUT_SECONDS = 0.8


@cache
def get_fail_fast_connection(queue_name: str) -> Redis:
    """Return this process's connection for a queue of ``RQ_QUEUES``.

    Raises:
        KeyError: ``RQ_QUEUES`` has no such queue.
    """
    import django_rq  # noqa: PLC0415
    from redis.backoff import NoBackoff  # noqa: PLC0415
    from redis.retry import Retry  # noqa: PLC0415

    connection = django_rq.get_connection(queue_name)
    connection.connection_pool.connection_kwargs.update(
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
        retry_on_error=[],
    )
    return connection


def _forget(*, setting: str, **_kwargs: object) -> None:
    if setting == "RQ_QUEUES":
        get_fail_fast_connection.cache_clear()


setting_changed.connect(_forget, dispatch_uid="wagtail_llm_actions.redis_connection")
