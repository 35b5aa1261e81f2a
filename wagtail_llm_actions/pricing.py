"""Convert tokens to US dollars; an unknown price is ``None``, never 0.

Prices come from the site's settings, or from ``genai-prices``, a dated list of many vendors.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from wagtail_llm_actions.catalog import ListPrice

if TYPE_CHECKING:
    from datetime import datetime

    from genai_prices.types import ModelPrice, TieredPrices

    from wagtail_llm_actions.generation import Usage

MILLION = 1_000_000
LOCAL = ListPrice(input=Decimal(0), cached_input=Decimal(0), output=Decimal(0))


@dataclass(frozen=True, kw_only=True, slots=True)
class Price:
    """A price and its source."""

    listed: ListPrice
    source: str
    """``settings``, ``local``, or the name and version of the price list."""

    def as_json(self) -> dict[str, str]:
        """Return what a run stores: US dollars per million tokens as strings, and the source."""
        listed = self.listed
        return {
            "input": str(listed.input),
            "cached_input": str(listed.cached_input),
            "output": str(listed.output),
            "source": self.source,
        }


def price_of(
    *,
    vendor: str,
    is_local: bool,
    base_url: str | None,
    model: str,
    override: ListPrice | None,
    when: datetime,
    input_tokens: int = 0,
) -> Price | None:
    """Return the price of a model at a time, in US dollars per million tokens.

    Args:
        vendor: ``Provider.vendor``; empty for an unknown vendor.
        is_local: ``Provider.is_local``; what runs on the site's own machines costs nothing.
        base_url: The server's address; ``None`` is the vendor's own.
        model: The vendor's name for the model.
        override: The site's own price, which comes first.
        when: The time of the call.
        input_tokens: Of the call; some models cost more above a certain length.

    Returns:
        ``None`` for an unknown server or model.
    """
    if override is not None:
        return Price(listed=override, source="settings")
    if is_local:
        return Price(listed=LOCAL, source="local")
    listed = _look_up(vendor, base_url, model, when, input_tokens)
    return Price(listed=listed, source=_list_name()) if listed else None


def cost_usd(usage: Usage, price: ListPrice) -> Decimal:
    """Return US dollars; reasoning tokens are billed as output tokens, which include them."""
    full_price_tokens = usage.input_tokens - usage.cached_input_tokens
    return (
        full_price_tokens * price.input
        + usage.cached_input_tokens * price.cached_input
        + usage.output_tokens * price.output
    ) / MILLION


def warm_up() -> None:
    """Load the price list, which takes about a second."""
    from genai_prices import data_snapshot  # noqa: PLC0415 - heavy

    data_snapshot.get_snapshot()


def _look_up(
    vendor: str, base_url: str | None, model: str, when: datetime, input_tokens: int
) -> ListPrice | None:
    from genai_prices import Usage, calc_price  # noqa: PLC0415 - heavy

    usage = Usage(input_tokens=input_tokens, output_tokens=0)
    try:
        if base_url:
            found = calc_price(
                usage, model, provider_api_url=base_url, genai_request_timestamp=when
            )
        else:
            found = calc_price(usage, model, provider_id=vendor, genai_request_timestamp=when)
    except LookupError:
        return None
    return _resolved(found.model_price, input_tokens)


def _resolved(price: ModelPrice, input_tokens: int) -> ListPrice | None:
    if price.input_mtok is None or price.output_mtok is None:
        return None
    cached = price.input_mtok if price.cache_read_mtok is None else price.cache_read_mtok
    return ListPrice(
        input=_at(price.input_mtok, input_tokens),
        cached_input=_at(cached, input_tokens),
        output=_at(price.output_mtok, input_tokens),
    )


def _at(price: Decimal | TieredPrices, input_tokens: int) -> Decimal:
    """Return the price of the highest tier reached; it applies to all tokens of a call."""
    if isinstance(price, Decimal):
        return price
    reached = [tier.price for tier in price.tiers if input_tokens > tier.start]
    return reached[-1] if reached else price.base


def _list_name() -> str:
    from importlib.metadata import version  # noqa: PLC0415 - used once per run

    return f"genai-prices {version('genai-prices')}"
