"""Convert tokens to US dollars; an unknown price is ``None``, never 0.

Prices come from the site's settings, or from ``genai-prices``, a dated list of many vendors.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from wagtail_llm_actions.catalog import ListPrice
from wagtail_llm_actions.sellers import Seller, find_seller

if TYPE_CHECKING:
    from datetime import datetime

    from genai_prices.types import ModelPrice, TieredPrices

    from wagtail_llm_actions.generation import Usage

THOUSAND, MILLION = 1_000, 1_000_000
SETTINGS, LOCAL, PROVIDER = "settings", "local", "provider"
"""Sources of a price beside the list; ``PROVIDER`` is one that reports what a call costs."""
UNKNOWN_SURCHARGE = " + ?"
NO_REGIONS = frozenset({"", "global", "not_available"})
"""What Anthropic calls a call that may run anywhere."""
FREE = ListPrice(input=Decimal(0), cached_input=Decimal(0), output=Decimal(0))


@dataclass(frozen=True, kw_only=True, slots=True)
class Price:
    """A price and its source."""

    listed: ListPrice
    source: str
    """``SETTINGS``, ``LOCAL``, or the name and version of the price list with any surcharge.

    ``UNKNOWN_SURCHARGE`` at its end says that a region may cost more.
    """

    def as_json(self) -> dict[str, str]:
        """Return what a run stores: the US dollars of ``ListPrice`` as strings, and the source."""
        prices = {
            name: str(price) for name, price in asdict(self.listed).items() if price is not None
        }
        return {**prices, "source": self.source}


def price_of(
    *,
    vendor: str,
    is_local: bool,
    base_url: str | None,
    model: str,
    override: ListPrice | None,
    when: datetime,
    input_tokens: int = 0,
    service_tier: str = "",
    region: str = "",
) -> Price | None:
    """Return the price of a model at a time.

    Args:
        vendor: ``Provider.vendor``; empty for an unknown vendor.
        is_local: ``Provider.is_local``; what runs on the site's own machines costs nothing.
        base_url: The server's address; ``None`` is the vendor's own.
        model: The vendor's name for the model.
        override: The site's own price, which comes first.
        when: The time of the call.
        input_tokens: Of the call; some models cost more above a certain length.
        service_tier: As the answer names it, such as ``flex``.
        region: As the answer names it; where it is one, the price may be higher.

    Returns:
        ``None`` for an unknown server or model.
    """
    if override is not None:
        return Price(listed=override, source=SETTINGS)
    if is_local:
        return Price(listed=FREE, source=LOCAL)
    seller = find_seller(base_url) if base_url else Seller(vendor)
    terms = {"service_tier": service_tier} if service_tier else {}
    listed = seller and _look_up(seller.provider_id, model, when, input_tokens, terms)
    if not seller or not listed:
        return None
    percent = seller.surcharge(model)
    may_cost_more = seller.may_cost_more or region not in NO_REGIONS
    surcharge = UNKNOWN_SURCHARGE if may_cost_more else f" + {percent} %" if percent else ""
    return Price(listed=_raised(listed, percent), source=f"{_list_name()}{surcharge}")


def charge(usage: Usage, price: Price | None) -> tuple[Decimal | None, dict[str, str] | None]:
    """Return what a call costs in US dollars, and the price to store with it.

    What the provider reports as its cost comes first, except for local models, which cost nothing.
    """
    if usage.cost_usd is not None and not (price and price.source == LOCAL):
        return usage.cost_usd, {"source": PROVIDER}
    if price is None:
        return None, None
    return cost_usd(usage, price.listed), price.as_json()


def cost_usd(usage: Usage, price: ListPrice) -> Decimal | None:
    """Return US dollars of a call; ``None`` where a count is unknown that costs something.

    Reasoning tokens are billed as output tokens, which include them.
    """
    cached, written = usage.cached_input_tokens, usage.cache_write_tokens
    for_an_hour = usage.cache_write_1h_tokens
    full_price = None if usage.input_tokens is None else usage.input_tokens - cached - written
    write_price = price.input if price.cache_write is None else price.cache_write
    parts = (
        (full_price, price.input),
        (cached, price.cached_input),
        (written - for_an_hour, write_price),
        (for_an_hour, write_price if price.cache_write_1h is None else price.cache_write_1h),
        (usage.output_tokens, price.output),
    )
    if any(tokens is None and rate for tokens, rate in parts):
        return None
    of_tokens = sum(((tokens or 0) * rate for tokens, rate in parts), start=Decimal(0)) / MILLION
    return of_tokens + (price.requests or Decimal(0)) / THOUSAND


def warm_up() -> None:
    """Load the price list, which takes about a second."""
    from genai_prices import data_snapshot  # noqa: PLC0415 - heavy

    data_snapshot.get_snapshot()


def _look_up(
    provider_id: str, model: str, when: datetime, input_tokens: int, terms: dict[str, str]
) -> ListPrice | None:
    from genai_prices import Usage, calc_price  # noqa: PLC0415 - heavy

    if provider_id == "openrouter" and model.endswith(":free"):
        return FREE
    usage = Usage(input_tokens=input_tokens, output_tokens=0)
    try:
        found = calc_price(
            usage,
            model,
            provider_id=provider_id,
            genai_request_timestamp=when,
            price_context=terms or None,
        )
    except LookupError:
        # Vertex puts the publisher before the name.
        name = model.removeprefix(f"{provider_id}/")
        return None if name == model else _look_up(provider_id, name, when, input_tokens, terms)
    return _resolved(found.model_price, input_tokens)


def _raised(listed: ListPrice, percent: int) -> ListPrice:
    factor = 1 + Decimal(percent) / 100
    prices = asdict(listed).items()
    return ListPrice(**{name: price and price * factor for name, price in prices})


def _resolved(price: ModelPrice, input_tokens: int) -> ListPrice | None:
    if price.input_mtok is None or price.output_mtok is None:
        return None
    cached = price.input_mtok if price.cache_read_mtok is None else price.cache_read_mtok
    written, for_an_hour = price.cache_write_mtok, price.cache_write_1h_mtok
    return ListPrice(
        input=_at(price.input_mtok, input_tokens),
        cached_input=_at(cached, input_tokens),
        output=_at(price.output_mtok, input_tokens),
        cache_write=None if written is None else _at(written, input_tokens),
        cache_write_1h=None if for_an_hour is None else _at(for_an_hour, input_tokens),
        requests=None
        if price.requests_kcount is None
        else _at(price.requests_kcount, input_tokens),
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
