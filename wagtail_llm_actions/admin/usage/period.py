"""Which days the report of usage is about, as the address says it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from wagtail_llm_actions.reporting.period import Period, today

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import Promise

DEFAULT = "30"
CUSTOM = "custom"
MAX_DAYS = 731

CHOICES: dict[str, Promise] = {
    "7": _("Last 7 days"),
    "30": _("Last 30 days"),
    "90": _("Last 90 days"),
    "month": _("This month"),
    CUSTOM: _("Other days"),
}


def chosen_period(query: Mapping[str, str]) -> tuple[str, Period]:
    """Return the choice and its days.

    Raises:
        ValueError: The address names no such days, days to come only, or more than two years.
    """
    has_days = query.get("from") or query.get("to")
    choice = query.get("period") or (CUSTOM if has_days else DEFAULT)
    if choice not in CHOICES:
        raise ValueError(choice)
    if choice == "month":
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
    """Return what names these days again, tomorrow too."""
    return {"period": CUSTOM, "from": period.start.isoformat(), "to": period.end.isoformat()}
