"""A table of the usage report, rendered on the page, as a chart and as a spreadsheet."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from html import escape
from typing import TYPE_CHECKING, Any

from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from wagtail_llm_actions.admin.usage.formatting import UNITS, format_export
from wagtail_llm_actions.messages.metrics import formatter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.utils.safestring import SafeString

    from wagtail_llm_actions.reporting.usage import Usage

_NUMBER = ' class="llm-actions-metrics__number"'
_ATTRIBUTES = {
    "text": "",
    "day": "",
    "moment": "",
    "error": "",
    "long": ' class="llm-actions-metrics__long"',
    "advice": ' class="llm-actions-metrics__advice"',
}
"""Of a cell, by the kind of its column; all others are numbers."""

MAX_LISTED_ROWS = 50
"""Of a table on the page, but for those of days; exports have all rows."""


@dataclass(frozen=True, slots=True)
class Column:
    """A heading, and the kind of the values; see ``formatter``."""

    heading: str
    kind: str = "count"

    @property
    def export_heading(self) -> str:
        """The heading with the unit, which the cells of an export leave out."""
        unit = UNITS.get(self.kind)
        return f"{self.heading} ({unit})" if unit else self.heading

    @property
    def is_number(self) -> bool:
        """Whether the column is numeric and therefore right-aligned."""
        return self.kind not in _ATTRIBUTES


def columns_of(metrics: Iterable[tuple[str, str]], usage: Usage) -> list[Column]:
    """Return columns of metrics, which say so where times are from histograms.

    Args:
        metrics: The heading of each, and the kind of its values.
        usage: Of the period.
    """
    is_approximate = usage.totals.has_approximate_times
    return [
        Column(
            _("%(heading)s (± 4 %%)") % {"heading": heading}
            if is_approximate and kind == "seconds"
            else heading,
            kind,
        )
        for heading, kind in metrics
    ]


@dataclass(frozen=True, slots=True)
class Row:
    """Values in the order of the columns, and the list of the runs that they count."""

    values: list[Any]
    url_of_runs: Callable[[], str] | None = None
    """Called for the page only: making a URL takes longer than all else of a row."""

    @property
    def url(self) -> str:
        """The URL of the list; empty where there is none."""
        return self.url_of_runs() if self.url_of_runs else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A titled table."""

    slug: str
    title: str
    columns: list[Column]
    rows: list[Row] = field(default_factory=list)
    hidden_row_count: int = 0
    """The number of rows that only the export has."""

    def without_links(self) -> Table:
        """Return the table for a user who may not open the history."""
        return replace(self, rows=[Row(row.values) for row in self.rows])

    @property
    def listed(self) -> SafeString:
        """The rows that the page shows, as HTML: a template takes several times as long for each cell."""
        formatters = [formatter(column.kind) for column in self.columns]
        attributes = [_ATTRIBUTES.get(column.kind, _NUMBER) for column in self.columns[1:]]
        rows = []
        for row in self.rows:
            values = zip(formatters, row.values, strict=True)
            title, *texts = [escape(to_text(value)) for to_text, value in values]
            if url := row.url:
                title = f'<a href="{escape(url)}">{title}</a>'
            if self.columns[0].kind == "error":
                title += f" <small>{escape(row.values[0])}</small>"
            cells = zip(attributes, texts, strict=True)
            others = "".join(f"<td{attribute}>{text}</td>" for attribute, text in cells)
            rows.append(f'<tr><td class="title">{title}</td>{others}</tr>')
        return mark_safe("\n".join(rows))  # noqa: S308 - all that was not written here is escaped

    @property
    def export_rows(self) -> list[list[Any]]:
        """All rows, formatted for a spreadsheet."""
        return [
            [
                format_export(column.kind, value)
                for column, value in zip(self.columns, row.values, strict=True)
            ]
            for row in self.rows
        ]
