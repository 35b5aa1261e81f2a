"""The period of the usage report, as the query string gives it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from wagtail_llm_actions.reporting.period import Period, today

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import Promise

DEFAULT = "30"
MONTH = "month"
CUSTOM = "custom"
MAX_DAYS = 731

QUERY = frozenset({"period", "from", "to"})
"""What the query string of a period has."""

CHOICES: dict[str, Promise] = {
    "7": _("Last 7 days"),
    "30": _("Last 30 days"),
    "90": _("Last 90 days"),
    MONTH: _("This month"),
    CUSTOM: _("Custom range"),
}


def chosen_period(query: Mapping[str, str]) -> tuple[str, Period]:
    """Return the chosen key of ``CHOICES``, and its period.

    Args:
        query: ``period``, and for a custom range ``from`` and ``to`` as ISO dates.

    Raises:
        ValueError: The dates are missing or invalid, all in the future, or more than two years apart.
    """
    has_days = query.get("from") or query.get("to")
    choice = query.get("period") or (CUSTOM if has_days else DEFAULT)
    if choice not in CHOICES:
        raise ValueError(choice)
    if choice == MONTH:
        return choice, Period(today().replace(day=1), today())
    if choice != CUSTOM:
        return choice, Period.last_days(int(choice))
    start = date.fromisoformat(query.get("from", ""))
    end = min(date.fromisoformat(query.get("to") or today().isoformat()), today())
    period = Period(start, end)
    if period.length > MAX_DAYS or start.toordinal() <= MAX_DAYS:
        raise ValueError(choice)
    return choice, period


def as_query(period: Period) -> dict[str, str]:
    """Return the query of this period as a custom range, which stays the same tomorrow."""
    return {"period": CUSTOM, "from": period.start.isoformat(), "to": period.end.isoformat()}
