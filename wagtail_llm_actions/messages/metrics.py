"""Values of metrics as people read them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from wagtail_llm_actions.messages.currency import money_formatter
from wagtail_llm_actions.messages.errors import error_title
from wagtail_llm_actions.messages.numbers import NumberFormat

if TYPE_CHECKING:
    from datetime import date, datetime

NOTHING = "–"  # noqa: RUF001 - the dash that Wagtail shows too

Formatter = Callable[[Any], str]


def _counts() -> Formatter:
    number = NumberFormat()
    return lambda value: number(value, force_grouping=True)


def _percents() -> Formatter:
    number, pattern = NumberFormat(), _("%(number)s %%")
    return lambda value: pattern % {"number": number(round(100 * value, 1), decimal_pos=1)}


def _seconds() -> Formatter:
    number, pattern = NumberFormat(), _("%(number)s s")
    return lambda value: pattern % {"number": number(round(value, 1), decimal_pos=1)}


def _day(value: date) -> str:
    return date_format(value, "SHORT_DATE_FORMAT")


def _moment(value: datetime) -> str:
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return date_format(local, "SHORT_DATETIME_FORMAT")


_FORMATTERS: dict[str, Callable[[], Formatter]] = {
    "count": _counts,
    "rate": _percents,
    "money": money_formatter,
    "price": money_formatter,
    "seconds": _seconds,
    "day": lambda: _day,
    "moment": lambda: _moment,
    "text": lambda: str,
    "long": lambda: str,
    "advice": lambda: str,
    "error": lambda: error_title,
}


def formatter(kind: str) -> Formatter:
    """Return what formats values of one of the kinds above for people, in the active language.

    What the language decides is looked up once. ``None`` is "unknown" for ``money``; for every other
    kind it is a dash, because there is nothing to count or to divide by.
    """
    known = _FORMATTERS[kind]()
    nothing = known(None) if kind == "money" else NOTHING
    return lambda value: nothing if value is None or value == "" else known(value)


def format_display(kind: str, value: Any) -> str:
    """Format one value, see ``formatter``."""
    return formatter(kind)(value)
