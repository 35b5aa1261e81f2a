"""Read the chunks of a streamed chat completion.

Source: the API reference of OpenAI, "Streaming", and the SDK's ``ChatCompletionChunk``.
"""

from __future__ import annotations

from wagtail_llm_actions.generation import FinishReason, Usage
from wagtail_llm_actions.providers.response_parsing import (
    ResponseParser,
    read,
    read_count,
    wrong_shape,
)


class ChatCompletionParser(ResponseParser):
    """Reads one chat completion."""

    finish_reasons = {
        "stop": FinishReason.STOP,
        "length": FinishReason.LENGTH,
        # Any other one is an error: no tools are offered, so a tool call is no answer.
        "content_filter": FinishReason.CONTENT_FILTER,
    }
    expected = "a chat completion"

    def __init__(self) -> None:
        super().__init__()
        self._usage: Usage | None = None

    @property
    def usage(self) -> Usage | None:
        """The last token counts that the server sent."""
        return self._usage

    def parse(self, event: object) -> str:
        """Return the text of a chunk."""
        choices = read(event, "choices", list)
        usage = _usage(getattr(event, "usage", None))
        if choices is None and usage is None:
            raise wrong_shape("choices")
        self.has_started = True
        # Some servers send growing counts with every chunk: the last ones are the totals.
        self._usage = usage or self._usage
        self.response_model = read(event, "model", str) or self.response_model
        return self._parse_choice(choices[0]) if choices else ""

    def _parse_choice(self, choice: object) -> str:
        delta = getattr(choice, "delta", None)
        self.refusal += read(delta, "refusal", str) or ""
        self.is_refused = bool(self.refusal)
        self.finish_reason = read(choice, "finish_reason", str) or self.finish_reason
        return read(delta, "content", str) or ""


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
