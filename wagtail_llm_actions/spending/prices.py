"""Current prices of configured models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.pricing import price_of

if TYPE_CHECKING:
    from wagtail_llm_actions.conf import ModelSettings
    from wagtail_llm_actions.pricing import Price


def current_price(model: ModelSettings, input_tokens: int = 0) -> Price | None:
    """Return today's price of a model; ``None`` if it is unknown.

    Args:
        model: The model.
        input_tokens: Of the call; some models cost more above a certain length.
    """
    provider = get_settings().providers.get(model.provider)
    return price_of(
        vendor=provider.vendor if provider else "",
        is_local=provider.is_local if provider else False,
        base_url=provider.base_url if provider else None,
        model=model.name,
        override=model.price,
        when=timezone.now(),
        input_tokens=input_tokens,
    )
