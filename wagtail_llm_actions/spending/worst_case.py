"""What a run may cost at most: pure arithmetic over calls, tokens and prices."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from wagtail_llm_actions.pricing import MILLION, THOUSAND

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wagtail_llm_actions.catalog import ListPrice

NANO_PER_MILLIONTH = 1_000
"""Billionths of a US dollar in a millionth, which is what a token costs per dollar of a price."""


class PriceUnknown(Exception):
    """Nobody knows, and no admin has stated, what a model costs."""

    def __init__(self, model_key: str) -> None:
        super().__init__(model_key)
        self.model_key = model_key


@dataclass(frozen=True, kw_only=True, slots=True)
class Calls:
    """Calls of one model that a run may make, each at its largest."""

    model_key: str
    price: ListPrice | None
    """``None`` for unknown."""
    input_tokens: int
    """Of each call at most, images included."""
    output_tokens: int
    """Of each call at most, reasoning included."""
    count: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class WorstCase:
    """Whole billionths of a US dollar, rounded up."""

    run_nano_usd: int
    """Of all calls together."""
    call_nano_usd: int
    """Of the dearest call."""


def worst_case(
    attempts: Sequence[Calls], repairs: Sequence[Calls], assumed_price_usd: Decimal | None = None
) -> WorstCase:
    """Return what a run costs if each call is made, and is as large as it can be.

    Args:
        attempts: All of them may be made.
        repairs: One of them may follow.
        assumed_price_usd: Per million tokens, in the place of an unknown price.

    Raises:
        PriceUnknown: A price is unknown, and none is assumed.
    """
    costs = [_call_nano_usd(calls, assumed_price_usd) for calls in attempts]
    repair = max((_call_nano_usd(calls, assumed_price_usd) for calls in repairs), default=0)
    total = sum(cost * calls.count for cost, calls in zip(costs, attempts, strict=True))
    return WorstCase(run_nano_usd=total + repair, call_nano_usd=max([*costs, repair]))


def assumed_nano_usd(tokens: int, price_usd: Decimal) -> int:
    """Return what tokens cost by a price that an admin states, in US dollars per million tokens."""
    return math.ceil(tokens * price_usd * NANO_PER_MILLIONTH)


def _call_nano_usd(calls: Calls, assumed_price_usd: Decimal | None) -> int:
    price = calls.price
    if price is None:
        if assumed_price_usd is None:
            raise PriceUnknown(calls.model_key)
        return assumed_nano_usd(calls.input_tokens + calls.output_tokens, assumed_price_usd)
    # The dearest way in: some vendors bill what they write into their cache above the plain input.
    input_price = max(filter(None, (price.input, price.cache_write)), default=Decimal(0))
    of_tokens = calls.input_tokens * input_price + calls.output_tokens * price.output
    # Per thousand calls; in millionths of a US dollar, as the tokens.
    of_call = (price.requests or Decimal(0)) / THOUSAND * MILLION
    return math.ceil((of_tokens + of_call) * NANO_PER_MILLIONTH)
