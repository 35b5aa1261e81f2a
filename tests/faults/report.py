"""The table of what was broken and what was lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.faults.load import Row

COLUMNS = {
    "fault": "Fault",
    "site": "Site",
    "runs": "Runs",
    "injected": "Faults",
    "hit": "Under way",
    "succeeded": "Succeeded",
    "interrupted": "Interrupted",
    "other": "Ended otherwise",
    "lost": "Lost",
    "duplicates": "Duplicates",
    "seconds": "Settled after, s",
}


def report(rows: Sequence[Row]) -> str:
    """Write a Markdown table of the rows, by site and fault, with their sums."""
    lines = [list(COLUMNS.values()), ["---"] * len(COLUMNS)]
    for row in sorted(rows, key=lambda row: (row["site"], row["fault"])):
        cells = dict(row)
        lines.append([str(cells[name]) for name in COLUMNS])
    sums = [str(sum(int(str(dict(row)[name])) for row in rows)) for name in list(COLUMNS)[2:-1]]
    longest = max(row["seconds"] for row in rows)
    lines.append(["All", "", *sums, f"at most {longest}"])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
