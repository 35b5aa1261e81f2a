"""How soon a browser asks again about its runs.

The server says so, since it alone knows how many others ask.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

EAGER_MS = 30
"""Right after a click: the first words are what an editor waits for."""
FLOWING_MS = 80
"""While text arrives, which a worker shows about as often."""
SLOWEST_MS = 1_000
"""However long nothing comes: a countdown shows seconds."""
SHARE_OF_WAIT = 0.08
"""Asking at intervals makes no wait longer than by this."""
MS_PER_RUN = 20
"""All browsers together ask this often at most: 50 times a second, however many runs there are."""
LOOK_SECONDS = 1.0
"""A process counts the site's runs anew after this."""


def poll_after_ms(quiet_seconds: float, active: int, *, has_text: bool) -> int:
    """Return after how many milliseconds to ask again.

    Args:
        quiet_seconds: How long nothing has happened to the run.
        active: How many runs of the site browsers ask for.
        has_text: Whether the browser has the beginning of the text.
    """
    fastest = FLOWING_MS if has_text else EAGER_MS
    own = min(max(fastest, quiet_seconds * 1_000 * SHARE_OF_WAIT), SLOWEST_MS)
    return round(max(own, active * MS_PER_RUN))


class Load:
    """What a process knows of how many runs are active on the whole site."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.active = 0
        self._clock = clock
        self._looked: float | None = None
        self._lock = threading.Lock()

    def is_due(self) -> bool:
        """Whether ``active`` is to be set anew; of several threads one is told so."""
        with self._lock:
            now = self._clock()
            if self._looked is not None and now - self._looked < LOOK_SECONDS:
                return False
            self._looked = now
            return True


LOAD = Load()
