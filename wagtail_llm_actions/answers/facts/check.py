"""Facts of a text that its source does not hold: numbers, dates, names, quotations and links.

No model is asked. A fact counts as held where the source has it in another form: "12 March" for
"12.3.", "1.000" for "1,000", "Bern's" for "Bern". What cannot be told for sure, such as a single name
at the beginning of a sentence, is not named: people stop reading marks that are mostly wrong.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wagtail_llm_actions.answers.checks.language import language_of, other_language, script_of
from wagtail_llm_actions.answers.facts.names import is_missing, is_weekday, names
from wagtail_llm_actions.answers.facts.numerals import numerals
from wagtail_llm_actions.answers.facts.source import SourceFacts, plain_words
from wagtail_llm_actions.answers.facts.values import (
    DATE,
    NUMBER,
    TIME,
    dates_in,
    is_approximate,
    is_rounded,
    minutes_of,
    values_of,
)
from wagtail_llm_actions.answers.facts.words import MULTIPLIERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wagtail_llm_actions.answers.facts.numerals import Numeral

MAX_FACTS = 20
MAX_CHARS = 20_000
"""Of the text; more than any field that somebody would check fact by fact."""
LOOK_BACK_CHARS = 12
LEAST_NUMERAL = 13
"""Smaller numbers in words are not looked for."""
_CLOCK = re.compile(r"(\d{1,2})\.(\d\d)(?!\d)")
_DECADE = re.compile(r"\d0(?:er|s)\b")
_DECADE_BEFORE = re.compile(r"(?i)(?:années|años|jahren?|['’])\s?$")
_LOWER_WEEKDAY = re.compile(
    r"\b(?:(?:lun|mar|mercre|jeu|vendre|same)dis?|dimanches?|lunes|martes|miércoles|jueves|viernes|sábados?|domingos?)\b"
)
_LINK = re.compile(
    r"(?i)\b(?:https?://|www\.)[^\s<>()\"“”«»]+|\b[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+"
    r"|\b(?:[a-z0-9-]{1,63}+\.){1,5}(?:com|org|net|de|fr|es|eu|ch|at|io|uk|edu|gov|info)\b(?:/[^\s<>()\"“”«»]*)?"
)
_QUOTATION = re.compile(
    r"“([^“”]{3,300})”|„([^„“”]{3,300})[“”]|«([^«»]{3,300})»|\"([^\"\n]{3,300})\""
)
_LIST_MARKER = re.compile(r"(?m)^\s*\d{1,2}[.)]\s+")


def unsourced_facts(text: str, source: str, *, content: str = "") -> list[str]:
    """Return the facts of a text that its source does not hold, as the text writes them.

    In a translation, quotations and the names of places are written otherwise. There, only names of several
    words are looked for, and none where the scripts differ.

    Args:
        text: A cleaned answer.
        source: All that the model was given.
        content: What of it was given to be worked on, whose language is that of the source.
    """
    language = language_of(content)
    is_translated = bool(language and other_language(text, language))
    checker = _Checker(
        SourceFacts(source),
        is_translated=is_translated,
        has_names=not is_translated or script_of(text) == script_of(content),
    )
    found = checker.check(text[:MAX_CHARS])
    return list(dict.fromkeys(found))[:MAX_FACTS]


class _Checker:
    def __init__(self, source: SourceFacts, *, is_translated: bool, has_names: bool) -> None:
        self._source = source
        self._is_translated = is_translated
        self._has_names = has_names

    def check(self, text: str) -> Iterator[str]:
        """Yield each kind in turn; what one has looked at is blanked for the next."""
        for pattern, step in (
            (_LINK, self._link),
            (_QUOTATION, self._quotation),
            (DATE, self._date),
            (TIME, self._time),
        ):
            for match in pattern.finditer(text):
                yield from step(match)
            if pattern is not _QUOTATION:
                text = pattern.sub(_blank, text)
        yield from self._numbers(text)
        if self._has_names:
            yield from filter(self._is_kept, names(text, self._source))

    def _is_kept(self, name: str) -> bool:
        """Return whether a name would be the same in a translation, as that of a person mostly is."""
        return not self._is_translated or " " in name or is_weekday(name)

    def _numbers(self, text: str) -> Iterator[str]:
        text = _LIST_MARKER.sub(lambda match: "\n" * len(match[0]), text)
        for match in NUMBER.finditer(text):
            yield from self._number(match)
        for numeral in numerals(text):
            yield from self._numeral(text, numeral)
        for match in _LOWER_WEEKDAY.finditer(text):
            if is_missing(match[0], self._source):
                yield match[0]

    def _link(self, match: re.Match[str]) -> Iterator[str]:
        link = match[0].rstrip(".,;:!?'’")
        bare = re.sub(r"^(?:https?://)?(?:www\.)?", "", link.casefold()).rstrip("/")
        if bare not in self._source.links:
            yield link

    def _quotation(self, match: re.Match[str]) -> Iterator[str]:
        inside = next(filter(None, match.groups()))
        # One word in quotation marks is a manner of speaking.
        is_free = self._is_translated or len(inside.split()) == 1
        if not is_free and plain_words(inside) not in self._source.plain:
            yield match[0]

    def _date(self, match: re.Match[str]) -> Iterator[str]:
        dates = dates_in(match) if _is_date(match) else []
        if dates and not any(one.is_held_by(held) for one in dates for held in self._source.dates):
            yield match[0].strip()

    def _time(self, match: re.Match[str]) -> Iterator[str]:
        minutes, held = minutes_of(match), self._source
        # "3 horas" may be how long something takes.
        is_duration = match["minute"] is None and float(match["hour"]) in held.numbers
        is_exact = (match["mark"] or "h").casefold()[0] in "ap"
        if minutes and not minutes & held.times and (is_exact or not is_duration):
            yield match[0].strip().removesuffix(".")

    def _number(self, match: re.Match[str]) -> Iterator[str]:
        values, held = values_of(match), self._source
        if values & (held.numbers | held.shares) or self._holds_otherwise(match, values):
            return
        has_unit = match[1] and match[1].casefold() in MULTIPLIERS
        yield (match[0] if has_unit else match[0].removesuffix(match[1] or "")).strip()

    def _holds_otherwise(self, match: re.Match[str], values: set[float]) -> bool:
        """Return whether a number is a time, a decade, or a round one for what the source holds."""
        held = self._source.numbers
        if time := _CLOCK.match(match[0]):
            return int(time[1]) * 60 + int(time[2]) in self._source.times
        before = match.string[max(0, match.start() - LOOK_BACK_CHARS) : match.start()]
        if _DECADE_BEFORE.search(before) or _DECADE.match(match[0]):
            return any({value + 1900, value + 2000} & held for value in values)
        if not is_approximate(match.string, match.start()):
            return False
        return any(is_rounded(value, exact) for value in values for exact in held)

    def _numeral(self, text: str, numeral: Numeral) -> Iterator[str]:
        """Small numbers are manners of speaking, and so are a hundred and a thousand by themselves."""
        value, held = numeral.value, self._source.numbers
        if value < LEAST_NUMERAL or value in {100, 1000} or value in held | self._source.shares:
            return
        is_round = is_approximate(text, numeral.start)
        if not (is_round and any(is_rounded(value, exact) for exact in held)):
            yield text[numeral.start : numeral.end]


def _is_date(match: re.Match[str]) -> bool:
    """Return whether a month is one: "May" and "mars" are words as well, but with a day or a year."""
    is_word = match["month"] and not (match["day"] or match["day_after"] or match["year"])
    return not is_word or not (
        match["month"].casefold() in {"may", "mar", "mars", "sept", "dec"} or match[0].islower()
    )


def _blank(match: re.Match[str]) -> str:
    """Take something out of a text, but neither the end of its sentence nor the break in it."""
    if (match.re is TIME and not minutes_of(match)) or (match.re is DATE and not _is_date(match)):
        return match[0]
    end = match[0].rstrip()[-1:]
    return f" , {end if end in '.!?' else ' '} "
