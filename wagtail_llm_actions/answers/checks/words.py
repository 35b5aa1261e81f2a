"""Look for words and phrases in a text."""

from __future__ import annotations

import re

from wagtail_llm_actions.answers.characters import caseless, visible

ANY_ENDING = "*"
"""At the end of a word: "cheap*" is also "cheaper"."""
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
"""Scripts that do not separate words: Thai, Lao, Burmese, Khmer, Japanese, Chinese."""
_SAME = str.maketrans({"’": "'", "ʼ": "'", "‐": "-", "‑": "-"})


def split_words(text: str) -> tuple[str, ...]:
    """Return the words and phrases of a list, each once; commas of any script and line ends separate them."""
    return tuple(dict.fromkeys(filter(None, map(str.strip, re.split(r"[\n,;，、；،؛]", text)))))


def has_word(text: str, word: str) -> bool:
    """Return whether a text has a word or phrase, whole, in whatever case and on whatever lines."""
    folded = _folded(word)
    stem = folded.rstrip(ANY_ENDING).strip()
    if not stem:
        return False
    start = "" if is_unspaced(stem[0]) or not _is_letter(stem[0]) else r"(?<!\w)"
    is_whole = stem == folded and _is_letter(stem[-1]) and not is_unspaced(stem[-1])
    end = r"(?!\w)" if is_whole else ""
    return re.search(start + re.escape(stem) + end, _folded(text)) is not None


def is_unspaced(text: str) -> bool:
    """Return whether a text begins in a script that does not separate words."""
    return _UNSPACED.match(text) is not None


def _is_letter(character: str) -> bool:
    return character.isalnum()


def _folded(text: str) -> str:
    text = caseless(visible(text)).translate(_SAME)
    return " ".join(text.split())
