"""What an answer is cleaned for: the field that takes it, and the texts that it was made from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from wagtail_llm_actions.answers.markup import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_BETWEEN_WORDS = re.compile(r"[\W_]+")
LINE_CHARS = 24
"""By so many characters at its beginning, a line is recognized after a model has worked on it."""


class AsText(Protocol):
    """Brings an answer into one form."""

    def __call__(self, answer: str, *, is_cut_off: bool) -> str:
        """Return the text; of an answer that was cut off, perhaps without its last part."""


def _unchanged(answer: str, *, is_cut_off: bool) -> str:
    return answer


@dataclass(frozen=True, kw_only=True, slots=True)
class Destination:
    """The facts about a destination field that decide how an answer becomes its text."""

    format: str = ""
    """What an answer has to be where it is no prose, as what follows "Answer with"."""
    vocabulary: Callable[[], str] = str
    """Returns a sentence that names what there is to choose from; empty where nothing is."""
    has_words: bool = True
    """Whether an answer is in a language, which the prompt may ask for; a number or a choice is in none."""
    is_plain: bool = True
    """Whether Markdown and HTML would be shown to readers as they are."""
    markup: tuple[str, ...] = ()
    """What the field takes of Markdown, as a prompt calls it; empty for all of it."""
    has_references: bool = False
    """Whether links and images of the input come back as references to the same objects."""
    is_one_line: bool = False
    max_length: int | None = None
    """In characters; ``None`` without a limit."""
    help_text: str = ""
    """What the form says about the field, in English where it is translated; mostly empty."""
    rules: tuple[str, ...] = ()
    """Sentences, in English, about what the field's validators ask for."""
    schema: Callable[[], Mapping[str, Any]] = dict
    """Returns the JSON schema of a value, where values are of a closed set or a list; else nothing."""
    as_text: AsText = _unchanged
    """Returns an answer, which may be JSON, in the form in which it is stored and edited."""

    @property
    def prose(self) -> str:
        """What a text has to be, as a prompt says it."""
        kind = "plain text" if self.is_plain else "Markdown"
        if self.markup:
            kind += f" ({', '.join(self.markup)})"
        line = " on one line" if self.is_one_line else ""
        limit = f", at most {self.max_length} characters" if self.max_length else ""
        return f"{kind}{line}{limit}"


class Source:
    """The texts that a model was given to work on.

    What they begin or end with is no addition of the model to its answer.

    Args:
        texts: As they stand between the tags of the prompt.
        is_own: Whether they are what the destination itself holds.
    """

    def __init__(self, *texts: str, is_own: bool = False) -> None:
        self._texts = tuple(text.strip() for text in texts)
        self.is_own = is_own

    def __bool__(self) -> bool:
        """Return whether the texts are known."""
        return bool(self._texts)

    def begins_with(self, piece: str) -> bool:
        """Return whether a text begins with the words of a piece, whatever stands between them."""
        words = _words(piece)
        return any(f"{_words(text)} ".startswith(f"{words} ") for text in self._texts)

    def has_lines_of(self, piece: str) -> bool:
        """Return whether the first line of a piece begins a line of a text."""
        first = _words(piece.strip().partition("\n")[0])[:LINE_CHARS]
        return bool(first) and any(line.startswith(first) for line in self._lines)

    def is_within(self, opening: str, closing: str) -> bool:
        """Return whether a whole text stands between the same marks, which are no letters."""
        return not opening.isalnum() and any(
            text.startswith(opening) and text.endswith(closing) and len(text) > len(opening)
            for text in self._texts
        )

    def holds(self, piece: str) -> bool:
        """Return whether a piece is a part of a text, word for word."""
        return bool(words := " ".join(piece.split())) and words in self._unspaced

    def matches(self, pattern: re.Pattern[str]) -> bool:
        """Return whether a pattern occurs in a text."""
        return any(pattern.search(text) for text in self._texts)

    @cached_property
    def has_own_markup(self) -> bool:
        """Whether the destination holds Markdown or HTML as its text, as a field for source code does."""
        return self.is_own and any(plain(text) != text for text in self._texts)

    @cached_property
    def _lines(self) -> tuple[str, ...]:
        return tuple(_words(line) for text in self._texts for line in text.split("\n"))

    @cached_property
    def _unspaced(self) -> str:
        return "\n".join(" ".join(text.split()) for text in self._texts)


def _words(text: str) -> str:
    return _BETWEEN_WORDS.sub(" ", text).strip().casefold()
