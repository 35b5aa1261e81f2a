"""The text of a run while it is written, on its way from the worker to the editor's browser."""

from __future__ import annotations

from django.utils.module_loading import import_string

from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.streams.base import Stream

__all__ = ["Stream", "get_stream"]


def get_stream() -> Stream:
    """Return the stream that goes with the site's queue."""
    stream: Stream = import_string(get_settings().stream)()
    return stream
