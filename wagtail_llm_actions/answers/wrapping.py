"""What models put around a whole answer: a fence, a tag, a JSON object, a pair of quotation marks."""

from __future__ import annotations

import json
import re

_FENCE = re.compile(r"(?s)(`{3,}|~{3,})[ \t]*[\w+-]*[ \t]*\n(.*?)\n?[ \t]*\1[ \t]*")
_FENCE_ON_ONE_LINE = re.compile(r"```([^`\n]+)```")
_OPEN_FENCE = re.compile(r"(?:`{3,}|~{3,})[ \t]*[\w+-]*[ \t]*\n")
_TAG = re.compile(r"(?s)<([A-Za-z][\w-]{1,30})>(.*)</\1>")
_BOXED = re.compile(r"(?s)\$*\\boxed\{(?:\\text\{)?([^{}]*)\}?\}\$*")

_PAIRS = {
    '"': '"”“',
    "“": '”"“',
    "„": '“”"„',
    "”": "”",
    "‘": "’'",
    "‚": "‘’",
    "'": "'’",
    "«": "»",
    "»": "«",
    "‹": "›",
    "›": "‹",
    "「": "」",
    "『": "』",
    "《": "》",
    "〈": "〉",
    "＂": "＂",
    "〝": "〞",
}
"""Which characters close a quotation that each one opens."""
_SINGLE = "'’‘"
_ELISION = re.compile(
    r"['’‘](?:tis|twas|twere|em|n|til|till|cause|bout|round|\d0s)\b", re.IGNORECASE
)
_AFTER_CLOSING = ".,;:!?…。！？"
_BEFORE_OPENING = " \t\n([{—–-/"


def fenced(text: str) -> str | None:
    """Return what is inside the fence around a whole text; ``None`` where there is none.

    The closing line is missing where the answer was cut off.
    """
    if found := _FENCE_ON_ONE_LINE.fullmatch(text):
        return found[1]
    if found := _FENCE.fullmatch(text):
        return None if found[1] in found[2] else found[2]
    if (opened := _OPEN_FENCE.match(text)) and text.count(text[:3]) == 1:
        return text[opened.end() :]
    return None


def tagged(text: str) -> str | None:
    """Return what is inside a tag such as ``<answer>``, or LaTeX's box, around a whole text."""
    if found := _TAG.fullmatch(text):
        return None if f"</{found[1]}>" in found[2] else found[2]
    boxed = _BOXED.fullmatch(text)
    return boxed[1] if boxed else None


def json_value(text: str) -> str | None:
    """Return the only text of a JSON object or list, such as ``{"title": "The tide"}``."""
    if not (text.startswith(('{"', "{\n", "{ ", '["')) and text.endswith(("}", "]"))):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    values = list(value.values()) if isinstance(value, dict) else value
    return values[0] if len(values) == 1 and isinstance(values[0], str) else None


def quoted(text: str, *, is_one_line: bool) -> str | None:
    """Return what is between the quotation marks around a whole text; ``None`` where there are none.

    The marks must belong together: in ``"A" and "B"`` they do not.
    """
    if text[:1] not in _PAIRS or _ELISION.match(text):
        return None
    closings = _PAIRS[text[0]]
    end = len(text) - 1
    # American typography has the full stop inside, models have it behind.
    if text[end] in _AFTER_CLOSING and text[end - 1] in closings:
        end -= 1
    if end < 1:
        return None
    if text[end] in closings:
        return text[1:end] + text[end + 1 :] if _spans(text[: end + 1], text[end]) else None
    is_alone = is_one_line and text[0] not in _SINGLE and not any(c in text[1:] for c in closings)
    return text[1:] if is_alone else None


def _spans(text: str, closings: str) -> bool:
    """Return whether the first mark of a text is closed by its last one, and by none before."""
    depth, last = 0, len(text) - 1
    for position, character in enumerate(text):
        if character != text[0] and character not in closings:
            continue
        before = text[position - 1] if position else " "
        after = text[position + 1] if position < last else " "
        if character in _SINGLE and before.isalnum() and after.isalnum():
            continue  # An apostrophe.
        is_opening = character == text[0] and (
            character not in closings or (before in _BEFORE_OPENING and not after.isspace())
        )
        depth += 1 if is_opening else -1
        if depth <= 0 and position < last:
            return False
    return depth <= 0 or text[0] in closings
