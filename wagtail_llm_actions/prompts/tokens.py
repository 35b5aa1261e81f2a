"""Approximate token counts, for limits that must be known before a provider has counted."""

from __future__ import annotations

import math

CHARS_PER_TOKEN = 4.0
CHARS_PER_TOKEN_OF_OTHER_ALPHABETS = 2.0
CHARS_PER_TOKEN_OF_CJK = 1.0
LAST_LATIN = 0x24F
FIRST_CJK = 0x2E80


def approximate_tokens(text: str) -> int:
    """Estimate how many tokens a model will count, rather too many than too few.

    Four characters of Latin script make a token, as OpenAI's and Anthropic's guides say for English;
    two of other alphabets, and one of Chinese, Japanese, Korean and emoji.
    """
    cjk = sum(ord(character) >= FIRST_CJK for character in text)
    latin = sum(ord(character) <= LAST_LATIN for character in text)
    others = len(text) - cjk - latin
    return math.ceil(
        latin / CHARS_PER_TOKEN
        + others / CHARS_PER_TOKEN_OF_OTHER_ALPHABETS
        + cjk / CHARS_PER_TOKEN_OF_CJK
    )
