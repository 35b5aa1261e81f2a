"""Wait for what other processes do, without guessing how long they take."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

MAX_OUTAGE_SECONDS = 90.0
LOOK_SECONDS = 0.05


def eventually(condition: Callable[[], T]) -> T:
    """Return the first true value of ``condition``."""
    deadline = time.monotonic() + MAX_OUTAGE_SECONDS
    while not (value := condition()):
        assert time.monotonic() < deadline, f"Still not so after {MAX_OUTAGE_SECONDS} s."
        time.sleep(LOOK_SECONDS)
    return value
