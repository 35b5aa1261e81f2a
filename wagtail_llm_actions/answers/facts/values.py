"""Dates and numbers as values, in whatever form a text writes them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wagtail_llm_actions.answers.facts.words import MONTHS, MULTIPLIERS, NUMBERS

if TYPE_CHECKING:
    from collections.abc import Iterator

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
_GROUPS = re.compile(r"[.,'’\u00a0\u202f ](?=\d{3}(?!\d))")


@dataclass(frozen=True, slots=True)
class Date:
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


def spelled(word: str, following: str) -> Iterator[float]:
    """Yield what a word says as a number, also with the next one: "two hundred"."""
    for hundred in ("hundert", "tausend"):
        if word.endswith(hundred) and (before := NUMBERS.get(word.removesuffix(hundred))):
            yield float(before * NUMBERS[hundred])
    if (value := NUMBERS.get(word)) is not None:
        yield float(value)
        if factor := NUMBERS.get(following.removesuffix("s")):
            yield float(value * factor)
