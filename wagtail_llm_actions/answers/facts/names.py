"""Names of a text that its source does not hold."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from wagtail_llm_actions.answers.facts.source import WORD, fold
from wagtail_llm_actions.answers.facts.words import (
    CONNECTORS,
    GERMAN_ARTICLES,
    GERMAN_CONNECTORS,
    GERMAN_NOUN_ENDINGS,
    GERMAN_PLACE_WORDS,
    GERMAN_WORD_ENDINGS,
    HONORIFICS,
    NUMBERS,
    OPENERS,
    STOPWORDS,
    WEEKDAYS,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from wagtail_llm_actions.answers.facts.source import SourceFacts

    Words = Sequence[re.Match[str]]

LOOK_BACK_CHARS = 12
_SENTENCE_START = re.compile(r"(?:^|[.!?:…\n•–—|]\s?[\"”“»)\]]*|[\"“„«(\[])\s*[-*\"“„«(\[]*\s*$")
_MOSTLY = 0.6
"""A line in which more of the long words have a capital is a heading in title case."""
MAX_LANGUAGE_CHARS = 4_000
_FREQUENT = {code: frozenset(words.split()) for code, words in STOPWORDS.items()}
_LINKED = re.compile(r"-[^\W\d_A-Z]\w*-")
"""In names of places: "Aix-en-Provence"."""
_OF_DAY = re.compile(r"(?:abend|morgen|vormittag|nachmittag|mittag|nacht)?s?$")
_WEEKDAYS = {fold(name): day for name, day in WEEKDAYS.items()}
_FOREIGN = re.compile(r"(?i)c(?![hk])|y|ee(?!r)|oo|sh|ou|ea|[aeiou]w|^w[^aeiouäöü]|x|q(?!u)|ph")
"""Letters that German words rarely have."""
_JOB = re.compile(r"(?:er|or|ist|ent|eur)(?:in)?$|(?:chefin|frau|mann|kind|kollege|kollegin)$")


def names(text: str, source: SourceFacts) -> Iterator[str]:
    """Yield the names of a text that a source does not hold."""
    language = _language(text) or _language(source.text)
    for line in text.splitlines():
        yield from _names(line, source, is_german=(_language(line) or language) == "de")


def _names(line: str, source: SourceFacts, *, is_german: bool) -> Iterator[str]:
    """Yield the names of a line; of a heading in title case, none."""
    words = list(WORD.finditer(line))
    is_prose = is_german or line.rstrip().endswith(".")
    if not is_prose and _is_title_case(words):
        return
    connectors = GERMAN_CONNECTORS if is_german else CONNECTORS
    for group in _groups(line, words, connectors):
        parts = _without_opening(line, words, group, connectors, is_german=is_german)
        if not parts:
            continue
        capitals = [part for part in parts if _is_capital(part[0])]
        missing = [part for part in capitals if is_missing(part[0], source)]
        before = words[words.index(parts[0]) - 1][0].casefold() if parts[0] is not words[0] else ""
        if missing and _is_name(line, before, capitals, missing, is_german=is_german):
            yield line[parts[0].start() : parts[-1].end()]


def is_weekday(word: str) -> bool:
    """Return whether a word is a day of the week in a language that is known here."""
    return fold(word) in _WEEKDAYS


def is_missing(word: str, source: SourceFacts) -> bool:
    """Return whether a source does not hold a word of a name, or a day of the week."""
    folded = fold(word)
    if (day := _WEEKDAYS.get(_OF_DAY.sub("", folded), _WEEKDAYS.get(folded))) is not None:
        return not {name for name, other in _WEEKDAYS.items() if other == day} & source.words
    if _is_marked(word):
        return word not in source.text
    if word.casefold() in HONORIFICS | OPENERS or word.casefold() in NUMBERS:
        return False
    return not source.holds_name(word)


def _without_opening(
    line: str, words: Words, group: list[int], connectors: Collection[str], *, is_german: bool
) -> list[re.Match[str]]:
    """Return the words of a group without those that only stand before a name."""
    parts = [words[index] for index in group]
    if _starts_sentence(line, parts[0]) and _opens(parts[0][0]):
        parts = parts[1:]
    elif is_german and group[0] and words[group[0] - 1][0].casefold() in GERMAN_ARTICLES:
        # "die Ingenieurin Clara Nowak", "der Wald Schutz": the first one is a noun, ...
        rest = parts[1:]
        looks_foreign = any(_FOREIGN.search(part[0]) or _is_marked(part[0]) for part in parts)
        is_noun = not _is_marked(parts[0][0]) and parts[0][0].casefold() not in HONORIFICS
        if is_noun and not (looks_foreign and rest):
            parts = rest
    while parts and parts[0][0].casefold() in connectors:
        parts = parts[1:]
    return parts


def _is_name(line: str, before: str, capitals: Words, missing: Words, *, is_german: bool) -> bool:
    first = capitals[0]
    if any(_is_marked(part[0]) for part in missing):
        return True
    if first[0].casefold() in HONORIFICS and len(capitals) > 1:
        return True
    if is_german and len(capitals) > 1:
        return _is_german_name(line, capitals, missing)
    if _starts_sentence(line, first):
        # The first word may be any word: the others decide.
        return len(capitals) > 1 and any(part is not first for part in missing)
    folded = first[0].casefold()
    if not is_german or fold(first[0]) in _WEEKDAYS:
        return True
    return before in GERMAN_PLACE_WORDS and not folded.endswith(GERMAN_WORD_ENDINGS)


def _is_german_name(line: str, capitals: Words, missing: Words) -> bool:
    """Return whether several nouns are a name, where nouns have capitals too."""
    first, held = capitals[0], [part for part in capitals if part not in missing]
    if missing == [first] and all(part[0].casefold() in OPENERS for part in held):
        # "Schreiben Sie": the pronoun is no part of a name.
        return False if held else not _starts_sentence(line, first)
    if all(part[0].endswith(GERMAN_NOUN_ENDINGS) for part in missing):
        return False
    if not held:
        return not _starts_sentence(line, first) or len(capitals) > 1
    # "Stürmer Kofi Mensah", "Leitspruch von Amina", "Hartmanns Mannschaft".
    is_apposition = missing == [first] and (
        len(held) > 1 or _JOB.search(first[0]) or " von " in line[first.end() : held[0].start()]
    )
    is_genitive = any(part[0].endswith(("s", "’", "'")) for part in held[:1]) and first is held[0]
    return not (is_apposition or is_genitive)


def _groups(line: str, words: Words, connectors: Collection[str]) -> Iterator[list[int]]:
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
        if _is_capital(word[0]) or (group and word[0].casefold() in connectors):
            group.append(index)
        else:
            # "the director", but "le président Weiss".
            yield from _trimmed(group, words)
            group = [index] if word[0].casefold() in HONORIFICS and len(word[0]) > 1 else []
    yield from _trimmed(group, words)


def _trimmed(group: list[int], words: Words) -> Iterator[list[int]]:
    while group and not _is_capital(words[group[-1]][0]):
        group = group[:-1]
    if group:
        yield group


def _opens(word: str) -> bool:
    """Return whether a word that begins a sentence is no part of a name: "After", "D'après"."""
    first = re.split(r"['’]", word.casefold())[0]
    return not _is_marked(word) and (first in OPENERS | {"l", "d"} or first in NUMBERS)


def _is_marked(word: str) -> bool:
    """Return whether a word is an acronym, or has capitals inside."""
    parts = re.split(r"['’\-]", word)
    return (
        any(character.isupper() for part in parts for character in part[1:])
        or (word[0].isupper() and any(map(str.isdigit, word)))
        or _LINKED.search(word) is not None
    )


def _is_capital(word: str) -> bool:
    """Return whether a word has a capital, if only inside: "iPad"."""
    return word[0].isupper() or _is_marked(word)


def _is_title_case(words: Words) -> bool:
    long = [word[0] for word in words[1:] if len(word[0]) > 3]  # noqa: PLR2004
    return len(long) > 1 and sum(word[0].isupper() for word in long) > _MOSTLY * len(long)


def _starts_sentence(line: str, word: re.Match[str]) -> bool:
    return bool(_SENTENCE_START.search(line[max(0, word.start() - LOOK_BACK_CHARS) : word.start()]))


def _language(text: str) -> str:
    """Return the language whose frequent words a text has most of; empty where it has none."""
    words = Counter(match[0].casefold() for match in WORD.finditer(text[:MAX_LANGUAGE_CHARS]))
    counts = {code: sum(words[word] for word in frequent) for code, frequent in _FREQUENT.items()}
    best = max(counts, key=lambda code: counts[code])
    return best if counts[best] else ""
