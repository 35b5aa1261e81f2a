"""Amounts and prices in US dollars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from wagtail_llm_actions.pricing import LOCAL, PROVIDER, SETTINGS, UNKNOWN_SURCHARGE

if TYPE_CHECKING:
    from decimal import Decimal

    from wagtail_llm_actions.pricing import Price


def usd(amount: Decimal | None) -> str:
    """Format an amount with at least two significant digits: ``$0.0021`` instead of ``$0.00``.

    ``None`` is "unknown".
    """
    if amount is None:
        return _("unknown")
    decimals = 2 if not amount else max(2, 1 - amount.adjusted())
    return f"${number_format(round(amount, decimals), decimal_pos=decimals, force_grouping=True)}"


def price_sentence(price: Price | None) -> str:
    """Return the price of a model per million tokens, and its source."""
    if price is None:
        return _("Its price is not known. Set PRICE in its entry of MODELS.")
    if price.source == LOCAL:
        return _("It runs on your own machine and costs nothing.")
    return _("%(input)s in and %(output)s out per million tokens (%(source)s).") % {
        "input": usd(price.listed.input),
        "output": usd(price.listed.output),
        "source": source_label(price.source),
    }


def source_label(source: str) -> str:
    """Return where a price comes from; the price list is called by its own name."""
    labels = {
        SETTINGS: _("your settings"),
        LOCAL: _("local"),
        PROVIDER: _("as the provider reported it"),
    }
    if source.endswith(UNKNOWN_SURCHARGE):
        listed = source.removesuffix(UNKNOWN_SURCHARGE)
        return _("%(list)s, without what a region costs more") % {"list": listed}
    return labels.get(source, source)
