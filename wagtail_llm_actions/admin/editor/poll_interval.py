"""How soon a browser polls again.

The server decides, because it alone knows how many other browsers poll.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

MIN_INTERVAL_MS = 30
"""Before the first text, which is what an editor waits for."""
MAX_INTERVAL_MS = 1_000
"""However long nothing changes, because a countdown shows seconds."""
POLLS_PER_FLUSH = 1.25
"""Slightly more polls than pieces of text, so that two pieces rarely arrive as one."""
MAX_PIECE_SECONDS = 0.25
"""However slowly a model writes, so that its next piece is shown soon."""
SHARE_OF_WAIT = 0.08
"""Interval as a share of the time since the last change; bounds the delay that polling adds."""
MS_PER_ACTIVE_RUN = 20
"""Bounds the polls of the whole site to 50 a second, however many runs are active."""
COUNT_SECONDS = 1.0
"""How long a process relies on its count of the site's active runs."""


def poll_after_ms(
    quiet_seconds: float,
    active: int,
    *,
    flush_seconds: float,
    has_text: bool,
    piece_seconds: float = 0.0,
) -> int:
    """Return the milliseconds until the next poll of a run.

    Args:
        quiet_seconds: Time since anything about the run changed.
        active: Number of runs on the site that browsers poll.
        flush_seconds: Time between two writes to the run's stream.
        has_text: Whether the browser has the beginning of the text.
        piece_seconds: Time between the last two polls that brought text; 0 if there was only one.
            A model that writes more slowly than the stream is written needs fewer polls.
    """
    pieces = max(flush_seconds, min(piece_seconds, MAX_PIECE_SECONDS))
    fastest = pieces * 1_000 / POLLS_PER_FLUSH if has_text else MIN_INTERVAL_MS
    own = min(max(fastest, quiet_seconds * 1_000 * SHARE_OF_WAIT), MAX_INTERVAL_MS)
    return round(max(own, active * MS_PER_ACTIVE_RUN))


class ActiveRunCount:
    """A process's latest count of the site's active runs."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.value = 0
        self._clock = clock
        self._counted_at: float | None = None
        self._lock = threading.Lock()

    def is_due(self) -> bool:
        """Return whether the caller should count again; true for one of several threads only."""
        with self._lock:
            now = self._clock()
            if self._counted_at is not None and now - self._counted_at < COUNT_SECONDS:
                return False
            self._counted_at = now
            return True


ACTIVE_RUNS = ActiveRunCount()
