"""Values that cross the provider seam; names follow OpenTelemetry's GenAI conventions.

Imports neither Django nor Wagtail.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FinishReason(StrEnum):
    """Why the model stopped writing; every provider's own word is mapped to one of these."""

    STOP = "stop"
    LENGTH = "length"
    CONTENT_FILTER = "content_filter"
    ERROR = "error"


@dataclass(frozen=True, kw_only=True, slots=True)
class GenerationRequest:
    """One text to generate; holds no key and no address."""

    model: str
    """The provider's own name of the model."""
    prompt: str
    """The rendered prompt, sent as the user's message."""
    system_instructions: str = ""
    """Sent as the system message; left out when empty."""
    temperature: float | None = None
    """0.0 to 2.0; not sent when ``None``."""
    max_tokens: int
    """Upper limit of the answer's length in tokens, reasoning included."""
    reasoning_effort: str | None = None
    """The effort asked of a reasoning model, in its vendor's word; not sent when ``None``."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TextDelta:
    """The next piece of visible text, never empty."""

    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """Token counts in the provider's own words."""

    input_tokens: int
    """Tokens of the prompt; cached ones are included."""
    output_tokens: int
    """Tokens of the answer; reasoning ones are included."""
    cached_input_tokens: int = 0
    """The part of ``input_tokens`` that the provider read from its cache."""
    reasoning_tokens: int = 0
    """The part of ``output_tokens`` that never becomes visible text."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelStatus:
    """What a provider says of a model without generating; ``None`` is what it does not say."""

    reachable: bool
    key_accepted: bool | None = None
    present: bool | None = None
    """Whether the server has the model; with Ollama, whether it is pulled."""
    loaded: bool | None = None
    """Whether it is in memory; only Ollama says it."""
    context_tokens: int | None = None
    detail: str = ""
    """The provider's own words on what is wrong, redacted."""

    @property
    def ok(self) -> bool:
        """Whether a run can be expected to work."""
        return self.reachable and self.key_accepted is True and self.present is not False


@dataclass(frozen=True, kw_only=True, slots=True)
class GenerationResult:
    """The end of an answer; the last item of every successful stream."""

    finish_reason: FinishReason
    response_model: str
    """The model that answered, as the provider names it."""
    usage: Usage | None = None
    """``None`` where the provider does not report it."""
