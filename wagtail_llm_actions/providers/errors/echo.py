"""Find in an error message what it repeats of the request, whose words say nothing about the error."""

from __future__ import annotations

import re

MARK = "[prompt]"
ENCODED = re.compile(r"[A-Za-z0-9+/=]{100,}")
"""An image of the request, or a part of one, in base64; no word is as long."""
MIN_CHARS = 24
"""A shorter text may stand in both by chance, such as "the maximum context"."""
MIN_LINE_CHARS = 12
"""So much is enough for a whole line of the request, where nothing of a request is to be shown."""
GAP = re.compile(
    r"(?:\\+u00(?:0[9ad]|2[27]|5c)|\\[nrt]|\\(?!\\*u[0-9a-f]{4})|[\"'`\s])+", re.IGNORECASE
)
"""What JSON and Python write in another way where they quote a text."""
CHARACTER = re.compile(
    rf"(?P<gap>{GAP.pattern})|(?P<code>(?:\\+ud[89ab][0-9a-f]{{2}})?\\+u[0-9a-f]{{4}})|.",
    re.IGNORECASE | re.DOTALL,
)


def without_echo(message: str, sent: str, mark: str = " ") -> str:
    """Return a message without the parts that stand in the request, too.

    Args:
        message: The server's.
        sent: The texts of the request.
        mark: What stands in place of such a part.
    """
    prompt = GAP.sub(" ", sent).lower()
    found = list(CHARACTER.finditer(message))
    text = "".join(map(_plain, found))
    kept, place = "", 0
    while place < len(text):
        length = _echo_length(text, place, prompt)
        kept += mark if length else found[place][0]
        place += length or 1
    return kept


def hide_echo(message: str, sent: str) -> str:
    """Return a message in which nothing of a request can be read, not even a short line of it."""
    message = without_echo(ENCODED.sub(MARK, message), sent, MARK)
    lines = {line.strip() for line in sent.splitlines()}
    if short := [re.escape(line) for line in lines if MIN_LINE_CHARS <= len(line) < MIN_CHARS]:
        message = re.sub("|".join(short), MARK, message, flags=re.IGNORECASE)
    return message


def _plain(match: re.Match[str]) -> str:
    """Return one character, in lower case, for what stands for one."""
    if match["gap"]:
        return " "
    if code := match["code"]:
        units = bytes.fromhex("".join(code.lower().replace("\\", "").split("u")))
        return units.decode("utf-16-be", errors="replace").lower()[0]
    return match[0].lower()[0]


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
