"""Whole days of the site's time zone, from one to another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.utils import timezone

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """The days from ``start`` to ``end``, both included."""

    start: date
    end: date

    def __post_init__(self) -> None:
        """Refuse an end before the start.

        Raises:
            ValueError: There is no such day.
        """
        if self.end < self.start:
            msg = "A period ends before it starts."
            raise ValueError(msg)

    @classmethod
    def last_days(cls, days: int) -> Period:
        """Return the last days, today included."""
        end = today()
        return cls(end - (days - 1) * ONE_DAY, end)

    @property
    def days(self) -> list[date]:
        """Every day of it."""
        return [self.start + number * ONE_DAY for number in range(self.length)]

    @property
    def length(self) -> int:
        """How many days."""
        return (self.end - self.start).days + 1

    @property
    def previous(self) -> Period:
        """The period of equal length before."""
        return Period(self.start - self.length * ONE_DAY, self.start - ONE_DAY)

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """Its first moment, and the first moment after it."""
        return _midnight(self.start), _midnight(self.end + ONE_DAY)


def today() -> date:
    """Return the day it is in the site's time zone, whatever the reader's own is."""
    return day_of(timezone.now())


def day_of(moment: datetime) -> date:
    """Return the day of a moment in the site's time zone."""
    if settings.USE_TZ:
        moment = timezone.localtime(moment, timezone.get_default_timezone())
    return moment.date()


def _midnight(day: date) -> datetime:
    midnight = datetime.combine(day, time.min)
    if settings.USE_TZ:
        return timezone.make_aware(midnight, timezone.get_default_timezone())
    return midnight
