"""Read the chunks of a streamed chat completion.

Source: the API reference of OpenAI, "Streaming", and the SDK's ``ChatCompletionChunk``.
Compatible servers write ``message`` or ``text`` in place of ``delta``, or send one completion.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wagtail_llm_actions.generation import ReasoningDelta, TextDelta
from wagtail_llm_actions.providers.errors.content_filter import reasons_in
from wagtail_llm_actions.providers.errors.response import failure_in
from wagtail_llm_actions.providers.response_parsing import (
    ResponseError,
    ResponseParser,
    has_any,
    read,
    read_end,
    wrong_shape,
)
from wagtail_llm_actions.providers.sse import JSONObject

if TYPE_CHECKING:
    from collections.abc import Iterator

REASONING = (
    *("reasoning_content", "reasoning", "thinking", "reasoning_text"),
    *("reasoning_details", "thinking_blocks"),
)
"""Members of a delta in which servers send what the model thinks.

Source: the API references of DeepSeek, vLLM, OpenRouter and LiteLLM.
"""
ENDS = ("finish_reason", "finishReason", "stop_reason", "stopReason")
"""Members in which servers say why the answer ended: OpenAI's own, and those of gateways."""
REASONING_ROLES = frozenset({"analysis", "commentary", "reasoning", "thinking", "thought"})
"""Channels of Harmony and roles of gateways, whose ``content`` is what the model thinks."""
MARKS = ("extra_content", "channel", "role", "thought")
"""Members of a delta, or of a part of its content, that may mark it as reasoning."""
WRAPPERS = ("data", "result")
"""Members in which gateways put a whole chunk."""
USAGES = ("usage", "usageMetadata", "usage_metadata", "token_usage")
"""Members that hold token counts: OpenAI's own, Gemini's, and those of gateways."""


class ChatCompletionParser(ResponseParser):
    """Reads one chat completion."""

    expected = "a chat completion"

    def __init__(self) -> None:
        super().__init__()
        self._has_deltas = False
        self._index: object = None
        """Of the choice whose text is the answer."""

    def parse(self, event: JSONObject) -> Iterator[TextDelta | ReasoningDelta]:
        """Yield the deltas of a chunk."""
        if event.choices is None and has_any(event, WRAPPERS):
            wrapped = (event[name] for name in WRAPPERS if isinstance(event.get(name), JSONObject))
            event = next(wrapped, event)
        choices = (
            [event.choices] if isinstance(event.choices, dict) else read(event, "choices", list)
        )
        has_usage = self._read_usage(event, choices)
        self.is_complete = self.is_complete or event.done is True
        if not has_usage and choices is None:
            self.unread = self.unread or "choices"
            return
        # Servers of other protocols send token counts, too.
        self.has_started = self.has_started or choices is not None
        model = getattr(event, "model", None)
        self.response_model = model if isinstance(model, str) and model else self.response_model
        self._usage.read_terms(event)
        self.finish_reason = read_end(event, *ENDS) or self.finish_reason
        self.filter_reasons += reasons_in(event)
        # A chunk of nothing but token counts comes after the last piece.
        self.is_complete = self.is_complete or (has_usage and not choices and self._has_text)
        for choice in choices or []:
            index = getattr(choice, "index", None)
            self._index = index if self._index is None else self._index
            if index is None or str(index) == str(self._index):
                yield from self._parse_choice(choice)

    def _read_usage(self, event: object, choices: list[object] | None) -> bool:
        """Look in all places of token counts: OpenAI's own, Groq's, Moonshot's, and those of gateways."""
        first = (choices or [None])[0]
        inner = (getattr(first, name, None) for name in ("delta", "message"))
        holders = (event, getattr(event, "x_groq", None), first, *inner)
        reporting = [holder for holder in holders if has_any(holder, USAGES)]
        places = [getattr(holder, name, None) for holder in reporting for name in USAGES]
        found = [self._usage.read(place) for place in places]
        return any(found)

    def _parse_choice(self, choice: object) -> Iterator[TextDelta | ReasoningDelta]:
        if error := getattr(choice, "error", None):
            raise ResponseError.of(failure_in({"error": error}))
        delta = self._delta(choice)
        self.refusal += _text(getattr(delta, "refusal", None))
        self.filter_reasons += reasons_in(choice, delta)
        said = read_end(choice, *ENDS) or read_end(delta, *ENDS)
        self.finish_reason = said or self.finish_reason
        if has_any(delta, REASONING) and any(getattr(delta, name, None) for name in REASONING):
            yield ReasoningDelta(text=_reasoning(delta))
        content = delta if isinstance(delta, str) else getattr(delta, "content", None)
        if _is_reasoning(delta) and content:
            yield ReasoningDelta(text=_text(content))
        else:
            self.refusal += _refusal(content)
            yield from _deltas(content)
        self.is_refused = bool(self.refusal)
        yield from _deltas(getattr(delta, "text", None) or getattr(choice, "text", None))

    def _delta(self, choice: object) -> object:
        """Return what a choice adds; after deltas, a message repeats the whole text."""
        delta = getattr(choice, "delta", None)
        self._has_deltas = self._has_deltas or bool(delta)
        return delta if self._has_deltas else getattr(choice, "message", None)


def _is_reasoning(part: object) -> bool:
    """Return whether a delta, or a part of its content, is marked as reasoning."""
    if not has_any(part, MARKS):
        return False
    google = getattr(getattr(part, "extra_content", None), "google", None)
    marks = (getattr(part, "channel", None), getattr(part, "role", None))
    is_thought = True in (getattr(part, "thought", None), getattr(google, "thought", None))
    return is_thought or any(isinstance(m, str) and m in REASONING_ROLES for m in marks)


def _refusal(content: object) -> str:
    """Return the refusal in the parts of a content."""
    parts = content if isinstance(content, list) else []
    return "".join(_text(getattr(part, "refusal", None)) for part in parts)


def _reasoning(delta: object) -> str:
    """Return the first text: several members of one delta hold the same words."""
    found = (getattr(delta, name, None) for name in REASONING)
    return next((text for text in found if isinstance(text, str) and text), "")


def _deltas(content: object) -> Iterator[TextDelta | ReasoningDelta]:
    """Yield a text, a part, or the parts of a list, as Mistral sends it.

    Parts of other kinds, such as references, hold no text of the answer.
    """
    if not isinstance(content, str | list | JSONObject | None):
        raise wrong_shape("content")
    for part in content if isinstance(content, list) else [content or ""]:
        if isinstance(part, str):
            yield TextDelta(text=part)
            continue
        if _is_reasoning(part):
            yield ReasoningDelta(text=_text(part))
            continue
        match getattr(part, "type", None):
            case "text" | "output_text" | None:
                yield TextDelta(text=_text(getattr(part, "text", None)))
            case "thinking" | "reasoning":
                yield ReasoningDelta(text=_text(part.thinking or part.text))


def _text(value: object) -> str:
    """Return a text, that of a part, or the joined texts of a list of parts."""
    if isinstance(value, list):
        return "".join(map(_text, value))
    if isinstance(value, JSONObject):
        return _text(value.text or value.value)
    return value if isinstance(value, str) else ""
