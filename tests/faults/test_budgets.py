"""A hard budget holds, and its counters add up, while what executes runs is killed again and again."""

from __future__ import annotations

import random
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from django.db.models import Count

from tests.factories import LLMBudgetFactory
from tests.faults.load import wait_while
from tests.parts.waiting import eventually
from tests.spending.buying import counters
from wagtail_llm_actions.models import LLMReservation, LLMRun
from wagtail_llm_actions.spending.settlement import settle_left
from wagtail_llm_actions.spending.verification import verify

if TYPE_CHECKING:
    from tests.faults.provider import FaultyProvider
    from tests.faults.site import Site

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

CLICKS, ROUNDS, AT_ONCE = 200, 8, 8
CALLS = 10
"""That the budget is for, at a dollar each."""
WORST_USD = 4
"""Of a run: three attempts and a repair."""


def test_a_budget_for_ten_pays_for_ten_at_most_whatever_is_killed(
    site: Site, provider: FaultyProvider
) -> None:
    budget = LLMBudgetFactory(amount_usd=CALLS - 1 + WORST_USD)
    markers = [f"tide-{uuid.uuid4().hex}" for _ in range(CLICKS)]

    clicks = [site.click_data("dear", marker) for marker in markers]
    # What is killed before its call holds a part of the budget until its lease ends: maybe for all rounds.
    site.try_to_click(clicks.pop())
    eventually(lambda: provider.calls(markers))

    for number in range(ROUNDS):
        with ThreadPoolExecutor(AT_ONCE) as editors:
            for data in clicks[number::ROUNDS]:
                editors.submit(site.try_to_click, data)
            time.sleep(random.uniform(0.2, 1.5))  # noqa: S311 - no secret
            site.kill_one()
        site.replace_ended()

    def unfinished() -> list[LLMRun]:
        runs = list(LLMRun.objects.unfinished())
        site.look(runs)
        return runs

    wait_while(unfinished)

    def are_settled() -> bool:
        settle_left()
        return not LLMReservation.objects.filter(settled_at=None).exists()

    eventually(are_settled)
    spent, reserved = counters(budget)
    paid = len(provider.calls(markers))
    assert not list(verify())
    assert reserved == 0
    assert 0 < paid <= spent <= budget.amount_usd
    # A call whose end nobody knows counts as what it may have cost.
    assert spent == LLMRun.objects.aggregate(calls=Count("attempts"))["calls"]
