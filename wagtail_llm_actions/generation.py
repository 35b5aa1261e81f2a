"""Values that cross the provider seam; names follow OpenTelemetry's GenAI conventions.

Imports neither Django nor Wagtail.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class FinishReason(StrEnum):
    """Why the model stopped writing; ``providers.finish_reasons`` maps the vendors' words to these."""

    STOP = "stop"
    LENGTH = "length"
    CONTENT_FILTER = "content_filter"
    ERROR = "error"


@dataclass(frozen=True, kw_only=True, slots=True)
class GenerationRequest:
    """One text to generate; holds no key and no address."""

    model: str
    """The vendor's name for the model."""
    prompt: str
    """The rendered prompt, sent as the user's message."""
    system_instructions: str = ""
    """Sent as the system message; left out when empty."""
    temperature: float | None = None
    """0.0 to 2.0; not sent when ``None``."""
    max_tokens: int
    """Upper limit of the output in tokens, reasoning included."""
    reasoning_effort: str | None = None
    """The effort of a reasoning model, in the vendor's terms; not sent when ``None``.

    ``none`` switches reasoning off.
    """


@dataclass(frozen=True, kw_only=True, slots=True)
class TextDelta:
    """The next piece of visible text, never empty."""

    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ReasoningDelta:
    """The next piece of reasoning, which is never shown: a sign of life before the text."""

    text: str = ""
    """Empty where the server hides what the model thinks."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """Token counts, as the provider reports them."""

    input_tokens: int
    """Tokens of the prompt, cached ones included."""
    output_tokens: int
    """Tokens of the answer, reasoning ones included."""
    cached_input_tokens: int = 0
    """The part of ``input_tokens`` that the provider read from its cache."""
    reasoning_tokens: int = 0
    """The part of ``output_tokens`` that never becomes visible text."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelStatus:
    """What a provider reports about a model without generating; ``None`` is unknown."""

    reachable: bool | None
    """``None`` where the adapter has no way to ask; then nothing else is known either."""
    key_accepted: bool | None = None
    present: bool | None = None
    """Whether the server has the model; with Ollama, whether it is pulled."""
    loaded: bool | None = None
    """Whether it is in memory; only Ollama reports it."""
    context_tokens: int | None = None
    """Limit of prompt and answer together."""
    detail: str = ""
    """The provider's own message about what is wrong, redacted."""

    @property
    def ok(self) -> bool | None:
        """Whether a run can be expected to work; ``None`` is unknown."""
        if self.reachable is None:
            return None
        return self.reachable and self.key_accepted is True and self.present is not False


@dataclass(frozen=True, kw_only=True, slots=True)
class GenerationResult:
    """The end of an answer; the last item of every successful stream."""

    finish_reason: str
    """A ``FinishReason``, or the server's own word where it is none of them."""
    response_model: str
    """The model that answered, by the provider's name."""
    usage: Usage | None = None
    """``None`` where the provider does not report it."""


StreamItem: TypeAlias = TextDelta | ReasoningDelta | GenerationResult
"""What a stream yields."""
