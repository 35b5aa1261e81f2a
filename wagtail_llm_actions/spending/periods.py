"""The days and months of budgets, in the site's time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from wagtail_llm_actions.models import LLMBudget

if TYPE_CHECKING:
    from decimal import Decimal

MIN_SHARE = 0.05
"""Of a period: before that, a projection would only multiply chance."""


def day_of(moment: datetime) -> date:
    """Return the date of a moment in the site's time zone."""
    if settings.USE_TZ:
        moment = timezone.localtime(moment, timezone.get_default_timezone())
    return moment.date()


def midnight(day: date) -> datetime:
    """Return the first moment of a day in the site's time zone."""
    start = datetime.combine(day, time.min)
    if settings.USE_TZ:
        # In UTC: Python subtracts times of the same zone as if no clock were ever changed.
        return timezone.make_aware(start, timezone.get_default_timezone()).astimezone(UTC)
    return start


def first_day(period: str, day: date) -> date:
    """Return the first day of the period of a budget that holds a day."""
    return day.replace(day=1) if period == LLMBudget.Period.MONTH else day


def next_first_day(period: str, first: date) -> date:
    """Return the first day of the period after the one with this first day."""
    if period == LLMBudget.Period.MONTH:
        return (first + timedelta(days=31)).replace(day=1)
    return first + timedelta(days=1)


def bounds(period: str, first: date) -> tuple[datetime, datetime]:
    """Return the first moment of a period, and the first one after it."""
    return midnight(first), midnight(next_first_day(period, first))


def projected(spent: Decimal, period: str, first: date, now: datetime) -> Decimal | None:
    """Return what is spent at the end of a period if it goes on at the same pace.

    It is ``None`` at the beginning of the period, when there is no pace yet.
    """
    start, end = bounds(period, first)
    share = (now - start) / (end - start)
    if share < MIN_SHARE:
        return None
    return spent / type(spent)(min(1.0, share))
