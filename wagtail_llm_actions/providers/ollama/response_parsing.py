"""Read the lines of a streamed chat.

Source: Ollama's API reference, ``/api/chat``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wagtail_llm_actions.generation import ReasoningDelta, TextDelta
from wagtail_llm_actions.providers.errors.response import failure_in
from wagtail_llm_actions.providers.response_parsing import (
    ResponseError,
    ResponseParser,
    read,
    read_end,
)
from wagtail_llm_actions.providers.sse import DONE, JSONObject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wagtail_llm_actions.providers.sse import Event

DEFAULT_REASON = "stop"
"""Old versions of Ollama send no reason with a finished answer."""


class ChatParser(ResponseParser):
    """Reads one chat."""

    expected = "a chat"

    def __init__(self) -> None:
        super().__init__()
        self._has_reasoning = False

    def parse(self, part: JSONObject) -> Iterator[TextDelta | ReasoningDelta]:
        """Yield the deltas of a line.

        Raises:
            ResponseError: The line is an error, or a member has a type that it cannot have.
        """
        if part.error:
            if self.is_whole:
                return
            raise ResponseError.of(failure_in(part))
        message = read(part, "message", JSONObject)
        if message is None and part.done is None:
            self.unread = self.unread or "message"
            return
        self.has_started = True
        self.response_model = read(part, "model", str) or self.response_model
        if read(part, "done", bool):
            self.finish_reason = read_end(part, "done_reason") or DEFAULT_REASON
            self._usage.read(part)
        if reasoning := read(message, "thinking", str):
            self._has_reasoning = True
            yield ReasoningDelta(text=reasoning)
        # The member of ``/api/generate``, which some proxies keep.
        yield TextDelta(text=read(message, "content", str) or read(part, "response", str) or "")

    def read(self, event: Event) -> Iterator[TextDelta | ReasoningDelta]:
        """Yield what the next line holds; only a line with ``done`` ends a chat."""
        return iter(()) if event is DONE else super().read(event)

    def why_empty(self) -> str:
        """Explain an answer without visible text; reasoning is seen, though not counted."""
        message = super().why_empty()
        return f"{message} All that it wrote was reasoning." if self._has_reasoning else message
