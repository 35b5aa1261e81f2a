"""Numbers that are written as words."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from wagtail_llm_actions.answers.facts.words import NUMBERS, ORDINALS, SHARES

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN = re.compile(r"[^\W\d_]+")
_JOINT = re.compile(r"[\s-]|[\s-](?:and|et|y)[\s-]")
_GERMAN = re.compile(
    r"(?:(?P<thousands>\w*?)tausend(?:und)?)?(?:(?P<hundreds>\w*?)hundert(?:und)?)?"
    r"(?:(?P<unit>ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun)und(?=\w))?(?P<rest>\w*)"
)
_GERMAN_ENDING = re.compile(r"(?:e[rnsm]?)$")
HUNDRED, THOUSAND = 100, 1000


class Numeral(NamedTuple):
    """A number in words, and where it stands."""

    start: int
    end: int
    value: int


def numerals(text: str) -> Iterator[Numeral]:
    """Yield the numbers of a text; words that belong together are one: "two hundred and five"."""
    found: Numeral | None = None
    for token in _TOKEN.finditer(text):
        value = _value(token[0].casefold())
        if value is None:
            continue
        sum_of_both = (
            _joined(found.value, value)
            if found and _JOINT.fullmatch(text, found.end, token.start())
            else None
        )
        if found and sum_of_both is not None:
            found = Numeral(found.start, token.end(), sum_of_both)
            continue
        if found:
            yield found
        found = Numeral(token.start(), token.end(), value)
    if found:
        yield found


def spelled_values(text: str) -> Iterator[float]:
    """Yield all that a text may say in words: numbers, also one by one, and ordinals."""
    yield from (numeral.value for numeral in numerals(text))
    for token in _TOKEN.finditer(text.casefold()):
        word = token[0]
        values = (_value(word), ORDINALS.get(word), ORDINALS.get(_GERMAN_ENDING.sub("", word)))
        yield from filter(None, values)


def spelled_shares(text: str) -> Iterator[float]:
    """Yield what parts of a whole are in percent: "two thirds" are 66 or 67."""
    before = ""
    for token in _TOKEN.finditer(text.casefold()):
        word = token[0]
        if share := SHARES.get(word):
            exact = 100 / round(100 / share) * (_value(before) or 1)
            yield from (share, round(exact), int(exact), round(exact, 1), HUNDRED / share)
        before = word


def _joined(value: int, following: int) -> int | None:
    """Return what two numbers say together; ``None`` where they are two."""
    if following in {HUNDRED, THOUSAND}:
        return value * following if value < following else None
    if (value, following) == (4, 20):
        return 80
    # French counts on behind sixty and eighty.
    room = next((size for size in (1000, 100, 10) if value and value % size == 0), 1)
    if value % 100 in {60, 80}:
        room = 20
    return value + following if following < room else None


@lru_cache(maxsize=4096)
def _value(word: str) -> int | None:
    """Return the value of a word; German ones are put together of several."""
    if (value := NUMBERS.get(word)) is not None:
        return value
    found = _GERMAN.fullmatch(word)
    if found is None or not any(
        found[name] is not None for name in ("thousands", "hundreds", "unit")
    ):
        return None
    total = 0
    for name, factor in (("thousands", THOUSAND), ("hundreds", HUNDRED), ("unit", 1), ("rest", 1)):
        part = found[name]
        if part is None or (name == "rest" and not part):
            continue
        value = NUMBERS.get(part, _value(part)) if part else 1
        if value is None:
            return None
        total += value * factor
    return total
