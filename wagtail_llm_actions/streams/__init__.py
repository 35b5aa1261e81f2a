"""The stream seam: how live text gets from a worker to an editor's browser.

``STREAM`` in the settings chooses the class, otherwise the queue does.
``docs/extending/stream.md`` explains how to write one.
"""

from __future__ import annotations

from django.utils.module_loading import import_string

from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.streams.base import Stream

__all__ = ["Stream", "get_stream"]


def get_stream() -> Stream:
    """Return the site's stream."""
    settings = get_settings()
    path = settings.stream or import_string(settings.queue).default_stream
    stream: Stream = import_string(path)()
    return stream
