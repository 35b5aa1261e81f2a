"""Reporting periods: whole days in the site's time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from wagtail_llm_actions.spending.periods import day_of, midnight

if TYPE_CHECKING:
    from datetime import date, datetime

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """A range of days, ``start`` and ``end`` included."""

    start: date
    end: date

    def __post_init__(self) -> None:
        """Check the order of the days.

        Raises:
            ValueError: ``end`` is before ``start``.
        """
        if self.end < self.start:
            msg = "A period ends before it starts."
            raise ValueError(msg)

    @classmethod
    def last_days(cls, days: int) -> Period:
        """Return the period of the last ``days`` days, today included."""
        end = today()
        return cls(end - (days - 1) * ONE_DAY, end)

    @property
    def days(self) -> list[date]:
        """Every day of the period."""
        return [self.start + number * ONE_DAY for number in range(self.length)]

    @property
    def length(self) -> int:
        """The number of days."""
        return (self.end - self.start).days + 1

    @property
    def previous(self) -> Period:
        """The period of equal length that ends the day before."""
        return Period(self.start - self.length * ONE_DAY, self.start - ONE_DAY)

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """The half-open interval of the period: its first moment, and the first one after it."""
        return midnight(self.start), midnight(self.end + ONE_DAY)


def today() -> date:
    """Return today's date in the site's time zone, which may not be the user's."""
    return day_of(timezone.now())
