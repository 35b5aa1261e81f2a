"""Format changes of metrics for display, and their values for spreadsheets."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wagtail_llm_actions.messages.metrics import format_display

if TYPE_CHECKING:
    from collections.abc import Callable

    from wagtail_llm_actions.reporting.usage import EstimateErrors

_EXPORT_FORMATS: dict[str, Callable[[Any], Any]] = {
    "rate": lambda value: round(100 * value, 2),
    "seconds": lambda value: round(value, 3),
    "money": lambda value: round(value, 9),
    "price": lambda value: round(value, 9),
}

UNITS = {"rate": "%", "seconds": "s", "money": "USD", "price": "USD"}


def format_export(kind: str, value: Any) -> Any:
    """Return a value for a spreadsheet, as a number where it is one; its unit is in the heading.

    Args:
        kind: A kind of ``messages.metrics``.
        value: Rates from 0 to 1, times in seconds, money in US dollars.
    """
    if value is None:
        return ""
    return _EXPORT_FORMATS.get(kind, lambda same: same)(value)


def change(kind: str, now: Any, before: Any) -> str:
    """Format the change since the previous period: in points for rates, otherwise in percent.

    Returns:
        An empty text where there is nothing to compare with.
    """
    if now is None or before is None:
        return ""
    if kind == "rate":
        points = 100 * (now - before)
        return _("%(number)s points") % {"number": _signed(points)}
    if not before:
        return ""
    percent = 100 * (Decimal(now) - Decimal(before)) / Decimal(before)
    return _("%(number)s %%") % {"number": _signed(float(percent))}


def estimate_errors_sentence(errors: EstimateErrors | None) -> str:
    """Return how far the estimates before the clicks were off; empty where none can be compared."""
    if errors is None:
        return ""
    message = ngettext(
        "The cost that was estimated before the click was off by %(rate)s: one run could be compared.",
        "The costs that were estimated before the clicks were off by %(rate)s in the median of %(count)s "
        "runs that can be compared.",
        errors.runs,
    )
    return message % {
        "rate": format_display("rate", errors.median),
        "count": number_format(errors.runs, force_grouping=True),
    }


def _signed(number: float) -> str:
    rounded = round(number, 1)
    sign = "+" if rounded > 0 else "−" if rounded < 0 else "±"  # noqa: RUF001 - a minus sign
    return sign + number_format(abs(rounded), decimal_pos=1)
