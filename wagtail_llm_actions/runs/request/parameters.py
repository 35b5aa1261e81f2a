"""Fit the parameters of an action to the capabilities of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, NotRequired, TypedDict

from wagtail_llm_actions.conf import context_limit

if TYPE_CHECKING:
    from wagtail_llm_actions.conf import ModelSettings


class Parameters(TypedDict):
    """The parameters that are sent, named as in ``GenerationRequest``; stored on each attempt."""

    temperature: float | None
    max_tokens: int
    reasoning_effort: str | None
    context_tokens: NotRequired[int | None]


def clamp_to_capabilities(
    model: ModelSettings, *, temperature: float, max_tokens: int
) -> Parameters:
    """Return the parameters as the model accepts them.

    Args:
        model: Its capabilities come from the catalog or the settings.
        temperature: From 0.0 to 2.0; limited to the model's maximum, or left out.
        max_tokens: Of visible output. A reasoning model gets its reasoning tokens on top; the sum
            is limited to the model's maximum, and to half of its context.
    """
    facts = model.capabilities
    return {
        "temperature": min(temperature, facts.max_temperature)
        if facts.accepts_temperature
        else None,
        "max_tokens": output_limit(model, max_tokens, context_limit(model)),
        "reasoning_effort": facts.reasoning_effort or None,
    }


def output_limit(model: ModelSettings, max_tokens: int, context: int | None) -> int:
    """Return the tokens of an answer at most, reasoning included.

    Args:
        model: As above.
        max_tokens: Of visible output.
        context: The tokens of prompt and answer together; ``None`` for unknown.
    """
    facts = model.capabilities
    with_reasoning = max_tokens + facts.reasoning_tokens
    limits = (with_reasoning, facts.max_output_tokens, context and max(1, context // 2))
    return min(filter(None, limits))
