"""Latency percentiles: exact while every value is known, else from a histogram."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from itertools import accumulate
from math import ceil
from struct import iter_unpack, pack
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LAST_BUCKET = 255
"""Of four days and more; the first one is of up to a millisecond."""
SHORTEST_SECONDS = 0.001
GROWTH = 1.08
"""Of one bucket to the next: a percentile from a histogram is off by less than 4 %."""

_BOUNDS = [SHORTEST_SECONDS * GROWTH**bucket for bucket in range(1, LAST_BUCKET + 1)]
"""Where each bucket but the last ends."""

_ENTRY = "<BII"
"""Bucket, runs that ended in it, and runs whose first token fell into it."""


@dataclass(slots=True)
class Latencies:
    """Seconds from the click of each run of a group; arrays take eight bytes a value."""

    to_end: array[float] = field(default_factory=lambda: array("d"))
    to_first_token: array[float] = field(default_factory=lambda: array("d"))
    histograms: list[bytes] = field(default_factory=list)
    """Of the runs that rollups count, as ``packed`` has given them."""

    def merge(self, other: Latencies) -> None:
        """Add the values of another group."""
        self.to_end.extend(other.to_end)
        self.to_first_token.extend(other.to_first_token)
        self.histograms += other.histograms

    def packed(self) -> bytes:
        """Return the histogram of all values; nine bytes for each bucket that is not empty."""
        ends, firsts = self._counts()
        return b"".join(
            pack(_ENTRY, bucket, ended, began)
            for bucket, (ended, began) in enumerate(zip(ends, firsts, strict=True))
            if ended or began
        )

    def percentiles(self) -> dict[str, Any]:
        """Return the fields of ``Metrics`` that are about latency."""
        if not self.histograms:
            to_end = sorted(self.to_end)
            return {
                "timed_runs": len(to_end),
                "median_seconds": nearest_rank(to_end, 50),
                "p95_seconds": nearest_rank(to_end, 95),
                "first_token_seconds": nearest_rank(sorted(self.to_first_token), 50),
            }
        # How many runs are in each bucket and those before it.
        ends, firsts = ([*accumulate(counts)] for counts in self._counts())
        return {
            "timed_runs": ends[-1],
            "median_seconds": _percentile(ends, 50),
            "p95_seconds": _percentile(ends, 95),
            "first_token_seconds": _percentile(firsts, 50),
            "has_approximate_times": True,
        }

    def _counts(self) -> tuple[list[int], list[int]]:
        """Return by bucket how many runs ended in it, and for how many the first token came in it."""
        ends, firsts = _histogram(self.to_end), _histogram(self.to_first_token)
        for bucket, ended, began in iter_unpack(_ENTRY, b"".join(self.histograms)):
            ends[bucket] += ended
            firsts[bucket] += began
        return ends, firsts


def nearest_rank(ordered: Sequence[float], percent: int) -> float | None:
    """Return a percentile by the nearest-rank method: always a value that was measured.

    Args:
        ordered: Values in ascending order.
        percent: From 0 to 100.

    Returns:
        The percentile, ``None`` without values.
    """
    if not ordered:
        return None
    return ordered[_rank(len(ordered), percent) - 1]


def _percentile(ranks: Sequence[int], percent: int) -> float | None:
    """Return the nearest rank of a histogram: the middle of the bucket that it is in."""
    if not ranks[-1]:
        return None
    bucket = bisect_left(ranks, _rank(ranks[-1], percent))
    # The geometric mean of the bounds is off by the same factor at both of them.
    return SHORTEST_SECONDS * float(GROWTH ** (bucket + 0.5))


def _rank(count: int, percent: int) -> int:
    return max(1, ceil(count * percent / 100))


def _histogram(values: Iterable[float]) -> list[int]:
    counts = [0] * (LAST_BUCKET + 1)
    for value in values:
        counts[bisect_right(_BOUNDS, value)] += 1
    return counts
