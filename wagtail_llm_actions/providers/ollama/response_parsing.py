"""Read the lines of a streamed chat.

Source: Ollama's API reference, ``/api/chat``.
"""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING

from wagtail_llm_actions.errors import ModelUnavailable
from wagtail_llm_actions.generation import FinishReason, ReasoningDelta, TextDelta, Usage
from wagtail_llm_actions.providers.response_parsing import (
    ResponseError,
    ResponseParser,
    read,
    read_count,
    wrong_shape,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

DEFAULT_REASON = "stop"
"""Old versions of Ollama send no reason with a finished answer."""


class ChatParser(ResponseParser):
    """Reads one chat."""

    # Any other one, such as ``load`` for a model that was only loaded, is an error.
    finish_reasons = {"stop": FinishReason.STOP, "length": FinishReason.LENGTH}
    expected = "a chat"

    def __init__(self) -> None:
        super().__init__()
        self._has_reasoning = False
        self._usage: Usage | None = None

    @property
    def usage(self) -> Usage | None:
        """Token counts of a finished answer; Ollama reports neither cached nor reasoning tokens."""
        return self._usage

    def parse(self, event: bytes) -> Iterator[TextDelta | ReasoningDelta]:
        """Yield the deltas of a line.

        Raises:
            ResponseError: The line is not part of a chat, or is an error in place of one.
            ValueError: The line is not JSON, or not in UTF-8.
        """
        part = json.loads(event.decode(), object_hook=lambda members: SimpleNamespace(**members))
        if error := read(part, "error", str):
            raise ResponseError(ModelUnavailable, error)
        message = read(part, "message", SimpleNamespace)
        if message is None:
            raise wrong_shape("message")
        self.has_started = True
        self.response_model = read(part, "model", str) or self.response_model
        if read(part, "done", bool):
            self.finish_reason = read(part, "done_reason", str) or DEFAULT_REASON
            self._usage = _usage(part)
        if reasoning := read(message, "thinking", str):
            self._has_reasoning = True
            yield ReasoningDelta(text=reasoning)
        yield TextDelta(text=read(message, "content", str) or "")

    def why_empty(self) -> str:
        """Explain an answer without visible text; reasoning is seen, though not counted."""
        message = super().why_empty()
        return f"{message} All that it wrote was reasoning." if self._has_reasoning else message


def _usage(part: object) -> Usage | None:
    input_tokens = read_count(part, "prompt_eval_count")
    output_tokens = read_count(part, "eval_count")
    if input_tokens is None or output_tokens is None:
        return None
    return Usage(input_tokens=input_tokens, output_tokens=output_tokens)
