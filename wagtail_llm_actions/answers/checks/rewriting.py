"""Tell a rewritten text from something else that a weak model writes in its place.

It is judged by the words that it shares with the text and its source, without a model: a comment on the
text, an echo of the request and an empty phrase share few.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from wagtail_llm_actions.answers.checks.words import is_unspaced
from wagtail_llm_actions.answers.wording.comments import COMMENT

if TYPE_CHECKING:
    from collections.abc import Iterator

LEAST_SHARE = 0.4
"""Of the words that have to be those of the text or its source; comments have a fifth."""
LEAST_LENGTH = 0.15
"""Of the length that was asked for."""
LONG_WORD = 4
"""Letters; shorter words are in all texts."""
STEM = 5
"""Letters by which forms of a word are the same."""
ECHO = 5
"""So many words of a request, in its order, are an echo of it."""
_WORD = re.compile(r"\w+")


def is_rewriting(new: str, old: str, *, source: str, request: str) -> bool:
    """Return whether a text says what another one, or its source, says.

    Args:
        new: The text that came back.
        old: The text that was to be rewritten.
        source: What the old text was made from.
        request: What was asked, without the texts.
    """
    if COMMENT.match(new) and not COMMENT.match(old):
        return False
    if _runs_of_words(new) & _runs_of_words(request) - _runs_of_words(old):
        return False
    known = {*_stems(old), *_stems(source)}
    stems = list(_stems(new))
    return bool(stems) and sum(stem in known for stem in stems) >= LEAST_SHARE * len(stems)


def is_long_enough(new: str, *, asked: int, is_one_line: bool) -> bool:
    """Return whether a text is not far shorter than it may be; a line is short, but no single word."""
    if is_one_line:
        return len(new.split()) > 1 or is_unspaced(new)
    return len(new) >= LEAST_LENGTH * asked


def _stems(text: str) -> Iterator[str]:
    """Yield the beginnings of the long words of a text; of scripts without spaces, pairs of characters."""
    for word in _WORD.findall(text.casefold()):
        if is_unspaced(word):
            yield from map("".join, pairwise(word))
        elif len(word) >= LONG_WORD or word.isdigit():
            yield word[:STEM]


def _runs_of_words(text: str) -> set[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    return {tuple(words[start : start + ECHO]) for start in range(len(words) - ECHO + 1)}
