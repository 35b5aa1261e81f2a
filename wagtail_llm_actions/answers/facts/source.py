"""What a source holds, in the forms that facts are compared in."""

from __future__ import annotations

import re
import unicodedata
from functools import cached_property

from wagtail_llm_actions.answers.facts.numerals import spelled_shares, spelled_values
from wagtail_llm_actions.answers.facts.values import (
    DATE,
    NUMBER,
    Date,
    dates_in,
    times_in,
    values_of,
)

LEAST_STEM = 4
"""Letters that two forms of a name have in common."""
WORD = re.compile(r"[^\W\d_](?:[\w]|['’\-](?=\w))*|&")


class SourceFacts:
    """What a source holds, in the forms that facts are compared in."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def plain(self) -> str:
        return plain_words(self.text)

    @cached_property
    def links(self) -> str:
        return self.text.casefold()

    @cached_property
    def words(self) -> frozenset[str]:
        found = (fold(match[0]) for match in WORD.finditer(self.text))
        return frozenset(part for word in found for part in (word, *re.split(r"['’\-]", word)))

    @cached_property
    def beginnings(self) -> frozenset[str]:
        return frozenset(
            word[:size] for word in self.words for size in range(LEAST_STEM, len(word) + 1)
        )

    @cached_property
    def dates(self) -> list[Date]:
        return [date for match in DATE.finditer(self.text) for date in dates_in(match)]

    @cached_property
    def numbers(self) -> set[float]:
        written = {float(value) for value in spelled_values(self.text)}
        return written.union(*(values_of(match) for match in NUMBER.finditer(self.text)))

    @cached_property
    def shares(self) -> set[float]:
        return set(spelled_shares(self.text))

    @cached_property
    def times(self) -> set[int]:
        return times_in(self.text)

    def holds_name(self, word: str) -> bool:
        """Return whether the source has a name, or one that it is derived from."""
        word = re.sub(r"['’]s?$", "", fold(word))
        if word in self.words or word.rstrip("s") in self.words:
            return True
        # "German" for "Germany", "Bernese" for "Bern".
        sizes = range(max(LEAST_STEM, len(word) - 4), len(word))
        return len(word) > LEAST_STEM and (
            word[: max(LEAST_STEM, len(word) - 2)] in self.beginnings
            or any(word[:size] in self.words for size in sizes)
        )


def fold(word: str) -> str:
    """Return a word without capitals and accents: "Kényane" comes from "Kenya"."""
    marks = unicodedata.normalize("NFD", word.casefold())
    return "".join(character for character in marks if not unicodedata.combining(character))


def plain_words(text: str) -> str:
    """Return the words of a text, without punctuation and capitals."""
    return " ".join(re.findall(r"\w+", text.casefold()))
