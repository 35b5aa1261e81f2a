"""Dates and numbers as values, in whatever form a text writes them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from wagtail_llm_actions.answers.facts.words import APPROXIMATELY, MONTHS, MULTIPLIERS

_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
DATE = re.compile(
    rf"""(?ix)
    (?<![\w.]) (?: (?P<day>\d{{1,2}}) (?:st|nd|rd|th|er|º|\.)? \s+ (?:of\s+|de\s+)? )?
    (?P<month>{_MONTH}) \b \.?
    (?: \s+ (?P<day_after>\d{{1,2}}) (?:st|nd|rd|th)? (?![\d:.]\d) \b )?
    (?: ,? \s+ (?:de\s+|del\s+)? (?P<year>\d{{4}}) \b )?
    | (?<!\d) (?P<iso_year>\d{{4}}) - (?P<iso_month>\d{{2}}) - (?P<iso_day>\d{{2}}) (?!\d)
    | (?<![\d.]) (?P<d>\d{{1,2}}) (?P<sep>[./]) \s? (?P<m>\d{{1,2}}) (?P=sep) \s? (?P<y>\d{{4}}|\d{{2}})? (?!\d)
    """
)
NUMBER = re.compile(
    r"(?<![\w.,'’])\d+(?:[.,'’\u00a0\u202f ]\d{3}(?!\d))*(?:[.,]\d+)?(?:\s?([^\W\d_]+))?"
)
TIME = re.compile(
    r"""(?ix)
    (?<![\d.,:]) (?P<hour>[01]?\d|2[0-4])
    (?: (?: : | \s?h\s? | (?P<dot>\.) ) (?P<minute>[0-5]\d) )?
    (?: \s? (?P<mark> [ap]\.?m\b\.? | uhr\b | h\b | heures?\b | horas?\b | o['’]clock\b ) )?
    (?![\d:]) (?! [.,]\d )
    """
)
_HOUR_OF_RANGE = re.compile(
    r"(?i)(?<![\d.,:])(\d{1,2})\s?(?:[-–]|to|bis|à|a|until|and|und|et|y)\s?"
    r"(?=\d{1,2}(?:[:.]\d\d)?\s?(?:[ap]\.?m\b|uhr|h\b|heures|horas))"
)
_BEFORE_TIME = re.compile(
    r"(?i)(?:\bum|\bab|\bat|\bà|\ba las|kick-off|\bfrom|\buntil|\bbis|\bfür) $"
)
_ROUNDED = re.compile(rf"(?i)(?<!\w)(?:{APPROXIMATELY})[\s(£$€]*$")
TOLERANCE = 0.1
"""How far a number that is said to be approximate may be from the exact one."""
LONGEST_BEFORE = 25
_GROUPS = re.compile(r"[.,'’\u00a0\u202f ](?=\d{3}(?!\d))")


@dataclass(frozen=True, slots=True)
class Date:
    """A day, or as much of it as a text names."""

    day: int | None
    month: int
    year: int | None

    def is_held_by(self, other: Date) -> bool:
        """Return whether another date says the same, or more."""
        mine, theirs = (self.day, self.month, self.year), (other.day, other.month, other.year)
        return all(part is None or part == known for part, known in zip(mine, theirs, strict=True))


def dates_in(match: re.Match[str]) -> list[Date]:
    """Return what a date may mean; days and months in numbers stand in either order."""
    if match["month"]:
        day = match["day"] or match["day_after"]
        year = match["year"]
        return [
            Date(
                int(day) if day else None,
                MONTHS[match["month"].casefold()],
                int(year) if year else None,
            )
        ]
    if match["iso_year"]:
        return [Date(int(match["iso_day"]), int(match["iso_month"]), int(match["iso_year"]))]
    first, second, year = int(match["d"]), int(match["m"]), match["y"]
    full = None if not year else int(year) + (2000 if len(year) == 2 else 0)  # noqa: PLR2004
    orders = {(first, second), (second, first)}
    return [Date(day, month, full) for day, month in orders if 1 <= month <= 12 and 1 <= day <= 31]  # noqa: PLR2004


def values_of(match: re.Match[str]) -> set[float]:
    """Return what a number may mean: "1.987" is almost two, or almost two thousand."""
    unit = (match[1] or "").casefold()
    digits = re.match(r"[\d.,'’\u00a0\u202f ]*\d", match[0])
    number = digits[0] if digits else match[0]
    readings = {_GROUPS.sub("", number), number}
    values = set()
    for reading in readings:
        plain = re.sub(r"['’\u00a0\u202f ]", "", reading).replace(",", ".")
        if plain.count(".") <= 1:
            values.add(float(plain))
    factor = MULTIPLIERS.get(unit)
    if not factor:
        return values
    # "5 m" are metres as well.
    return {value * factor for value in values} | (values if len(unit) == 1 else set())


def times_in(text: str) -> set[int]:
    """Return the times of day that a text names, in minutes since midnight."""
    times = {minutes for match in TIME.finditer(text) for minutes in minutes_of(match)}
    hours = {int(match[1]) for match in _HOUR_OF_RANGE.finditer(text)}
    return times | {hour * 60 for hour in hours} | {(hour + 12) * 60 for hour in hours}


def minutes_of(match: re.Match[str]) -> set[int]:
    """Return what a time may mean, in minutes since midnight; empty where it is no time.

    "6 Uhr" may be in the evening; "19.45" is a time only behind a word such as "at".
    """
    has_minute, mark = match["minute"] is not None, (match["mark"] or "").casefold()
    before = match.string[max(0, match.start() - LONGEST_BEFORE) : match.start()]
    is_time = bool(mark) or (
        has_minute and (not match["dot"] or _BEFORE_TIME.search(before) is not None)
    )
    if not is_time:
        return set()
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    if mark.startswith("p"):
        hours = {hour % 12 + 12}
    elif mark.startswith("a"):
        hours = {hour % 12}
    else:
        hours = {hour} if hour > 12 else {hour, hour + 12}  # noqa: PLR2004
    return {one * 60 + minute for one in hours}


def is_approximate(text: str, start: int) -> bool:
    """Return whether a word such as "about" stands before a number."""
    return _ROUNDED.search(text[max(0, start - LONGEST_BEFORE) : start]) is not None


def is_rounded(value: float, exact: float) -> bool:
    """Return whether a number is another one, rounded to two digits."""
    return float(f"{value:.2g}") == value and abs(value - exact) <= TOLERANCE * exact
