"""Read the chunks of a streamed chat completion.

Source: the API reference of OpenAI, "Streaming", and the SDK's ``ChatCompletionChunk``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wagtail_llm_actions.generation import FinishReason, ReasoningDelta, TextDelta, Usage
from wagtail_llm_actions.providers.response_parsing import (
    ResponseParser,
    member,
    read,
    read_count,
    wrong_shape,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

REASONING = ("reasoning_content", "reasoning", "thinking", "reasoning_details")
"""Members of a delta in which servers send what the model thinks.

Source: the API references of DeepSeek, vLLM and OpenRouter.
"""


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

    def parse(self, event: object) -> Iterator[TextDelta | ReasoningDelta]:
        """Yield the deltas of a chunk."""
        choices = read(event, "choices", list)
        usage = _usage(getattr(event, "usage", None))
        if choices is None and usage is None:
            raise wrong_shape("choices")
        self.has_started = True
        # Some servers send growing counts with every chunk: the last ones are the totals.
        self._usage = usage or self._usage
        self.response_model = read(event, "model", str) or self.response_model
        if choices:
            yield from self._parse_choice(choices[0])

    def _parse_choice(self, choice: object) -> Iterator[TextDelta | ReasoningDelta]:
        delta = getattr(choice, "delta", None)
        self.refusal += read(delta, "refusal", str) or ""
        self.is_refused = bool(self.refusal)
        self.finish_reason = read(choice, "finish_reason", str) or self.finish_reason
        if any(getattr(delta, name, None) for name in REASONING):
            yield ReasoningDelta(text=_reasoning(delta))
        yield from _deltas(getattr(delta, "content", None))


def _reasoning(delta: object) -> str:
    """Return the first text: several members of one delta hold the same words."""
    found = (getattr(delta, name, None) for name in REASONING)
    return next((text for text in found if isinstance(text, str) and text), "")


def _deltas(content: object) -> Iterator[TextDelta | ReasoningDelta]:
    """Yield a text, or the parts of a list, as Mistral sends it.

    Parts of other kinds, such as references, hold no text of the answer.
    """
    if not isinstance(content, list):
        if not isinstance(content, str | None):
            raise wrong_shape("content")
        yield TextDelta(text=content or "")
        return
    for part in content:
        if isinstance(part, str):
            yield TextDelta(text=part)
            continue
        match member(part, "type"):
            case "text":
                yield TextDelta(text=_text(member(part, "text")))
            case "thinking":
                thoughts = member(part, "thinking")
                yield ReasoningDelta(text=_text(thoughts))


def _text(value: object) -> str:
    """Return a text, or the joined texts of a list of parts."""
    if isinstance(value, list):
        return "".join(_text(member(part, "text")) for part in value)
    return value if isinstance(value, str) else ""


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
