"""Token estimates, for limits that apply before a provider has counted."""

from __future__ import annotations

import math

CHARS_PER_TOKEN = 4
"""Of English text, as OpenAI's and Anthropic's guides say."""
CHARS_PER_TOKEN_OF_OTHER_ALPHABETS = 2
CHARS_PER_TOKEN_OF_CJK = 1
LAST_LATIN = 0x24F
FIRST_CJK = 0x2E80


def approximate_tokens(text: str) -> int:
    """Estimate the tokens of a text; the estimate is high rather than low.

    A token is four characters of Latin script, two of other alphabets, and one of Chinese,
    Japanese, Korean or emoji.
    """
    cjk = sum(ord(character) >= FIRST_CJK for character in text)
    latin = sum(ord(character) <= LAST_LATIN for character in text)
    others = len(text) - cjk - latin
    return math.ceil(
        latin / CHARS_PER_TOKEN
        + others / CHARS_PER_TOKEN_OF_OTHER_ALPHABETS
        + cjk / CHARS_PER_TOKEN_OF_CJK
    )


def prefix_length(text: str, max_tokens: float) -> int:
    """Return how many characters at the beginning of ``text`` make so many tokens at most."""
    tokens = 0.0
    for length, character in enumerate(text):
        tokens += 1 / _chars_per_token(character)
        if tokens > max_tokens:
            return length
    return len(text)


def _chars_per_token(character: str) -> float:
    if ord(character) <= LAST_LATIN:
        return CHARS_PER_TOKEN
    if ord(character) >= FIRST_CJK:
        return CHARS_PER_TOKEN_OF_CJK
    return CHARS_PER_TOKEN_OF_OTHER_ALPHABETS
