"""US dollars as people read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.formats import number_format
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from decimal import Decimal

    from wagtail_llm_actions.pricing import Price


def usd(amount: Decimal | None) -> str:
    """Write an amount with its currency and at least two digits that mean something.

    ``$0.0021`` and not ``$0.00``, which only stands for nothing; ``None`` is unknown.
    """
    if amount is None:
        return _("unknown")
    decimals = 2 if not amount else max(2, 1 - amount.adjusted())
    return f"${number_format(round(amount, decimals), decimal_pos=decimals, force_grouping=True)}"


def price_sentence(price: Price | None) -> str:
    """Say what a model costs, and where that is from."""
    if price is None:
        return _("Its price is not known.")
    if price.source == "local":
        return _("It runs on your own machine and costs nothing.")
    return _("%(input)s in and %(output)s out per million tokens (%(source)s).") % {
        "input": usd(price.listed.input),
        "output": usd(price.listed.output),
        "source": _("your settings") if price.source == "settings" else price.source,
    }
