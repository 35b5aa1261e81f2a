"""Sums over many rows, which are added up some at a time."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.reporting.usage_rows import JULY, succeeded
from wagtail_llm_actions.reporting.rollups import refresh
from wagtail_llm_actions.reporting.tally import BATCH, COUNTS, FIGURES, SUMS, UNFINISHED, Tally
from wagtail_llm_actions.reporting.usage import Usage


def test_more_rows_than_are_added_up_at_once_are_all_counted() -> None:
    tally, rows = Tally(), 2 * BATCH + 3
    counts = (1,) * len(UNFINISHED + COUNTS)
    for number in range(rows):
        tally.add((*counts, number, None, None if number % 2 else 1))

    assert tally.runs == rows
    assert tally.figures[: -len(SUMS)] == (rows,) * len(counts)
    assert tally.figures[FIGURES.index("input_tokens")] == sum(range(rows))
    assert tally.figures[FIGURES.index("output_tokens")] is None
    assert tally.cost_usd == Decimal(rows // 2 + 1).scaleb(-9)


@pytest.mark.django_db
@pytest.mark.parametrize("is_rolled_up", [False, True])
def test_costs_are_summed_to_the_last_billionth_of_a_dollar(is_rolled_up: bool) -> None:
    for cost in ("4321.123456789", "0.000000001", "0.3", "0"):
        succeeded(cost=cost)
    if is_rolled_up:
        refresh(JULY)

    assert Usage(JULY).totals.cost_usd == Decimal("4321.423456790")
