"""How much markup may be converted while somebody waits."""

from __future__ import annotations

import re

MAX_TAGS = 10_000
"""Converting so many takes 0.3 s; an article of 100,000 characters has about 2,000."""
MAX_DEPTH = 100
"""The conversion calls itself for each level."""
CHARS_PER_TAG = 50
"""A tag with long attributes counts as several."""
TAGS_PER_STRAY = 100
"""Wagtail's rewriter of links reads all that follows a "<" without a ">", however many there are."""
SEPARATOR = "\0"
"""Between rich texts that are converted together."""
_PIECE = re.compile(r"<(?P<slash>/?)(?P<name>[\w-]++)[^<>]*+>|(?P<text>[^<]{1,1000}+)|<")
_ENTITY = re.compile(r"&[#\w]{1,31};")
_VOID = frozenset({"br", "embed", "hr", "img", "input", "source", "wbr"})


def check_size(html: str, *, max_chars: int | None = None) -> int:
    """Return the position behind ``max_chars`` of text, and a little more; else the end.

    Raises:
        LookupError: Up to there, it has too many tags, or tags too deep in one another.
    """
    chars = tags = depth = 0
    for piece in _PIECE.finditer(html):
        if text := piece["text"]:
            if SEPARATOR in text:
                depth = 0
            chars += len(_ENTITY.sub(" ", " ".join(text.split())))
            if max_chars is not None and chars > max_chars:
                return piece.end()
            continue
        name = piece["name"]
        tags += 1 + len(piece[0]) // CHARS_PER_TAG if name else TAGS_PER_STRAY
        if name and name not in _VOID:
            depth += -1 if piece["slash"] else 1
        if tags > MAX_TAGS or depth > MAX_DEPTH:
            msg = "The rich text has too many tags."
            raise LookupError(msg)
    return len(html)
