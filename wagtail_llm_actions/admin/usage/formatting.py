"""Changes of metrics, their values in spreadsheets, and links to the runs that they count."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable

    from wagtail_llm_actions.reporting.period import Period

_IN_SHEETS: dict[str, Callable[[Any], Any]] = {
    "rate": lambda value: round(100 * value, 2),
    "seconds": lambda value: round(value, 3),
    "money": lambda value: round(value, 9),
    "price": lambda value: round(value, 9),
}

UNITS = {"rate": "%", "seconds": "s", "money": "USD", "price": "USD"}


def format_export(kind: str, value: Any) -> Any:
    """Return a value for a spreadsheet; its unit stands in the heading."""
    if value is None:
        return ""
    return _IN_SHEETS.get(kind, lambda same: same)(value)


def change(kind: str, now: Any, before: Any) -> str:
    """Say how much more or less it is than before: in points for rates, otherwise in percent."""
    if now is None or before is None:
        return ""
    if kind == "rate":
        points = 100 * (now - before)
        return _("%(number)s points") % {"number": _signed(points)}
    if not before:
        return ""
    percent = 100 * (Decimal(now) - Decimal(before)) / Decimal(before)
    return _("%(number)s %%") % {"number": _signed(float(percent))}


def _signed(number: float) -> str:
    rounded = round(number, 1)
    sign = "+" if rounded > 0 else "−" if rounded < 0 else "±"  # noqa: RUF001 - a minus sign
    return sign + number_format(abs(rounded), decimal_pos=1)


def history_url(period: Period, **filters: Any) -> str:
    """Return the history's list of the runs that a number counts."""
    query = {
        "queued_at_from": period.start.isoformat(),
        "queued_at_to": period.end.isoformat(),
        "trigger": "editor",
        **filters,
    }
    return f"{reverse('wagtail_llm_actions:history')}?{urlencode(query, doseq=True)}"
