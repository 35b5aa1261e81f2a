"""Values of metrics as people read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from wagtail_llm_actions.messages.currency import money

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

NOTHING = "–"  # noqa: RUF001 - the dash that Wagtail shows too


def _count(value: int) -> str:
    return number_format(value, force_grouping=True)


def _percent(value: float) -> str:
    return _("%(number)s %%") % {"number": number_format(round(100 * value, 1), decimal_pos=1)}


def _seconds(value: float) -> str:
    return _("%(number)s s") % {"number": number_format(round(value, 1), decimal_pos=1)}


def _day(value: date) -> str:
    return date_format(value, "SHORT_DATE_FORMAT")


def _moment(value: datetime) -> str:
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return date_format(local, "SHORT_DATETIME_FORMAT")


_FORMATTERS: dict[str, Callable[[Any], str]] = {
    "count": _count,
    "rate": _percent,
    "money": money,
    "price": money,
    "seconds": _seconds,
    "day": _day,
    "moment": _moment,
    "text": str,
    "long": str,
}


def format_display(kind: str, value: Any) -> str:
    """Format a value of one of the kinds above for people, in the active language.

    ``None`` is "unknown" for ``money``; for every other kind it is a dash, because there is nothing
    to count or to divide by.
    """
    if value is None or value == "":
        return money(None) if kind == "money" else NOTHING
    return _FORMATTERS[kind](value)
