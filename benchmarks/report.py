"""Tables, printed and written as Markdown, which reads well as plain text too."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table and what has to be known to read it."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = field(default_factory=list)
    """Sentences; each becomes a paragraph below the table."""

    def __str__(self) -> str:
        lines = [self.columns, *self.rows]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        first, *rest = [f"| {' | '.join(map(str.ljust, line, widths))} |" for line in lines]
        rule = f"| {' | '.join('-' * width for width in widths)} |"
        table = "\n".join([first, rule, *rest])
        return "\n\n".join([f"### {self.title}", table, *self.notes])


@dataclass(frozen=True, kw_only=True)
class Section:
    """The tables of one benchmark."""

    title: str
    tables: Sequence[Table]

    def __str__(self) -> str:
        return "\n\n".join([f"## {self.title}", *map(str, self.tables)])
