"""From the parameters that an action asks for to those that its model takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from wagtail_llm_actions.conf import ModelSettings


class Parameters(TypedDict):
    """What is sent, in the words of ``GenerationRequest``; stored on each attempt."""

    temperature: float | None
    max_tokens: int
    reasoning_effort: str | None


def clamp_to_capabilities(
    model: ModelSettings, *, temperature: float, max_tokens: int
) -> Parameters:
    """Fit what was asked for into what the model takes.

    Args:
        model: Its facts come from the catalog or the settings.
        temperature: 0.0 to 2.0; left out for a model without one, cut at the end of its scale.
        max_tokens: Of visible text. A reasoning model gets its allowance on top, and no model more
            than it can write.
    """
    facts = model.facts
    with_reasoning = max_tokens + facts.reasoning_tokens
    return {
        "temperature": min(temperature, facts.max_temperature)
        if facts.accepts_temperature
        else None,
        "max_tokens": min(with_reasoning, facts.max_output_tokens or with_reasoning),
        "reasoning_effort": facts.reasoning_effort,
    }
