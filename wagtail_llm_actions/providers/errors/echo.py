"""Find in an error message what it repeats of the request, whose words say nothing about the error."""

from __future__ import annotations

import re

MIN_CHARS = 24
"""A shorter text may stand in both by chance, such as "the maximum context"."""
GAP = re.compile(r"(?:\\u[0-9a-f]{4}|\\[nrt]|[\\\"'`\s])+", re.IGNORECASE)
"""What JSON and Python write in another way where they quote a text."""
CHARACTER = re.compile(rf"(?P<gap>{GAP.pattern})|.", re.IGNORECASE | re.DOTALL)


def without_echo(message: str, sent: str) -> str:
    """Return a message without the parts that stand in the request, too.

    Args:
        message: The server's.
        sent: The texts of the request.
    """
    prompt = GAP.sub(" ", sent).lower()
    found = list(CHARACTER.finditer(message))
    text = "".join(" " if match["gap"] else match[0].lower()[0] for match in found)
    kept, place = "", 0
    while place < len(text):
        length = _echo_length(text, place, prompt)
        kept += " " if length else found[place][0]
        place += length or 1
    return kept


def _echo_length(text: str, place: int, prompt: str) -> int:
    start = prompt.find(text[place : place + MIN_CHARS])
    if start < 0 or place + MIN_CHARS > len(text):
        return 0
    length = MIN_CHARS
    rest = zip(text[place + length :], prompt[start + length :], strict=False)
    for ours, theirs in rest:
        if ours != theirs:
            break
        length += 1
    return length
