"""How long runs took; the same numbers on every database."""

from __future__ import annotations

from array import array
from collections import defaultdict
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

Key = TypeVar("Key")


@dataclass(slots=True)
class Durations:
    """Seconds from the click to the end and to the first text; eight bytes for each."""

    total: array[float] = field(default_factory=lambda: array("d"))
    first_text: array[float] = field(default_factory=lambda: array("d"))

    def values(self) -> dict[str, float | None]:
        """Return the percentiles by the names that figures have for them."""
        total = sorted(self.total)
        return {
            "median_seconds": nearest_rank(total, 50),
            "p95_seconds": nearest_rank(total, 95),
            "first_text_seconds": nearest_rank(sorted(self.first_text), 50),
        }


def nearest_rank(ordered: Sequence[float], percent: int) -> float | None:
    """Return the smallest value that ``percent`` of all do not exceed; ``None`` without any."""
    if not ordered:
        return None
    return ordered[max(0, ceil(len(ordered) * percent / 100) - 1)]


def collect(
    rows: Iterable[tuple[datetime, datetime | None, datetime | None, Sequence[Key]]],
) -> Mapping[Key, Durations]:
    """Sort the times of runs by everything that they belong to."""
    found: defaultdict[Key, Durations] = defaultdict(Durations)
    for queued_at, finished_at, first_token_at, keys in rows:
        for key in keys:
            if finished_at is not None:
                found[key].total.append((finished_at - queued_at).total_seconds())
            if first_token_at is not None:
                found[key].first_text.append((first_token_at - queued_at).total_seconds())
    return found
