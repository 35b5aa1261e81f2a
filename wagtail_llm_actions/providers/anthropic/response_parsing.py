"""Read the events of a streamed message.

Source: Anthropic's API reference, "Streaming messages", and the SDK's ``RawMessageStreamEvent``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wagtail_llm_actions.generation import ReasoningDelta, TextDelta
from wagtail_llm_actions.providers.errors.content_filter import reasons_in
from wagtail_llm_actions.providers.response_parsing import (
    ResponseParser,
    read,
    read_end,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wagtail_llm_actions.providers.sse import JSONObject


class MessageParser(ResponseParser):
    """Reads one message."""

    expected = "a message"
    filtered_message = "The model refused to answer."
    cached_is_separate = True

    def parse(self, event: JSONObject) -> Iterator[TextDelta | ReasoningDelta]:
        """Yield the delta of an event.

        Events and blocks of unknown types are ignored, as the protocol demands.
        """
        match read(event, "type", str):
            case None:
                self.unread = self.unread or "type"
            case "message_start":
                self._parse_start(getattr(event, "message", None))
            case "content_block_start" | "content_block_delta":
                yield from _deltas(event.content_block or event.delta)
            case "message_delta":
                self._parse_end(event, event.delta)
            case "message_stop":
                self.is_complete = True
            case "message":
                yield from self._parse_whole(event)

    def _parse_whole(self, event: JSONObject) -> Iterator[TextDelta | ReasoningDelta]:
        """Yield the blocks of a message, which a server sends that ignores ``stream``."""
        self._parse_start(event)
        content = event.content
        if isinstance(content, str):
            yield TextDelta(text=content)
        else:
            for block in read(event, "content", list) or []:
                yield from _deltas(block)
        self._parse_end(event, event)

    def _parse_start(self, message: object) -> None:
        self.has_started = True
        self.response_model = read(message, "model", str)
        # Its output tokens are those of the first piece of text only.
        self._usage.read(getattr(message, "usage", None), skip="output")

    def _parse_end(self, event: object, delta: object) -> None:
        said = read_end(delta, "stop_reason") or read_end(event, "stop_reason")
        self.finish_reason = said or self.finish_reason
        details = getattr(delta, "stop_details", None)
        self.refusal = read(details, "explanation", str) or self.refusal
        self.filter_reasons += reasons_in(delta)
        self._usage.read(getattr(event, "usage", None))


def _deltas(part: object) -> Iterator[TextDelta | ReasoningDelta]:
    """Yield what a content block begins with, or what is added to it."""
    match read(part, "type", str):
        case "text" | "text_delta":
            yield TextDelta(text=read(part, "text", str) or "")
        case "thinking" | "thinking_delta":
            yield ReasoningDelta(text=read(part, "thinking", str) or "")
        case "redacted_thinking" | "signature_delta":
            yield ReasoningDelta()
