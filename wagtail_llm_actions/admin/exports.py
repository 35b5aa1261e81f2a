"""Protection of CSV and XLSX exports against formula injection."""

from __future__ import annotations

import re
from typing import Any

_FORMULA = re.compile("\\s*[=+\\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
"""What starts a formula; the last four are full-width forms, which Excel accepts too."""
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


class SafeExportMixin:
    """Mixin for views with Wagtail's ``SpreadsheetExportMixin`` (put it first): escapes formulas."""

    def get_heading(self, queryset: Any, field: str) -> Any:
        """Escape a heading, which may be a name that somebody chose."""
        return safe_cell(super().get_heading(queryset, field))  # type: ignore[misc]

    def preprocess_field_value(self, field: str, value: Any, export_format: str) -> Any:
        """Escape what Wagtail made of the value."""
        written = super().preprocess_field_value(  # type: ignore[misc]
            field, value, export_format
        )
        return safe_cell(written)
