"""Exports that a spreadsheet program takes for data, whatever somebody wrote into a field."""

from __future__ import annotations

import re
from typing import Any

_FORMULA = re.compile("\\s*[=+\\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
"""At the beginning; the last four are full-width forms, which Excel takes too."""
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""XLSX cannot hold them."""


def safe_cell(value: Any) -> Any:
    """Return a text so that no program runs it as a formula; other values as they are.

    An apostrophe before the text is what spreadsheet programs themselves use for that.
    """
    if not isinstance(value, str):
        return value
    text = _CONTROLS.sub("", value)
    return f"'{text}" if _FORMULA.match(text) else text


class SafeExportMixin:
    """Stands before Wagtail's ``SpreadsheetExportMixin``, or a view that has it."""

    def preprocess_field_value(self, field: str, value: Any, export_format: str) -> Any:
        """Make safe what Wagtail made of the value."""
        written = super().preprocess_field_value(  # type: ignore[misc]
            field, value, export_format
        )
        return safe_cell(written)
