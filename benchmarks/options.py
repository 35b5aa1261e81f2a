"""What the command line says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Choice = TypeVar("Choice")


@dataclass(frozen=True, kw_only=True)
class Options:
    """Of one call of ``python -m benchmarks``."""

    rounds: int | None
    """How often everything is measured; ``None`` for what the benchmark thinks is enough."""
    quick: bool
    """Only show that it runs: too few samples for any figure to mean something."""

    rows: Sequence[int] | None = None
    """Two numbers of runs to compare; ``None`` for what the benchmark thinks is enough."""
    folder: Path | None = None
    """Of SQLite databases that stay, and are used again; ``None`` for none that stay."""
    pin_web: bool = False
    """Whether the web processes get a core of their own."""
    split_web: bool = False
    """Whether clicks and polls are answered by web processes of their own."""

    def rounds_or(self, enough: int) -> int:
        """Return how often to measure."""
        return self.rounds or (1 if self.quick else enough)

    def pick(self, full: Choice, quick: Choice) -> Choice:
        """Return how much of something to measure."""
        return quick if self.quick else full
