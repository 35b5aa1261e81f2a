"""Read the chunks of a streamed chat completion.

Source: the API reference of OpenAI, "Streaming", and the SDK's ``ChatCompletionChunk``.
Compatible servers write ``message`` or ``text`` in place of ``delta``, or send one completion.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wagtail_llm_actions.generation import ReasoningDelta, TextDelta
from wagtail_llm_actions.providers.response_parsing import (
    ResponseParser,
    read,
    read_end,
    wrong_shape,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wagtail_llm_actions.providers.sse import JSONObject

REASONING = ("reasoning_content", "reasoning", "thinking", "reasoning_details")
"""Members of a delta in which servers send what the model thinks.

Source: the API references of DeepSeek, vLLM and OpenRouter.
"""


class ChatCompletionParser(ResponseParser):
    """Reads one chat completion."""

    expected = "a chat completion"

    def __init__(self) -> None:
        super().__init__()
        self._has_deltas = False

    def parse(self, event: JSONObject) -> Iterator[TextDelta | ReasoningDelta]:
        """Yield the deltas of a chunk."""
        choices = read(event, "choices", list)
        if not self._read_usage(event, choices) and choices is None:
            self.unread = self.unread or "choices"
            return
        self.has_started = True
        self.response_model = read(event, "model", str) or self.response_model
        if choices:
            yield from self._parse_choice(choices[0])

    def _read_usage(self, event: object, choices: list[object] | None) -> bool:
        """Look in all places of token counts: OpenAI's own, Groq's and Moonshot's."""
        holders = (event, getattr(event, "x_groq", None), *(choices or [])[:1])
        found = [self._usage.read(getattr(holder, "usage", None)) for holder in holders]
        return any(found)

    def _parse_choice(self, choice: object) -> Iterator[TextDelta | ReasoningDelta]:
        delta = self._delta(choice)
        self.refusal += read(delta, "refusal", str) or ""
        self.is_refused = bool(self.refusal)
        self.finish_reason = read_end(choice, "finish_reason") or self.finish_reason
        if any(getattr(delta, name, None) for name in REASONING):
            yield ReasoningDelta(text=_reasoning(delta))
        yield from _deltas(getattr(delta, "content", None))
        yield from _deltas(getattr(choice, "text", None))

    def _delta(self, choice: object) -> object:
        """Return what a choice adds; after deltas, a message repeats the whole text."""
        delta = getattr(choice, "delta", None)
        self._has_deltas = self._has_deltas or bool(delta)
        return delta if self._has_deltas else getattr(choice, "message", None)


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
        match getattr(part, "type", None):
            case "text" | "output_text":
                yield TextDelta(text=_text(part.text))
            case "thinking" | "reasoning":
                yield ReasoningDelta(text=_text(part.thinking or part.text))


def _text(value: object) -> str:
    """Return a text, or the joined texts of a list of parts."""
    if isinstance(value, list):
        return "".join(_text(getattr(part, "text", None)) for part in value)
    return value if isinstance(value, str) else ""
