"""A table of the usage report: for the page, for a chart and for a spreadsheet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from wagtail_llm_actions.admin.usage.formatting import UNITS, format_export
from wagtail_llm_actions.messages.metrics import format_display

LISTED = 50


@dataclass(frozen=True, slots=True)
class Column:
    """A heading, and how its values are written."""

    heading: str
    kind: str = "count"

    @property
    def sheet_heading(self) -> str:
        """The heading with the unit that the cells leave out."""
        unit = UNITS.get(self.kind)
        return f"{self.heading} ({unit})" if unit else self.heading

    @property
    def is_number(self) -> bool:
        """Whether its values are compared by their ends."""
        return self.kind not in {"text", "long", "day", "moment"}


@dataclass(frozen=True, slots=True)
class Row:
    """Values, and the history's list of the runs behind them."""

    values: list[Any]
    url: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """What a table shows."""

    slug: str
    title: str
    columns: list[Column]
    rows: list[Row] = field(default_factory=list)
    limit: int | None = LISTED

    @property
    def listed(self) -> list[tuple[str, list[tuple[str, Column]]]]:
        """Addresses and words of the rows that the page has room for."""
        return [
            (
                row.url,
                [
                    (format_display(column.kind, value), column)
                    for column, value in zip(self.columns, row.values, strict=True)
                ],
            )
            for row in self.rows[: self.limit]
        ]

    @property
    def left_out(self) -> int:
        """How many rows only the export has."""
        return len(self.rows) - len(self.listed)

    @property
    def sheet(self) -> list[list[Any]]:
        """All rows for a spreadsheet."""
        return [
            [
                format_export(column.kind, value)
                for column, value in zip(self.columns, row.values, strict=True)
            ]
            for row in self.rows
        ]
