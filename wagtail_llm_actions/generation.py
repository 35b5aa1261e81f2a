"""Values that cross the provider seam; names follow OpenTelemetry's GenAI conventions.

Imports neither Django nor Wagtail.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal


class FinishReason(StrEnum):
    """Why the model stopped writing; ``providers.finish_reasons`` maps the vendors' words to these."""

    STOP = "stop"
    LENGTH = "length"
    CONTENT_FILTER = "content_filter"
    ERROR = "error"


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageInput:
    """An image that a model is shown."""

    data: bytes = field(repr=False)
    """The encoded file."""
    media_type: str
    """Such as ``image/jpeg``."""

    @property
    def base64(self) -> str:
        """The data as the vendors' protocols carry it in JSON."""
        return base64.b64encode(self.data).decode("ascii")


@dataclass(frozen=True, kw_only=True, slots=True)
class GenerationRequest:
    """One text to generate; holds no key and no address."""

    model: str
    """The vendor's name for the model."""
    prompt: str
    """The rendered prompt, sent as the user's message."""
    system_instructions: str = ""
    """Sent as the system message; left out when empty."""
    images: tuple[ImageInput, ...] = ()
    """Sent with the prompt, in the user's message; only to a provider that ``sends_images``."""
    temperature: float | None = None
    """0.0 to 2.0; not sent when ``None``."""
    max_tokens: int
    """Upper limit of the output in tokens, reasoning included."""
    reasoning_effort: str | None = None
    """The effort of a reasoning model, in the vendor's terms; not sent when ``None``.

    ``none`` switches reasoning off.
    """
    context_tokens: int | None = None
    """Tokens of prompt and answer together that a local server shall load; not sent when ``None``."""
    schema: Mapping[str, object] | None = None
    """JSON schema of the answer, an object; not sent when ``None``, or where a server refuses it."""
    options: Mapping[str, object] = field(default_factory=dict, repr=False)
    """``OPTIONS`` of the model, in place of those of its provider."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TextDelta:
    """The next piece of visible text, never empty."""

    text: str


class UsageRepair(StrEnum):
    """What was wrong with reported token counts; stored on attempts, explained in ``messages``."""

    COUNT_CONVERTED = "count_converted"
    """A count was a fraction or a text; it was rounded up to a whole number."""
    COUNT_IGNORED = "count_ignored"
    """A count was negative, too large or no number; it counts as not reported."""
    ZERO_IGNORED = "zero_ignored"
    """A zero came after a count, which stands."""
    CACHED_BESIDE_INPUT = "cached_beside_input"
    """The cached tokens were not counted as part of the input; they were added to it."""
    CACHE_WRITE_ABOVE_INPUT = "cache_write_above_input"
    """Reads and writes of the cache were more than the input that the total tells; writes were lowered."""
    REASONING_BESIDE_OUTPUT = "reasoning_beside_output"
    """The reasoning tokens were not counted as part of the output; they were added to it."""
    REASONING_ABOVE_OUTPUT = "reasoning_above_output"
    """More reasoning than output, whose sum with the input is the total; reasoning was lowered."""
    REASONING_FROM_TOTAL = "reasoning_from_total"
    """The total is above the sum; the difference was counted as reasoning."""
    INPUT_FROM_TOTAL = "input_from_total"
    """No input was reported; it is the total without the output."""
    OUTPUT_FROM_TOTAL = "output_from_total"
    """No output was reported; it is the total without the input."""
    TOTAL_IGNORED = "total_ignored"
    """The total is below the sum of its parts, which stand."""
    INPUT_MISSING = "input_missing"
    """No input was reported, although there was a prompt."""
    OUTPUT_MISSING = "output_missing"
    """No output was reported, although there was an answer."""
    COST_IGNORED = "cost_ignored"
    """The reported cost was negative, too large or no number."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReasoningDelta:
    """The next piece of reasoning, which is never shown: a sign of life before the text."""

    text: str = ""
    """Empty where the server hides what the model thinks."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """Token counts that cannot contradict each other.

    A part that is larger than its whole was counted beside it: the whole becomes the sum of both.
    What a server sends is read by ``providers.usage.reader``, which also knows totals and odd values.

    Raises:
        ValueError: A count is negative.
    """

    input_tokens: int | None
    """Tokens of the prompt, cached ones included; ``None`` is unknown."""
    output_tokens: int | None
    """Tokens of the answer, reasoning ones included; ``None`` is unknown."""
    cached_input_tokens: int = 0
    """The part of ``input_tokens`` that the provider read from its cache."""
    reasoning_tokens: int = 0
    """The part of ``output_tokens`` that never becomes visible text."""
    cache_write_tokens: int = 0
    """Another part of ``input_tokens``, which the provider wrote into its cache."""
    cache_write_1h_tokens: int = 0
    """The part of ``cache_write_tokens`` that is kept for an hour, and costs more."""
    service_tier: str = ""
    """The tier in which the provider says it served the call; some have prices of their own."""
    region: str = ""
    """Where the model ran, as the provider says."""
    cost_usd: Decimal | None = None
    """US dollars that the provider says it bills; ``None`` where it says nothing."""
    repairs: tuple[UsageRepair, ...] = ()
    """What was wrong with the reported counts."""

    def __post_init__(self) -> None:
        counts = (self.input_tokens, self.output_tokens)
        parts = (self.cached_input_tokens, self.reasoning_tokens)
        written = (self.cache_write_tokens, self.cache_write_1h_tokens)
        if min(*filter(None, counts), *parts, *written, 0) < 0:
            raise ValueError("A count of tokens is negative.")
        for whole, part, repair in _PARTS:
            whole_tokens, part_tokens = getattr(self, whole), getattr(self, part)
            if whole_tokens is None:
                object.__setattr__(self, part, 0)
            elif part_tokens > whole_tokens:
                object.__setattr__(self, whole, whole_tokens + part_tokens)
                object.__setattr__(self, "repairs", (*self.repairs, repair))
        uncached = (self.input_tokens or 0) - self.cached_input_tokens
        object.__setattr__(self, "cache_write_tokens", min(written[0], uncached))
        object.__setattr__(self, "cache_write_1h_tokens", min(*written, uncached))


_PARTS = (
    ("input_tokens", "cached_input_tokens", UsageRepair.CACHED_BESIDE_INPUT),
    ("output_tokens", "reasoning_tokens", UsageRepair.REASONING_BESIDE_OUTPUT),
)


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
    """Limit of prompt and answer together; of a local server for a request that asks for none."""
    max_context_tokens: int | None = None
    """The most that a request may ask a local server for; ``None`` where its owner has set it."""
    accepts_images: bool | None = None
    """Whether the model sees images; only Ollama reports it."""
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
    detail: str = ""
    """What the provider says about an end by its content filter, redacted."""


StreamItem: TypeAlias = TextDelta | ReasoningDelta | GenerationResult
"""What a stream yields."""
