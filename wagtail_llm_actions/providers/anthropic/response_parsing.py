"""Read the events of a streamed message.

Source: Anthropic's API reference, "Streaming messages", and the SDK's ``RawMessageStreamEvent``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wagtail_llm_actions.generation import ReasoningDelta, TextDelta, Usage
from wagtail_llm_actions.providers.response_parsing import (
    ResponseParser,
    read,
    read_count,
    read_end,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wagtail_llm_actions.providers.sse import JSONObject

COUNTS = (
    "input_tokens",
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
    "output_tokens",
)


class MessageParser(ResponseParser):
    """Reads one message."""

    expected = "a message"
    filtered_message = "The model refused to answer."

    def __init__(self) -> None:
        super().__init__()
        self._counts: dict[str, int] = {}

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
        for block in read(event, "content", list) or []:
            yield from _deltas(block)
        self._parse_end(event, event)

    def _parse_start(self, message: object) -> None:
        self.has_started = True
        self.response_model = read(message, "model", str)
        # Its output tokens are those of the first piece of text only.
        self._read_counts(getattr(message, "usage", None), COUNTS[:-1])

    def _parse_end(self, event: object, delta: object) -> None:
        self.finish_reason = read_end(delta, "stop_reason") or self.finish_reason
        details = getattr(delta, "stop_details", None)
        self.refusal = read(details, "explanation", str) or self.refusal
        self._read_counts(getattr(event, "usage", None), COUNTS)

    def _read_counts(self, usage: object, names: tuple[str, ...]) -> None:
        """Store the counts that are present; each is a total, so the last one is valid."""
        found = {name: read_count(usage, name) for name in names}
        details = getattr(usage, "output_tokens_details", None)
        found["thinking_tokens"] = read_count(details, "thinking_tokens")
        self._counts |= {name: count for name, count in found.items() if count is not None}

    @property
    def usage(self) -> Usage | None:
        """Token counts; ``None`` where the server has not reported both input and output."""
        counts = self._counts
        if not {"input_tokens", "output_tokens"} <= set(counts):
            return None
        cached = counts.get("cache_read_input_tokens", 0)
        written = counts.get("cache_creation_input_tokens", 0)
        return Usage(
            # Anthropic's own count leaves out tokens read from the cache or written to it.
            input_tokens=counts["input_tokens"] + cached + written,
            output_tokens=counts["output_tokens"],
            cached_input_tokens=cached,
            reasoning_tokens=counts.get("thinking_tokens", 0),
        )


def _deltas(part: object) -> Iterator[TextDelta | ReasoningDelta]:
    """Yield what a content block begins with, or what is added to it."""
    match read(part, "type", str):
        case "text" | "text_delta":
            yield TextDelta(text=read(part, "text", str) or "")
        case "thinking" | "thinking_delta":
            yield ReasoningDelta(text=read(part, "thinking", str) or "")
        case "redacted_thinking" | "signature_delta":
            yield ReasoningDelta()
