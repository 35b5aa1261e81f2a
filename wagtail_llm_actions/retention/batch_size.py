"""How many rows are written at once, by how long the transactions before have taken."""

from __future__ import annotations

from dataclasses import dataclass

TARGET_SECONDS = 0.25
"""Of one transaction: whoever waits for its locks is kept no longer, also by a busy database."""
FIRST_ROWS, MAX_ROWS = 50, 400


@dataclass(slots=True)
class BatchSize:
    """A number of rows that adapts to the machine, its load and the kind of work."""

    rows: int = FIRST_ROWS

    def adapt(self, seconds: float) -> None:
        """Halve it after a transaction that took too long; double it after a quick one."""
        if seconds > TARGET_SECONDS:
            self.rows = max(1, self.rows // 2)
        elif seconds < TARGET_SECONDS / 2:
            self.rows = min(MAX_ROWS, 2 * self.rows)
