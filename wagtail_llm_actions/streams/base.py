"""The stream seam.

A stream is for the eye only: the whole text is stored on the run when it ends, so losing a piece
here loses nothing.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID


class Stream(ABC):
    """Carries the live text of runs between processes."""

    flush_seconds: ClassVar[float]
    """How long a worker collects text before it appends it."""

    @abstractmethod
    def append(self, run_id: UUID, text: str) -> None:
        """Add a piece of text; a server that cannot be reached is not an error here."""

    @abstractmethod
    def read(self, run_id: UUID, after: int) -> tuple[str, int]:
        """Return the text behind a position, and the position behind that text.

        Positions are the stream's own units; the first is 0.
        """

    def read_all(self, positions: Mapping[UUID, int]) -> dict[UUID, tuple[str, int]]:
        """Read several runs, each behind its own position, in one go where the stream can."""
        return {run_id: self.read(run_id, after) for run_id, after in positions.items()}

    @abstractmethod
    def close(self, run_id: UUID) -> None:
        """Forget the live text of a run that is final."""
