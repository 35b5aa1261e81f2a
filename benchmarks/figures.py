"""Samples, and the few numbers that are printed of them."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

TWENTIETHS = 20


@dataclass(frozen=True, slots=True)
class Metrics:
    """What one thing took, measured several times; all in one unit."""

    samples: Sequence[float]

    @property
    def count(self) -> int:
        """How often it was measured."""
        return len(self.samples)

    @property
    def median(self) -> float:
        """Half of the samples are below."""
        return statistics.median(self.samples)

    @property
    def p95(self) -> float:
        """19 of 20 samples are below; between two samples where it falls between them."""
        if self.count == 1:
            return self.samples[0]
        return statistics.quantiles(self.samples, n=TWENTIETHS, method="inclusive")[-1]

    def cells(self, digits: int = 0) -> list[str]:
        """Return the count, the median, the 95th percentile and the range, as ``COLUMNS``."""
        if not self.samples:
            return ["0", "", "", ""]
        low, high = min(self.samples), max(self.samples)
        return [
            str(self.count),
            f"{self.median:.{digits}f}",
            f"{self.p95:.{digits}f}",
            f"{low:.{digits}f}-{high:.{digits}f}",
        ]


COLUMNS = ["n", "median", "p95", "min-max"]
