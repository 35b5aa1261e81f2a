"""What a run is going to cost, as the newest runs of the same action have shown.

The cost of what is sent grows with the source, and that of the answer either with the source too, as in
a translation, or not at all, as in a summary. So a line through the costs of past runs says it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

from django.core.cache import cache

from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.pricing import LOCAL, MILLION, SETTINGS, THOUSAND
from wagtail_llm_actions.site_cache import cache_may_fail
from wagtail_llm_actions.spending.prices import current_price

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from wagtail_llm_actions.models import LLMAction
    from wagtail_llm_actions.pricing import Price

READ_RUNS = 200
"""The newest runs of an action that are read, whatever became of them."""
USED_RUNS, LINE_RUNS = 50, 5
"""Of those that tell what a run costs: as many as are used, and as a line through them needs."""
CACHE_SECONDS, UNKNOWN_CACHE_SECONDS = 600, 60
COLUMNS = (
    "status",
    "trigger",
    "used_fallback",
    "model_key",
    "source_chars",
    "output_tokens",
    "cost_usd",
    "price",
)


class MeasuredRun(NamedTuple):
    """What a run has cost, in US dollars at today's price."""

    source_chars: int
    """Of the source as it was sent."""
    input_usd: float
    """Of what is sent, with the price of the request itself."""
    output_usd: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """What a run costs, by the length of its source."""

    fixed_usd: float
    """US dollars, whatever the source."""
    usd_per_char: float
    """US dollars for each character of the source."""
    typical_chars: int
    """The median of past sources."""

    def cost_usd(self, source_chars: int | None = None) -> Decimal:
        """Return US dollars of a run on a source, or on a typical one."""
        chars = self.typical_chars if source_chars is None else source_chars
        return round(Decimal(self.fixed_usd + self.usd_per_char * chars), 9)


FREE = Estimate(fixed_usd=0, usd_per_char=0, typical_chars=0)


def estimate_of(llm_action: LLMAction) -> Estimate | None:
    """Return what a run of an action costs; ``None`` where that is not known yet."""
    return estimates_of([llm_action]).get(llm_action.pk)


def estimates_of(actions: Iterable[LLMAction]) -> dict[int, Estimate]:
    """Return the estimates of actions by their ids, without those that are not known.

    They are cached for ten minutes, and for one that nothing is known. Otherwise each action takes one
    query, which reads its newest runs by an index.
    """
    by_key = {_cache_key(action): action for action in actions if action.pk is not None}
    known: dict[str, Any] = {}
    with cache_may_fail("estimates are made from the runs"):
        known = cache.get_many(by_key)
    found = {
        key: (action.model, _measure(action))
        for key, action in by_key.items()
        # Its model may have been changed.
        if known.get(key, ("",))[0] != action.model
    }
    for is_known, seconds in ((True, CACHE_SECONDS), (False, UNKNOWN_CACHE_SECONDS)):
        if some := {key: value for key, value in found.items() if bool(value[1]) == is_known}:
            with cache_may_fail("estimates are made anew each time"):
                cache.set_many(some, seconds)
    return {
        by_key[key].pk: estimate
        for key, (_model, estimate) in {**known, **found}.items()
        if estimate is not None
    }


def estimate_from(runs: Sequence[MeasuredRun]) -> Estimate | None:
    """Return the estimate that past runs give; ``None`` without any.

    Medians throughout, so that a few runs that were tried again or repaired change nothing.
    """
    if not runs:
        return None
    typical_chars = round(median(run.source_chars for run in runs))
    if len(runs) < LINE_RUNS:
        cost = median(run.input_usd + run.output_usd for run in runs)
        return Estimate(fixed_usd=cost, usd_per_char=0, typical_chars=typical_chars)
    fixed, per_char = _line([(run.source_chars, run.input_usd) for run in runs])
    output, output_per_char = _answer_line(runs)
    return Estimate(
        fixed_usd=fixed + output,
        usd_per_char=per_char + output_per_char,
        typical_chars=typical_chars,
    )


def measured_run(row: dict[str, Any], price: Price | None = None) -> MeasuredRun | None:
    """Return what the run of a row with ``COLUMNS`` has cost; ``None`` if it tells nothing.

    Args:
        row: Its cost is what was billed, tiers, regions and the cache included.
        price: The present price of the model; where the site states it, past runs are taken as if they had
            cost as much.
    """
    is_measured = (
        row["status"] == LLMRun.Status.SUCCEEDED
        and row["trigger"] != LLMRun.Trigger.TEST
        and not row["used_fallback"]
        and row["source_chars"] is not None
        and row["cost_usd"] is not None
    )
    if not is_measured:
        return None
    cost, paid = float(row["cost_usd"]), row["price"] or {}
    # A provider that reports the cost does not say what of it the answer is.
    output = (row["output_tokens"] or 0) * float(paid.get("output", 0)) / MILLION
    output = min(output, cost)
    request = min(float(paid.get("requests", 0)) / THOUSAND, cost - output)
    sent, factors = cost - output - request, (1.0, 1.0)
    if price and price.source == SETTINGS and "input" in paid:
        request = float(price.listed.requests or 0) / THOUSAND
        factors = (
            _factor(price.listed.input, paid, "input"),
            _factor(price.listed.output, paid, "output"),
        )
    return MeasuredRun(row["source_chars"], sent * factors[0] + request, output * factors[1])


def _measure(llm_action: LLMAction) -> Estimate | None:
    model = get_settings().models.get(llm_action.model)
    price = current_price(model) if model else None
    if model is None:
        return None
    if price and price.source == LOCAL:
        return FREE
    rows = LLMRun.objects.filter(action=llm_action).order_by("-queued_at").values(*COLUMNS)
    runs = (
        measured_run(row, price) for row in rows[:READ_RUNS] if row["model_key"] == llm_action.model
    )
    return estimate_from(list(filter(None, runs))[:USED_RUNS])


def _line(points: Sequence[tuple[int, float]]) -> tuple[float, float]:
    """Return where a line through the points begins and how it rises, by Theil and Sen."""
    rises = [
        (other[1] - one[1]) / (other[0] - one[0])
        for one, other in combinations(points, 2)
        if one[0] != other[0]
    ]
    rise = max(0.0, median(rises)) if rises else 0.0
    return max(0.0, median(y - rise * x for x, y in points)), rise


def _answer_line(runs: Sequence[MeasuredRun]) -> tuple[float, float]:
    """Return the cost of an answer of any length, or of one in proportion: whichever is nearer."""
    constant = median(run.output_usd for run in runs)
    per_char = median(run.output_usd / max(1, run.source_chars) for run in runs)
    of_constant = sum(abs(run.output_usd - constant) for run in runs)
    of_share = sum(abs(run.output_usd - per_char * run.source_chars) for run in runs)
    return (constant, 0.0) if of_constant <= of_share else (0.0, per_char)


def _factor(price: Decimal, paid: dict[str, str], name: str) -> float:
    before = float(paid.get(name, 0))
    return float(price) / before if before else 1.0


def _cache_key(llm_action: LLMAction) -> str:
    return f"wagtail_llm_actions:estimate:{llm_action.pk}"
