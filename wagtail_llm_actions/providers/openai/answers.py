"""Read the chunks of a streamed chat completion.

The SDK builds its types without validating them, so nothing here trusts them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from wagtail_llm_actions.errors import ContentFiltered, InvalidOutput, ModelUnavailable
from wagtail_llm_actions.generation import FinishReason, GenerationResult, Usage
from wagtail_llm_actions.providers.base import Failure

if TYPE_CHECKING:
    from wagtail_llm_actions.errors import ProviderError

T = TypeVar("T")

FINISH_REASONS = {
    "stop": FinishReason.STOP,
    "length": FinishReason.LENGTH,
    "content_filter": FinishReason.CONTENT_FILTER,
}
"""Any other word is ``ERROR``: we never offer tools, so a call of one is no answer."""


class AnswerError(Exception):
    """The server answered, but not with a text; becomes a ``ProviderError``."""

    def __init__(self, kind: type[ProviderError], words: str) -> None:
        super().__init__(words)
        self.failure = Failure(kind=kind, words=words)


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
            AnswerError: It is no chunk of a chat completion.
        """
        choices = _read(chunk, "choices", list)
        usage = _usage(getattr(chunk, "usage", None))
        if choices is None and usage is None:
            raise _wrong_shape("choices")
        self._chunks += 1
        # Some servers report a growing usage with every chunk: the last one counts.
        self._usage = usage or self._usage
        self._response_model = _read(chunk, "model", str) or self._response_model
        return self._read_choice(choices[0]) if choices else ""

    def _read_choice(self, choice: object) -> str:
        delta = getattr(choice, "delta", None)
        text = _read(delta, "content", str) or ""
        self._has_text = self._has_text or bool(text.strip())
        self._refusal += _read(delta, "refusal", str) or ""
        self._finish_reason = _read(choice, "finish_reason", str) or self._finish_reason
        return text

    def result(self, request_model: str) -> GenerationResult:
        """Close the answer.

        Raises:
            AnswerError: It was cut off, refused, or holds no visible text.
        """
        if not self._chunks:
            raise AnswerError(
                InvalidOutput, "The server did not stream a chat completion. Is BASE_URL right?"
            )
        if self._finish_reason is None:
            raise AnswerError(ModelUnavailable, "The answer broke off.")
        finish_reason = FINISH_REASONS.get(self._finish_reason, FinishReason.ERROR)
        if self._refusal:
            raise AnswerError(ContentFiltered, self._refusal)
        if not self._has_text and finish_reason is FinishReason.CONTENT_FILTER:
            raise AnswerError(ContentFiltered, "The provider's content filter stopped it.")
        if not self._has_text:
            raise AnswerError(InvalidOutput, self._why_empty())
        return GenerationResult(
            finish_reason=finish_reason,
            response_model=self._response_model or request_model,
            usage=self._usage,
        )

    def _why_empty(self) -> str:
        words = f"The model wrote no visible text (finish reason: {self._finish_reason})."
        if self._usage and self._usage.reasoning_tokens:
            words += (
                f" {self._usage.reasoning_tokens} of its {self._usage.output_tokens} tokens"
                " went into reasoning."
            )
        return words


def _usage(usage: object) -> Usage | None:
    input_tokens = _read(usage, "prompt_tokens", int)
    output_tokens = _read(usage, "completion_tokens", int)
    if input_tokens is None or output_tokens is None:
        return None
    input_details = getattr(usage, "prompt_tokens_details", None)
    output_details = getattr(usage, "completion_tokens_details", None)
    return Usage(
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        cached_input_tokens=_read(input_details, "cached_tokens", int) or 0,
        reasoning_tokens=_read(output_details, "reasoning_tokens", int) or 0,
    )


def _read(value: object, name: str, kind: type[T]) -> T | None:
    found = getattr(value, name, None)
    if found is None or isinstance(found, kind):
        return found
    raise _wrong_shape(name)


def _wrong_shape(name: str) -> AnswerError:
    return AnswerError(InvalidOutput, f"The server sent a chunk with a wrong {name!r}.")
