"""Read the events of a streamed message."""

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
    "end_turn": FinishReason.STOP,
    "stop_sequence": FinishReason.STOP,
    "max_tokens": FinishReason.LENGTH,
    "model_context_window_exceeded": FinishReason.LENGTH,
    "refusal": FinishReason.CONTENT_FILTER,
}
"""Any other word is ``ERROR``: we never offer tools, so a call or a pause of one is no answer."""

COUNTS = (
    "input_tokens",
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
    "output_tokens",
)


class Answer:
    """Collects what the result needs while the text passes through."""

    def __init__(self) -> None:
        self._has_started = False
        self._has_text = False
        self._refusal = ""
        self._stop_reason: str | None = None
        self._response_model: str | None = None
        self._counts: dict[str, int] = {}

    def read(self, event: object) -> str:
        """Take in one event and return its text, which may be empty.

        Events and blocks of other types than text are passed over, as the protocol asks for.

        Raises:
            ResponseError: It is no event of a message.
        """
        text = ""
        match read(event, "type", str):
            case None:
                raise wrong_shape("type")
            case "message_start":
                self._read_start(getattr(event, "message", None))
            case "content_block_start":
                text = _text(getattr(event, "content_block", None), "text")
            case "content_block_delta":
                text = _text(getattr(event, "delta", None), "text_delta")
            case "message_delta":
                self._read_end(event)
        self._has_text = self._has_text or bool(text.strip())
        return text

    def _read_start(self, message: object) -> None:
        self._has_started = True
        self._response_model = read(message, "model", str)
        # Its output tokens are those of the first piece.
        self._read_usage(getattr(message, "usage", None), COUNTS[:-1])

    def _read_end(self, event: object) -> None:
        delta = getattr(event, "delta", None)
        self._stop_reason = read(delta, "stop_reason", str) or self._stop_reason
        details = getattr(delta, "stop_details", None)
        self._refusal = read(details, "explanation", str) or self._refusal
        self._read_usage(getattr(event, "usage", None), COUNTS)

    def _read_usage(self, usage: object, names: tuple[str, ...]) -> None:
        """Remember the counts that are given; they are totals, so the last ones hold."""
        found = {name: read_count(usage, name) for name in names}
        details = getattr(usage, "output_tokens_details", None)
        found["thinking_tokens"] = read_count(details, "thinking_tokens")
        self._counts |= {name: count for name, count in found.items() if count is not None}

    def result(self, request_model: str) -> GenerationResult:
        """Close the answer.

        Raises:
            ResponseError: It was cut off, refused, or holds no visible text.
        """
        if not self._has_started:
            raise ResponseError(
                InvalidOutput, "The server did not stream a message. Is BASE_URL right?"
            )
        if self._stop_reason is None:
            raise ResponseError(ModelUnavailable, "The answer broke off.", self._usage())
        finish_reason = FINISH_REASONS.get(self._stop_reason, FinishReason.ERROR)
        if not self._has_text and finish_reason is FinishReason.CONTENT_FILTER:
            words = self._refusal or "The model refused to answer."
            raise ResponseError(ContentFiltered, words, self._usage())
        if not self._has_text:
            words = why_empty(self._stop_reason, self._usage())
            raise ResponseError(InvalidOutput, words, self._usage())
        return GenerationResult(
            finish_reason=finish_reason,
            response_model=self._response_model or request_model,
            usage=self._usage(),
        )

    def _usage(self) -> Usage | None:
        counts = self._counts
        if not {"input_tokens", "output_tokens"} <= set(counts):
            return None
        cached = counts.get("cache_read_input_tokens", 0)
        written = counts.get("cache_creation_input_tokens", 0)
        return Usage(
            # Anthropic's own count leaves out what was read from the cache or written to it.
            input_tokens=counts["input_tokens"] + cached + written,
            output_tokens=counts["output_tokens"],
            cached_input_tokens=cached,
            reasoning_tokens=counts.get("thinking_tokens", 0),
        )


def _text(part: object, kind: str) -> str:
    return (read(part, "text", str) or "") if read(part, "type", str) == kind else ""
