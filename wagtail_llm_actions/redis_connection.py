"""Connections to RQ's Redis or Valkey server that fail fast.

redis-py retries for up to a minute by default; an editor who clicked must not wait for that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core import checks
from django.core.signals import setting_changed

from wagtail_llm_actions.conf import rq_queues
from wagtail_llm_actions.threads import built_once

if TYPE_CHECKING:
    from collections.abc import Iterable

    from redis import Redis

# Per address: a host name may have two (IPv6, then IPv4), and 2 seconds are promised.
TIMEOUT_SECONDS = 0.8
ADD_QUEUES = "Add them to RQ_QUEUES, with the same connection as your other queues."


@built_once
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


def check_rq_queues(names: Iterable[str]) -> list[checks.CheckMessage]:
    """Return a system check error if ``RQ_QUEUES`` lacks one of these queues."""
    if problem := missing_rq_queues(names):
        return [checks.Error(f"{problem}.", hint=ADD_QUEUES, id="wagtail_llm_actions.E005")]
    return []


def missing_rq_queues(names: Iterable[str]) -> str:
    """Return which of these queues ``RQ_QUEUES`` lacks, without a full stop; empty for none."""
    missing = [repr(str(name)) for name in names if name not in rq_queues()]
    return f"RQ_QUEUES has no queue {' and no queue '.join(missing)}" if missing else ""


def _clear_cache(*, setting: str, **_kwargs: object) -> None:
    if setting == "RQ_QUEUES":
        get_fail_fast_connection.cache_clear()


setting_changed.connect(_clear_cache, dispatch_uid="wagtail_llm_actions.redis_connection")
