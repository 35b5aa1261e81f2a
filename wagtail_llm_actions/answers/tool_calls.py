"""Find tool calls and their results in the text of an answer, and hold them back while it streams."""

from __future__ import annotations

import re

MAX_CALL_CHARS = 5_000
_TAG = (
    r"<(?P<name>tool_(?:calls?|responses?|results?|outputs?|use)"
    r"|function_(?:calls?|responses?|results?|outputs?))>"
)
_CALL = re.compile(
    rf"(?sm)(?P<start>^)?{_TAG}"
    rf"(?:(?!</?(?P=name)>|```).){{1,{MAX_CALL_CHARS}}}</(?P=name)>(?P<end>\s*\Z)?"
)
_OPENING = re.compile(rf"(?m)^{_TAG}")
_UNFINISHED = re.compile(r"(?m)^<[a-z_]{0,20}\Z")
"""What may become the beginning of a call with the next piece."""


def tool_calls(text: str) -> list[str]:
    """Return the tool calls and results that begin a line or end the text; not those in code."""
    return [
        found[0]
        for found in _CALL.finditer(text)
        if (found["start"] is not None or found["end"] is not None)
        and text.count("```", 0, found.start()) % 2 == 0
    ]


class ToolCallFilter:
    """Takes the text of an answer piece by piece, and returns it without tool calls that begin a line.

    Only the whole answer tells whether they were tool calls: ``cleaning`` decides what is kept.
    """

    def __init__(self) -> None:
        self._shown: list[str] = []
        self._buffer = ""

    def feed(self, piece: str) -> str:
        """Take the next piece; return what can be shown now."""
        self._buffer += piece
        shown = ""
        while opening := self._find(_OPENING):
            closing = f"</{opening['name']}>"
            end = self._buffer.find(closing, opening.end())
            is_long = len(self._buffer) - opening.start() > MAX_CALL_CHARS
            if self._is_code(opening.start()) or (end < 0 and is_long):
                shown += self._show(opening.end())
                continue
            shown += self._show(opening.start())
            if end < 0:
                return shown
            self._buffer = self._buffer.partition(closing)[2]
        unfinished = self._find(_UNFINISHED)
        return shown + self._show(unfinished.start() if unfinished else len(self._buffer))

    def _find(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Search the buffer, which begins a line only where the text that is shown ended one."""
        begins_line = not self._shown or self._shown[-1].endswith("\n")
        return pattern.search(self._buffer, 0 if begins_line else 1)

    def _is_code(self, position: int) -> bool:
        text = "".join(self._shown) + self._buffer[:position]
        return text.count("```") % 2 == 1

    def _show(self, length: int) -> str:
        shown, self._buffer = self._buffer[:length], self._buffer[length:]
        if shown:
            self._shown.append(shown)
        return shown
