"""Read the chunks of a streamed chat completion."""

from __future__ import annotations

from wagtail_llm_actions.errors import ContentFiltered, InvalidOutput, ModelUnavailable
from wagtail_llm_actions.generation import FinishReason, GenerationResult, Usage
from wagtail_llm_actions.providers.response_parsing import (
    ResponseError,
    read,
    read_count,
    why_empty,
    wrong_shape,
)

FINISH_REASONS = {
    "stop": FinishReason.STOP,
    "length": FinishReason.LENGTH,
    "content_filter": FinishReason.CONTENT_FILTER,
}
"""Any other word is ``ERROR``: we never offer tools, so a call of one is no answer."""


class Answer:
    """Collects what the result needs while the text passes through."""

    def __init__(self) -> None:
        self._chunks = 0
        self._has_text = False
        self._refusal = ""
        self._finish_reason: str | None = None
        self._response_model: str | None = None
        self._usage: Usage | None = None

    def read(self, chunk: object) -> str:
        """Take in one chunk and return its text, which may be empty.

        Raises:
            ResponseError: It is no chunk of a chat completion.
        """
        choices = read(chunk, "choices", list)
        usage = _usage(getattr(chunk, "usage", None))
        if choices is None and usage is None:
            raise wrong_shape("choices")
        self._chunks += 1
        # Some servers report a growing usage with every chunk: the last one counts.
        self._usage = usage or self._usage
        self._response_model = read(chunk, "model", str) or self._response_model
        return self._read_choice(choices[0]) if choices else ""

    def _read_choice(self, choice: object) -> str:
        delta = getattr(choice, "delta", None)
        text = read(delta, "content", str) or ""
        self._has_text = self._has_text or bool(text.strip())
        self._refusal += read(delta, "refusal", str) or ""
        self._finish_reason = read(choice, "finish_reason", str) or self._finish_reason
        return text

    def result(self, request_model: str) -> GenerationResult:
        """Close the answer.

        Raises:
            ResponseError: It was cut off, refused, or holds no visible text.
        """
        if not self._chunks:
            raise ResponseError(
                InvalidOutput, "The server did not stream a chat completion. Is BASE_URL right?"
            )
        if self._finish_reason is None:
            raise ResponseError(ModelUnavailable, "The answer broke off.", self._usage)
        finish_reason = FINISH_REASONS.get(self._finish_reason, FinishReason.ERROR)
        if self._refusal:
            raise ResponseError(ContentFiltered, self._refusal, self._usage)
        if not self._has_text and finish_reason is FinishReason.CONTENT_FILTER:
            words = "The provider's content filter stopped it."
            raise ResponseError(ContentFiltered, words, self._usage)
        if not self._has_text:
            words = why_empty(self._finish_reason, self._usage)
            raise ResponseError(InvalidOutput, words, self._usage)
        return GenerationResult(
            finish_reason=finish_reason,
            response_model=self._response_model or request_model,
            usage=self._usage,
        )


def _usage(usage: object) -> Usage | None:
    input_tokens = read_count(usage, "prompt_tokens")
    output_tokens = read_count(usage, "completion_tokens")
    if input_tokens is None or output_tokens is None:
        return None
    input_details = getattr(usage, "prompt_tokens_details", None)
    output_details = getattr(usage, "completion_tokens_details", None)
    return Usage(
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        cached_input_tokens=read_count(input_details, "cached_tokens") or 0,
        reasoning_tokens=read_count(output_details, "reasoning_tokens") or 0,
    )
