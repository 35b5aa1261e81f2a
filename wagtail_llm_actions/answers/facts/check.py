"""Facts of a text that its source does not hold: numbers, dates, names, quotations and links.

No model is asked. A fact counts as held where the source has it in another form: "12 March" for
"12.3.", "1.000" for "1,000", "Bern's" for "Bern". What cannot be told for sure, such as a single name
at the beginning of a sentence, is not named: people stop reading marks that are mostly wrong.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wagtail_llm_actions.answers.facts.source import WORD, Source, plain_words
from wagtail_llm_actions.answers.facts.values import DATE, NUMBER, dates_in, values_of
from wagtail_llm_actions.answers.facts.words import (
    CONNECTORS,
    GERMAN_NOUN_ENDINGS,
    GERMAN_PLACE_WORDS,
    GERMAN_WORD_ENDINGS,
    HONORIFICS,
    MULTIPLIERS,
    OPENERS,
    STOPWORDS,
    WEEKDAYS,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_FACTS = 20
MAX_CHARS = 20_000
"""Of the text; more than any field that somebody would check fact by fact."""
LOOK_BACK_CHARS = 12
_LINK = re.compile(
    r"(?i)\b(?:https?://|www\.)[^\s<>()\"“”«»]+|\b[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+"
    r"|\b(?:[a-z0-9-]{1,63}+\.){1,5}(?:com|org|net|de|fr|es|eu|ch|at|io|uk|edu|gov|info)\b(?:/[^\s<>()\"“”«»]*)?"
)
_QUOTATION = re.compile(
    r"“([^“”]{3,300})”|„([^„“”]{3,300})[“”]|«([^«»]{3,300})»|\"([^\"\n]{3,300})\""
)
_LIST_MARKER = re.compile(r"(?m)^\s*\d{1,2}[.)]\s+")
_SENTENCE_START = re.compile(r"(?:^|[.!?:…\n•–—|][\"”“»)\]]*|[\"“„«(\[])\s*[-*\"“„«(\[]*\s*$")
_MOSTLY = 0.6
"""A line in which more of the long words have a capital is a heading in title case."""


def unsourced_facts(text: str, source: str) -> list[str]:
    """Return the facts of a text that its source does not hold, as the text writes them.

    Args:
        text: A cleaned answer.
        source: All that the model was given.
    """
    checker = _Checker(Source(source))
    found = checker.check(text[:MAX_CHARS])
    return list(dict.fromkeys(found))[:MAX_FACTS]


class _Checker:
    def __init__(self, source: Source) -> None:
        self._source = source

    def check(self, text: str) -> Iterator[str]:
        """Yield each kind in turn; what one has looked at is blanked for the next."""
        for pattern, step in (
            (_LINK, self._link),
            (_QUOTATION, self._quotation),
            (DATE, self._date),
        ):
            for match in pattern.finditer(text):
                yield from step(match)
            if pattern is not _QUOTATION:
                text = pattern.sub(_blank, text)
        text = _LIST_MARKER.sub(lambda match: "\n" * len(match[0]), text)
        for match in NUMBER.finditer(text):
            yield from self._number(match)
        for line in text.splitlines():
            yield from self._names(line)

    def _link(self, match: re.Match[str]) -> Iterator[str]:
        link = match[0].rstrip(".,;:!?'’")
        bare = re.sub(r"^(?:https?://)?(?:www\.)?", "", link.casefold()).rstrip("/")
        if bare not in self._source.links:
            yield link

    def _quotation(self, match: re.Match[str]) -> Iterator[str]:
        inside = next(filter(None, match.groups()))
        # One word in quotation marks is a manner of speaking.
        if len(inside.split()) > 1 and plain_words(inside) not in self._source.plain:
            yield match[0]

    def _date(self, match: re.Match[str]) -> Iterator[str]:
        # "May" and "mars" are words as well: only a capital, a day or a year makes them a date.
        is_word = match["month"] and not (match["day"] or match["day_after"] or match["year"])
        if is_word and (
            match["month"].casefold() in {"may", "mar", "mars", "sept", "dec"} or match[0].islower()
        ):
            return
        dates = dates_in(match)
        if dates and not any(one.is_held_by(held) for one in dates for held in self._source.dates):
            yield match[0].strip()

    def _number(self, match: re.Match[str]) -> Iterator[str]:
        if not values_of(match) & self._source.numbers:
            has_unit = match[1] and match[1].casefold() in MULTIPLIERS
            yield (match[0] if has_unit else match[0].removesuffix(match[1] or "")).strip()

    def _names(self, line: str) -> Iterator[str]:
        words = list(WORD.finditer(line))
        is_german = _language(words) == "de"
        is_prose = is_german or line.rstrip().endswith(".")
        if not is_prose and _is_title_case(words):
            return
        for group in _groups(line, words):
            yield from self._name(line, words, group, is_german=is_german)

    def _name(
        self, line: str, words: list[re.Match[str]], group: list[int], *, is_german: bool
    ) -> Iterator[str]:
        first = words[group[0]]
        if _starts_sentence(line, first) and _opens(first[0]):
            group = group[1:]
            while group and words[group[0]][0].casefold() in CONNECTORS:
                group = group[1:]
            if not group:
                return
            first = words[group[0]]
        parts = [words[index] for index in group]
        capitals = [part for part in parts if part[0][0].isupper()]
        missing = [part for part in capitals if self._is_missing(part[0])]
        if not missing or not self._is_name(
            line, words, group, capitals, missing, is_german=is_german
        ):
            return
        yield line[first.start() : parts[-1].end()]

    def _is_missing(self, word: str) -> bool:
        if _is_marked(word):
            return word not in self._source.text
        folded = word.casefold()
        if folded in HONORIFICS or folded in OPENERS:
            return False
        if folded in WEEKDAYS:
            same = {name for name, day in WEEKDAYS.items() if day == WEEKDAYS[folded]}
            return not same & self._source.words
        return not self._source.holds_name(word)

    def _is_name(
        self,
        line: str,
        words: list[re.Match[str]],
        group: list[int],
        capitals: list[re.Match[str]],
        missing: list[re.Match[str]],
        *,
        is_german: bool,
    ) -> bool:
        first = words[group[0]]
        starts = _starts_sentence(line, first)
        if any(_is_marked(part[0]) for part in missing):
            return True
        before = words[group[0] - 1][0].casefold() if group[0] else ""
        if first[0].casefold() in HONORIFICS and len(capitals) > 1:
            return True
        if starts:
            # The first word may be any word: the others decide.
            return len(capitals) > 1 and any(part is not first for part in missing)
        folded = first[0].casefold()
        if not is_german or folded in WEEKDAYS:
            return True
        if len(capitals) > 1:
            return not all(part[0].endswith(GERMAN_NOUN_ENDINGS) for part in missing)
        return before in GERMAN_PLACE_WORDS and not folded.endswith(GERMAN_WORD_ENDINGS)


def _groups(line: str, words: list[re.Match[str]]) -> Iterator[list[int]]:
    """Yield the indexes of words with capitals that belong together, with what connects them."""
    group: list[int] = []
    for index, word in enumerate(words):
        if group:
            between = line[words[group[-1]].end() : word.start()]
            is_abbreviated = (
                words[group[-1]][0].casefold() in HONORIFICS or len(words[group[-1]][0]) == 1
            )
            is_near = not between.strip() or (is_abbreviated and between.strip() == ".")
            if not is_near:
                yield from _trimmed(group, words)
                group = []
        if word[0][0].isupper() or (group and word[0].casefold() in CONNECTORS):
            group.append(index)
        else:
            # "the director", but "le président Weiss".
            yield from _trimmed(group, words)
            group = [index] if word[0].casefold() in HONORIFICS and len(word[0]) > 1 else []
    yield from _trimmed(group, words)


def _trimmed(group: list[int], words: list[re.Match[str]]) -> Iterator[list[int]]:
    while group and not words[group[-1]][0][0].isupper():
        group = group[:-1]
    if group:
        yield group


def _opens(word: str) -> bool:
    """Return whether a word that begins a sentence is no part of a name: "After", "D'après"."""
    return not _is_marked(word) and re.split(r"['’]", word.casefold())[0] in OPENERS | {"l", "d"}


def _is_marked(word: str) -> bool:
    """Return whether a word is an acronym, or has capitals inside."""
    return sum(character.isupper() for character in word) > 1


def _is_title_case(words: list[re.Match[str]]) -> bool:
    long = [word[0] for word in words[1:] if len(word[0]) > 3]  # noqa: PLR2004
    return len(long) > 1 and sum(word[0].isupper() for word in long) > _MOSTLY * len(long)


def _starts_sentence(line: str, word: re.Match[str]) -> bool:
    return bool(_SENTENCE_START.search(line[max(0, word.start() - LOOK_BACK_CHARS) : word.start()]))


def _language(words: list[re.Match[str]]) -> str:
    held = [word[0].casefold() for word in words]
    counts = {
        code: sum(word in frozenset(stopwords.split()) for word in held)
        for code, stopwords in STOPWORDS.items()
    }
    return max(counts, key=lambda code: counts[code])


def _blank(match: re.Match[str]) -> str:
    """Take something out of a text, but neither the end of its sentence nor the break in it."""
    end = match[0].rstrip()[-1:]
    return f" , {end if end in '.!?' else ' '} "
