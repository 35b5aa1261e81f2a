"""Read the lines of a streamed chat."""

from __future__ import annotations

import json
from types import SimpleNamespace

from wagtail_llm_actions.errors import InvalidOutput, ModelUnavailable
from wagtail_llm_actions.generation import FinishReason, GenerationResult, Usage
from wagtail_llm_actions.providers.response_parsing import (
    ResponseError,
    read,
    read_count,
    why_empty,
    wrong_shape,
)

FINISH_REASONS = {"stop": FinishReason.STOP, "length": FinishReason.LENGTH}
"""Any other word, such as ``load`` for a model that was only loaded, is ``ERROR``."""

UNSAID = "stop"
"""What an answer ended with in old versions, which gave no reason."""


class Answer:
    """Collects what the result needs while the text passes through."""

    def __init__(self) -> None:
        self._has_lines = False
        self._has_text = False
        self._has_thoughts = False
        self._done_reason: str | None = None
        self._response_model: str | None = None
        self._usage: Usage | None = None

    def read(self, line: bytes) -> str:
        """Take in one line and return its text, which may be empty.

        Raises:
            ResponseError: It is no part of a chat, or an error in place of one.
            ValueError: It is no JSON, or not in UTF-8.
        """
        part = json.loads(line.decode(), object_hook=lambda fields: SimpleNamespace(**fields))
        if error := read(part, "error", str):
            raise ResponseError(ModelUnavailable, error)
        message = read(part, "message", SimpleNamespace)
        if message is None:
            raise wrong_shape("message")
        self._has_lines = True
        self._response_model = read(part, "model", str) or self._response_model
        if read(part, "done", bool):
            self._done_reason = read(part, "done_reason", str) or UNSAID
            self._usage = _usage(part)
        text = read(message, "content", str) or ""
        self._has_text = self._has_text or bool(text.strip())
        self._has_thoughts = self._has_thoughts or bool(read(message, "thinking", str))
        return text

    def result(self, request_model: str) -> GenerationResult:
        """Close the answer.

        Raises:
            ResponseError: It was cut off, or holds no visible text.
        """
        if not self._has_lines:
            raise ResponseError(
                InvalidOutput, "The server did not stream a chat. Is BASE_URL right?"
            )
        if self._done_reason is None:
            raise ResponseError(ModelUnavailable, "The answer broke off.")
        if not self._has_text:
            words = why_empty(self._done_reason, self._usage)
            if self._has_thoughts:
                words += " All that it wrote was reasoning."
            raise ResponseError(InvalidOutput, words, self._usage)
        return GenerationResult(
            finish_reason=FINISH_REASONS.get(self._done_reason, FinishReason.ERROR),
            response_model=self._response_model or request_model,
            usage=self._usage,
        )


def _usage(part: object) -> Usage | None:
    """Read the counts; Ollama says neither what it cached nor what of it was reasoning."""
    input_tokens = read_count(part, "prompt_eval_count")
    output_tokens = read_count(part, "eval_count")
    if input_tokens is None or output_tokens is None:
        return None
    return Usage(input_tokens=input_tokens, output_tokens=output_tokens)
