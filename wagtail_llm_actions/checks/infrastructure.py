"""Checks of the queue, the stream and the cache that runs need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from wagtail_llm_actions.conf import SETTING
from wagtail_llm_actions.documentation import documentation
from wagtail_llm_actions.models import RetentionMode
from wagtail_llm_actions.queues import Queue
from wagtail_llm_actions.runs import unstored
from wagtail_llm_actions.streams import Stream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wagtail_llm_actions.conf import Settings


def queue(settings: Settings) -> Iterator[checks.CheckMessage]:
    """Check that the queue can be imported, and what it says itself."""
    queue = _subclass(settings.queue, Queue)
    if queue is not None:
        yield from queue.check()
        return
    yield checks.Error(
        f"{SETTING}['QUEUE'] is {settings.queue!r}, which is not a Queue subclass that can be "
        "imported.",
        hint="Use the dotted path of a Queue subclass, leave the key out, or install the "
        "extra of the RQ queue with pip install 'wagtail-llm-actions[rq]'.",
        id="wagtail_llm_actions.E004",
    )


def stream(settings: Settings) -> Iterator[checks.CheckMessage]:
    """Check that the stream can be imported, and what it says itself."""
    if settings.stream is None:
        return
    stream = _subclass(settings.stream, Stream)
    if stream is not None:
        yield from stream.check()
        return
    yield checks.Error(
        f"{SETTING}['STREAM'] is {settings.stream!r}, which is not a Stream subclass that can be "
        "imported.",
        hint="Use the dotted path of a Stream subclass, leave the key out, because the queue has one, or "
        "install the extra of the RQ queue with pip install 'wagtail-llm-actions[rq]'.",
        id="wagtail_llm_actions.E006",
    )


def retention(settings: Settings) -> Iterator[checks.CheckMessage]:
    """Check that texts which are not stored can be held."""
    if settings.retention.mode != RetentionMode.NOTHING or not _subclass(settings.queue, Queue):
        return
    cache = settings.retention.cache
    shared = (
        f"Let {SETTING}['RETENTION']['CACHE'] name a cache in CACHES that all processes share, such as one with "
        "django.core.cache.backends.redis.RedisCache"
    )
    if found := unstored.problem(settings):
        yield checks.Error(
            found,
            hint=f"{shared}, and pip install 'wagtail-llm-actions[encryption]'; "
            f"see {documentation('retention.md')}.",
            id="wagtail_llm_actions.E009",
        )
    elif unstored.is_in_memory(settings):
        yield checks.Warning(
            f"The texts of runs are held by the cache {cache!r}, which each process has for itself: where the site "
            "has several, runs fail.",
            hint=f"{shared}. With one web process, silence this warning by SILENCED_SYSTEM_CHECKS.",
            id="wagtail_llm_actions.W011",
        )


def _subclass(path: str, base: type) -> Any:
    try:
        found = import_string(path)
    except (ImportError, ImproperlyConfigured):
        return None
    return found if isinstance(found, type) and issubclass(found, base) else None
