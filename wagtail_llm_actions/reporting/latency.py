"""Latency percentiles, computed in Python so that every database gives the same numbers."""

from __future__ import annotations

from array import array
from collections import defaultdict
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

Key = TypeVar("Key")


@dataclass(slots=True)
class Latencies:
    """Seconds from the click of each run of a group; arrays take eight bytes a value."""

    to_end: array[float] = field(default_factory=lambda: array("d"))
    to_first_token: array[float] = field(default_factory=lambda: array("d"))

    def percentiles(self) -> dict[str, Any]:
        """Return the fields of ``Metrics`` that are about latency."""
        to_end = sorted(self.to_end)
        return {
            "timed_runs": len(to_end),
            "median_seconds": nearest_rank(to_end, 50),
            "p95_seconds": nearest_rank(to_end, 95),
            "first_token_seconds": nearest_rank(sorted(self.to_first_token), 50),
        }


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
    return ordered[max(0, ceil(len(ordered) * percent / 100) - 1)]


def group_latencies(
    rows: Iterable[tuple[datetime, datetime | None, datetime | None, Sequence[Key]]],
) -> Mapping[Key, Latencies]:
    """Collect the latencies of runs under every group that each run belongs to.

    Args:
        rows: For each run its ``queued_at``, ``finished_at`` and ``first_token_at``, and the keys of
            its groups.
    """
    groups: defaultdict[Key, Latencies] = defaultdict(Latencies)
    for queued_at, finished_at, first_token_at, keys in rows:
        for key in keys:
            if finished_at is not None:
                groups[key].to_end.append((finished_at - queued_at).total_seconds())
            if first_token_at is not None:
                groups[key].to_first_token.append((first_token_at - queued_at).total_seconds())
    return groups
