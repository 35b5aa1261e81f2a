"""Protection of CSV and XLSX exports against formula injection."""

from __future__ import annotations

import re
from typing import Any

_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20"
"""What starts a formula; the last four are full-width forms, which Excel accepts too."""
_FORMULA = re.compile(f"\\s*[{_SIGNS}]|[\t\r\n]")
_LATER_FORMULA = re.compile(f"([;|\t\r\n])(?=[^\\S\t\r\n]*[{_SIGNS}])")
"""A formula after what some programs take for the end of a cell in a CSV file."""
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""Control characters that XLSX cannot store."""


def safe_cell(value: Any) -> Any:
    """Escape a text that a spreadsheet program would run as a formula; return other values unchanged.

    The apostrophe before the text is the escape that spreadsheet programs use themselves.
    """
    if not isinstance(value, str):
        return value
    text = _CONTROLS.sub("", value)
    return f"'{text}" if _FORMULA.match(text) else text


def safe_csv_cell(value: Any) -> Any:
    """Escape a text as ``safe_cell`` does, and formulas within it too.

    A program that expects semicolons or tabs between the cells splits a text there, quoted or not.
    """
    escaped = safe_cell(value)
    return _LATER_FORMULA.sub(r"\1'", escaped) if isinstance(escaped, str) else escaped
