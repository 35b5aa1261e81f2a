"""What a command that takes its time prints: sentences, and how far it is."""

from __future__ import annotations

from typing import Any


class Screen:
    """Prints sentences, and the progress: one line that is overwritten, or log lines without a TTY.

    Args:
        output: The command's ``stdout``.
    """

    def __init__(self, output: Any) -> None:
        self._output = output
        self._shown = ""
        self._is_line_open = False

    def progress(self, line: str) -> None:
        """Print how far it is, unless that is what was printed last."""
        if line == self._shown:
            return
        self._shown = line
        if self._output.isatty():
            # Overwrite the line, and erase what is left of a longer one.
            self._output.write(f"\r{line}\x1b[K", ending="")
            self._output.flush()
            self._is_line_open = True
        else:
            self._output.write(line)

    def say(self, sentence: str) -> None:
        """Print a sentence on a line of its own."""
        if self._is_line_open:
            self._output.write("")
            self._is_line_open = False
        self._output.write(sentence)
