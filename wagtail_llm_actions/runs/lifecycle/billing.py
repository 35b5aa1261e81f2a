"""What one call to a provider took and costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.generation import Usage
from wagtail_llm_actions.models import LLMAttempt
from wagtail_llm_actions.pricing import charge, price_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wagtail_llm_actions.conf import ModelSettings
    from wagtail_llm_actions.pricing import Price

UNKNOWN_USAGE = Usage(input_tokens=None, output_tokens=None)
"""Of a call whose provider reports nothing."""


def bill(
    row: LLMAttempt,
    usage: Usage,
    model: ModelSettings,
    names: Iterable[str],
    *,
    is_estimated: bool,
) -> None:
    """Set the token counts, the price and the cost of an attempt; what is unknown stays null.

    Args:
        row: Is not saved.
        usage: Of the call.
        model: The one that was called.
        names: The vendor's names for it; the first one that has a price decides.
        is_estimated: Whether a count of the usage is no provider's.
    """
    if usage.input_tokens is not None:
        row.input_tokens = usage.input_tokens
        row.cached_input_tokens = usage.cached_input_tokens
        row.cache_write_tokens = usage.cache_write_tokens
        row.cache_write_1h_tokens = usage.cache_write_1h_tokens
    if usage.output_tokens is not None:
        row.output_tokens = usage.output_tokens
        row.reasoning_tokens = usage.reasoning_tokens
    if is_estimated:
        row.usage_source = LLMAttempt.UsageSource.ESTIMATED
    elif usage != UNKNOWN_USAGE:
        row.usage_source = LLMAttempt.UsageSource.REPORTED
    row.usage_repairs = [repair.value for repair in usage.repairs]
    row.cost_usd, row.price = charge(usage, _price(row, usage, model, names))


def counts(usage: Usage) -> tuple[int | None, int | None]:
    """Return the tokens of input and output; ``None`` where they are unknown."""
    return usage.input_tokens, usage.output_tokens


def _price(
    row: LLMAttempt, usage: Usage, model: ModelSettings, names: Iterable[str]
) -> Price | None:
    provider = get_settings().providers[model.provider]
    prices = (
        price_of(
            vendor=provider.vendor,
            is_local=provider.is_local,
            base_url=provider.base_url,
            model=name,
            override=model.price,
            when=row.started_at,
            input_tokens=usage.input_tokens or 0,
            service_tier=usage.service_tier,
            region=usage.region,
        )
        for name in dict.fromkeys(names)
    )
    return next(filter(None, prices), None)
