"""How far estimates were off is known, and shown to those who may see costs."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from tests.admin.html import page_at, words
from tests.admin.runs import history_reader, run_url
from tests.factories import LLMRunFactory
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.reporting.period import Period
from wagtail_llm_actions.reporting.usage import Usage

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client

pytestmark = pytest.mark.django_db

USAGE = "wagtail_llm_actions:usage"


def estimated(estimate: str | None, cost: str | None, **values: Any) -> LLMRun:
    amounts = {
        "estimated_cost_usd": estimate and Decimal(estimate),
        "cost_usd": cost and Decimal(cost),
    }
    run: LLMRun = LLMRunFactory(**{"succeeded": True} | amounts | values)
    return run


@pytest.fixture
def runs() -> None:
    estimated("0.09", "0.1")
    estimated("0.11", "0.1")
    estimated("0.2", "0.1")
    estimated("0.1", None)
    estimated(None, "0.1")
    estimated("0.1", "0")
    estimated("9", "0.1", succeeded=False, status=LLMRun.Status.FAILED)
    estimated("9", "0.1", trigger=LLMRun.Trigger.TEST)


def test_the_median_error_is_of_the_runs_that_can_be_compared(runs: None) -> None:
    found = Usage(Period.last_days(7)).estimate_errors

    assert found is not None
    assert found.median == pytest.approx(0.1)
    assert found.runs == 3


def test_without_estimates_there_is_no_error(client: Client, admin: User) -> None:
    assert Usage(Period.last_days(7)).estimate_errors is None
    assert "estimated" not in words(page_at(client, reverse(USAGE)))


def test_the_report_shows_it_to_those_who_may_see_costs(
    client: Client, runs: None, admin: User
) -> None:
    shown = words(page_at(client, reverse(USAGE)))
    assert "were off by 10.0 % in the median of 3 runs that can be compared." in shown

    client.force_login(history_reader())
    assert "estimated" not in words(page_at(client, reverse(USAGE)))


@pytest.mark.parametrize(
    ("estimate", "cost", "sentence"),
    [
        ("0.04", "0.05", "Estimated beforehand: $0.040, 20 % too low."),
        ("0.06", "0.05", "Estimated beforehand: $0.060, 20 % too high."),
        ("0.0501", "0.05", "Estimated beforehand: $0.050, which was right."),
        ("0.05", None, "Estimated beforehand: $0.050."),
        ("0.05", "0", "Estimated beforehand: $0.050."),
        ("1000", "0.05", "Estimated beforehand: $1,000.00, 1,999,900 % too high."),
    ],
)
def test_the_page_of_a_run_shows_what_was_expected(
    client: Client, admin: User, estimate: str, cost: str | None, sentence: str
) -> None:
    run = estimated(estimate, cost)

    assert sentence in words(page_at(client, run_url(run)))

    client.force_login(history_reader())
    shown = words(page_at(client, run_url(run)))
    assert "Estimated" not in shown
    assert "$" not in shown
