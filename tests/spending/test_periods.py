"""The days and months of budgets are those of the site's time zone, whatever its clocks do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from wagtail_llm_actions.spending.periods import bounds, day_of, first_day, projected

if TYPE_CHECKING:
    from pytest_django import Settings

ZONES = (
    "UTC",
    "Europe/Paris",
    "America/New_York",
    "Asia/Kathmandu",
    # Half an hour of summer time.
    "Australia/Lord_Howe",
    # Clocks went from midnight to one, or from one back to midnight.
    "America/Sao_Paulo",
    "America/Havana",
    "Asia/Beirut",
    # Left out a whole day.
    "Pacific/Apia",
)
PERIODS = st.sampled_from(["day", "month"])
DAYS = st.dates(date(2005, 1, 2), date(2037, 12, 1))
MOMENTS = st.builds(datetime.combine, DAYS, st.times(), st.just(UTC))
SECOND = timedelta(seconds=1)


@given(zone=st.sampled_from(ZONES), period=PERIODS, moment=MOMENTS)
def test_each_moment_is_in_one_period_and_the_next_one_begins_where_it_ends(
    zone: str, period: str, moment: datetime
) -> None:
    with override_settings(TIME_ZONE=zone):
        first = first_day(period, day_of(moment))
        start, end = bounds(period, first)

        assert start <= moment < end
        assert first_day(period, day_of(start)) == first_day(period, day_of(end - SECOND)) == first
        local = end.astimezone(ZoneInfo(zone))
        assert bounds(period, first_day(period, local.date()))[0] == end
        assert first_day(period, day_of(start - SECOND)) < first


@given(zone=st.sampled_from(ZONES), day=DAYS)
def test_the_days_of_a_month_are_as_long_as_the_month(zone: str, day: date) -> None:
    with override_settings(TIME_ZONE=zone):
        first = first_day("month", day)
        start, end = bounds("month", first)
        days, total = first, timedelta()
        while days < end.astimezone(ZoneInfo(zone)).date():
            one = bounds("day", days)
            total += one[1] - one[0]
            days += timedelta(days=1)

        assert total == end - start


@pytest.mark.parametrize(("month", "day", "hours"), [(3, 29, 23), (10, 25, 25), (11, 27, 24)])
def test_the_pace_of_a_day_counts_the_hours_that_it_has(
    settings: Settings, month: int, day: int, hours: int
) -> None:
    settings.TIME_ZONE = "Europe/Paris"
    first = date(2026, month, day)
    start, end = bounds("day", first)

    assert end - start == timedelta(hours=hours)
    half = start + timedelta(hours=hours / 2)
    assert projected(Decimal(3), "day", first, half) == Decimal(6)
    assert projected(Decimal(3), "day", first, end) == Decimal(3)


def test_a_month_ends_with_its_last_day(settings: Settings) -> None:
    settings.TIME_ZONE = "Europe/Paris"
    paris = ZoneInfo("Europe/Paris")

    for year, month, days in ((2024, 2, 29), (2026, 2, 28), (2026, 1, 31), (2026, 12, 31)):
        last = datetime(year, month, days, 23, 59, 59, tzinfo=paris)
        assert first_day("month", day_of(last)) == last.date().replace(day=1)
        assert first_day("month", day_of(last + SECOND)) > last.date()
