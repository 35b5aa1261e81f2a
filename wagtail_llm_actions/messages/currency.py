"""Amounts in US dollars and in the site's currency, and prices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.messages.numbers import NumberFormat
from wagtail_llm_actions.pricing import LOCAL, PROVIDER, SETTINGS, UNKNOWN_SURCHARGE

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from wagtail_llm_actions.models import LLMRun
    from wagtail_llm_actions.pricing import Price


def money(amount: Decimal | None) -> str:
    """Format one amount, see ``money_formatter``."""
    return money_formatter()(amount)


def money_formatter() -> Callable[[Decimal | None], str]:
    """Return what formats amounts in US dollars, with what they are in the site's currency beside them.

    Amounts are stored, added and compared in US dollars; only what is shown is converted. ``None`` is
    "unknown".
    """
    in_usd, currency = _usd_formatter(), get_settings().currency
    if currency is None:
        return in_usd
    number, pattern = NumberFormat(), _("%(usd)s (%(converted)s)")
    converted_pattern = _("%(amount)s\N{NO-BREAK SPACE}%(code)s")

    def both(amount: Decimal | None) -> str:
        if amount is None:
            return in_usd(None)
        converted = converted_pattern % {
            "amount": _number(amount * currency.rate, currency.decimals, number),
            "code": currency.code,
        }
        return pattern % {"usd": in_usd(amount), "converted": converted}

    return both


def usd(amount: Decimal | None) -> str:
    """Format an amount with at least two significant digits: ``$0.0021`` instead of ``$0.00``.

    ``None`` is "unknown".
    """
    return _usd_formatter()(amount)


def _usd_formatter() -> Callable[[Decimal | None], str]:
    number, pattern, unknown = NumberFormat(), _("$%(amount)s"), _("unknown")
    return lambda amount: (
        unknown if amount is None else pattern % {"amount": _number(amount, 2, number)}
    )


def rate_sentence() -> str:
    """Return by which rate amounts are converted; empty for US dollars alone."""
    currency = get_settings().currency
    if currency is None:
        return ""
    return _(
        "Costs are counted in US dollars. 1 US dollar is shown as %(rate)s %(code)s, the rate of "
        "%(date)s from your settings."
    ) % {
        "rate": number_format(currency.rate.normalize(), force_grouping=True),
        "code": currency.code,
        "date": date_format(currency.date),
    }


def estimate_sentence(run: LLMRun) -> str:
    """Return what a run was expected to cost, and how far that was off; empty where nobody knew."""
    estimated, cost = run.estimated_cost_usd, run.cost_usd
    if estimated is None:
        return ""
    percent = round(100 * (estimated / cost - 1)) if cost and run.is_final else None
    if percent is None:
        message = _("Estimated beforehand: %(amount)s.")
    elif percent > 0:
        message = _("Estimated beforehand: %(amount)s, %(percent)s %% too high.")
    elif percent < 0:
        message = _("Estimated beforehand: %(amount)s, %(percent)s %% too low.")
    else:
        message = _("Estimated beforehand: %(amount)s, which was right.")
    number = number_format(abs(percent or 0), force_grouping=True)
    return message % {"amount": money(estimated), "percent": number}


def _number(amount: Decimal, decimals: int, number: NumberFormat) -> str:
    decimals = max(decimals, 1 - amount.adjusted()) if amount else decimals
    return number(round(amount, decimals), decimal_pos=decimals, force_grouping=True)


def price_sentence(price: Price | None) -> str:
    """Return the price of a model, and its source."""
    if price is None:
        return _("Its price is not known. Set PRICE in its entry of MODELS.")
    if price.source == LOCAL:
        return _("It runs on your own machine and costs nothing.")
    if price.listed.requests:
        message = _(
            "%(input)s in and %(output)s out per million tokens, and %(requests)s per thousand requests "
            "(%(source)s)."
        )
    else:
        message = _("%(input)s in and %(output)s out per million tokens (%(source)s).")
    return message % {
        "input": usd(price.listed.input),
        "output": usd(price.listed.output),
        "requests": usd(price.listed.requests),
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
