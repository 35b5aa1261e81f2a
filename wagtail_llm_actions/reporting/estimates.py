"""How far the estimates of costs were off, which are made before a run begins."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.reporting.metrics import counted_runs

if TYPE_CHECKING:
    from decimal import Decimal

    from wagtail_llm_actions.reporting.period import Period

READ_RUNS = 1_000
"""The newest runs of a period that are read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EstimateErrors:
    """The errors of some runs' estimates, in parts of what the runs have cost."""

    median: float
    """The half of the estimates were nearer; 0.12 for 12 % too high or too low."""
    runs: int


def estimate_errors(period: Period) -> EstimateErrors | None:
    """Return the errors of the newest runs of a period; ``None`` where no estimate can be compared."""
    rows = (
        counted_runs(period)
        .order_by("-queued_at")
        .values_list("status", "estimated_cost_usd", "cost_usd")[:READ_RUNS]
    )
    errors = [
        error
        for status, estimated, cost in rows
        if status == LLMRun.Status.SUCCEEDED
        and (error := relative_error(estimated, cost)) is not None
    ]
    return EstimateErrors(median=median(map(abs, errors)), runs=len(errors)) if errors else None


def relative_error(estimated: Decimal | None, cost: Decimal | None) -> float | None:
    """Return how much too high an estimate was, in parts of the cost; below 0 for one too low.

    ``None`` where one of the two is unknown, or nothing was to pay.
    """
    if estimated is None or not cost:
        return None
    return float(estimated / cost) - 1
