"""How soon a browser polls again.

The server decides, because it alone knows how many other browsers poll.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from wagtail_llm_actions.streams.base import MS_PER_ACTIVE_RUN

if TYPE_CHECKING:
    from collections.abc import Callable

MIN_INTERVAL_MS = 30
"""Before the first text, which is what an editor waits for."""
MAX_INTERVAL_MS = 1_000
"""However long nothing changes, because a countdown shows seconds."""
TEXT_INTERVAL_MS = 220
"""While text arrives: a piece is shown less than 200 ms after the model has written it, in the median."""
POLLS_PER_FLUSH = 1.25
"""Of a stream that is written more rarely: slightly more polls than pieces of text, so that two
pieces rarely arrive as one."""
SHARE_OF_WAIT = 0.08
"""Interval as a share of the time since the last change; bounds the delay that polling adds."""
COUNT_SECONDS = 1.0
"""How long a process relies on its count of the site's active runs."""
FIRST_TEXTS = 8
"""How many times until a model's first text are remembered."""
ENOUGH_FIRST_TEXTS = 3
"""Of how many the shortest says something about the next one."""
SHARE_OF_FIRST_TEXT = 0.7
"""How much of the shortest time passes without polls."""
MAX_FIRST_WAIT_SECONDS = 0.5
"""However slow a model is, so that an error, or the text of a model that was warmed up, is shown soon."""


def poll_after_ms(
    quiet_seconds: float,
    active: int,
    *,
    flush_seconds: float,
    has_text: bool,
    first_wait_seconds: float = 0.0,
) -> int:
    """Return the milliseconds until the next poll of a run.

    Args:
        quiet_seconds: Time since anything about the run changed.
        active: Number of runs on the site that browsers poll.
        flush_seconds: Time between two writes to the run's stream.
        has_text: Whether the browser has the beginning of the text.
        first_wait_seconds: Time from the start of the run in which no text is expected.
    """
    if has_text:
        fastest = max(TEXT_INTERVAL_MS, flush_seconds * 1_000 / POLLS_PER_FLUSH)
    else:
        # The worker's clock may be ahead.
        waited_seconds = max(0.0, quiet_seconds)
        fastest = max(MIN_INTERVAL_MS, (first_wait_seconds - waited_seconds) * 1_000)
    own = min(max(fastest, quiet_seconds * 1_000 * SHARE_OF_WAIT), MAX_INTERVAL_MS)
    return round(max(own, active * MS_PER_ACTIVE_RUN))


class FirstTextTimes:
    """How long models have taken until their first text, as the polls of this process saw it."""

    def __init__(self) -> None:
        self._seconds: dict[str, tuple[float, ...]] = {}

    def add(self, model_key: str, seconds: float) -> None:
        """Remember the time from the start of a run until a poll brought its first text."""
        # Replaced as a whole: other threads read it.
        self._seconds[model_key] = (*self._seconds.get(model_key, ()), seconds)[-FIRST_TEXTS:]

    def wait_seconds(self, model_key: str) -> float:
        """Return how long after its start no poll of a run can bring text; 0 where nobody knows."""
        seconds = self._seconds.get(model_key, ())
        if len(seconds) < ENOUGH_FIRST_TEXTS:
            return 0.0
        return min(min(seconds) * SHARE_OF_FIRST_TEXT, MAX_FIRST_WAIT_SECONDS)


FIRST_TEXT_TIMES = FirstTextTimes()


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
