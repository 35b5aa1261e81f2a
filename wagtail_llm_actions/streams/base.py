"""``Stream``: what has to be done to show a run's text while it is written.

The stream is for display only. The whole text is stored on the run when it ends, so a piece that a
stream loses is missing on the screen for some seconds, and nowhere else.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from django.core.checks import CheckMessage

MS_PER_ACTIVE_RUN = 20
"""Bounds the polls of the whole site to 50 a second, however many runs are active."""


class Stream(ABC):
    """Carries the live text of runs between processes."""

    flush_seconds: float
    """How long a worker collects text between two calls of ``append``; longer while it has many runs.

    Browsers poll at this pace while text arrives, but not more often than every 0.2 s.
    """

    @classmethod
    def check(cls) -> list[CheckMessage]:
        """Return what is wrong with the site's configuration for this stream, as a system check.

        Asked only where ``STREAM`` is set: a queue answers for its default stream.
        """
        return []

    @abstractmethod
    def append(self, run_id: UUID, text: str) -> None:
        """Add a piece of text; a server that cannot be reached is logged, not raised."""

    @abstractmethod
    def read(self, run_id: UUID, after: int) -> tuple[str, int]:
        """Return the text after a position, and the position after that text.

        The unit of positions is the stream's own; the first one is 0. Positions come from the
        browser, so any integer from 0 must be accepted. An unknown run has no text.
        """

    def read_all(self, positions: Mapping[UUID, int]) -> dict[UUID, tuple[str, int]]:
        """Return ``read`` for several runs, from one position each; override to ask once."""
        return {run_id: self.read(run_id, after) for run_id, after in positions.items()}

    @abstractmethod
    def close(self, run_id: UUID) -> None:
        """Delete the live text of a run that has ended."""
