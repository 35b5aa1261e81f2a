"""Budgets that change, or lose what they count for, while runs are under way."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from tests.factories import AdminFactory, EditorFactory, LLMActionFactory, LLMBudgetFactory
from tests.spending.buying import bought, click, counters, script, with_prices, worst_usd
from wagtail_llm_actions.generation import Usage
from wagtail_llm_actions.models import LLMBudget, LLMBudgetPeriod, LLMReservation
from wagtail_llm_actions.runs.lifecycle.execute import execute
from wagtail_llm_actions.runs.reserving import possible_calls
from wagtail_llm_actions.spending.notices import tell_of_spending
from wagtail_llm_actions.spending.reserve import periods_for, reserve
from wagtail_llm_actions.spending.verification import verify

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import Settings

    from tests.kept_queue import KeptQueue
    from wagtail_llm_actions.models import LLMRun

pytestmark = pytest.mark.django_db
INDEX = "wagtail_llm_actions_budgets:index"


@pytest.fixture(autouse=True)
def _prices(settings: Settings, kept_queue: type[KeptQueue]) -> None:
    with_prices(settings)


def change(client: Client, budget: LLMBudget, **values: Any) -> None:
    """Change a budget as an admin does, on its form."""
    budget.refresh_from_db()
    given = {"amount_usd": budget.amount_usd, "at_limit": budget.at_limit, **values}
    url = reverse("wagtail_llm_actions_budgets:edit", args=[budget.pk])
    assert client.post(url, given).status_code == 302


def test_an_amount_that_is_changed_in_its_month_counts_at_once(client: Client) -> None:
    client.force_login(AdminFactory())
    budget = LLMBudgetFactory(amount_usd=10)
    bought(9_500)
    assert click().status == "failed"

    change(client, budget, amount_usd="100")
    under_way = click()
    assert under_way.status == "queued"

    # Below what is spent: what is under way goes on, and nothing else.
    change(client, budget, amount_usd="5")
    assert click().status == "failed"
    execute(under_way.pk)
    under_way.refresh_from_db()
    assert under_way.status == "succeeded"
    assert "$0.00 of $5.00" in client.get(reverse(INDEX)).content.decode()
    change(client, budget, at_limit="warn")
    assert click().status == "queued"
    assert list(verify()) == []


@pytest.mark.parametrize("scope", ["group", "user", "action"])
def test_whom_a_budget_counts_can_be_deleted_while_a_run_is_under_way(scope: str) -> None:
    user, group, llm_action = EditorFactory(), Group.objects.create(), LLMActionFactory()
    user.groups.add(group)
    site = LLMBudgetFactory(amount_usd=100)
    owners: dict[str, Any] = {"group": group, "user": user, "action": llm_action}
    owner = owners[scope]
    LLMBudgetFactory(amount_usd=100, scope=scope, **{scope: owner})
    run = click(user=user, action=llm_action)
    assert LLMReservation.objects.count() == 2

    owner.delete()
    script("The tide.", Usage(input_tokens=1_000, output_tokens=0))
    execute(run.pk)

    assert [str(budget) for budget in LLMBudget.objects.all()] == ["The whole site, each month"]
    assert counters(site)[1] == 0
    assert LLMBudgetPeriod.objects.count() == LLMReservation.objects.count() == 1
    assert list(verify()) == []


def test_who_leaves_a_group_while_a_run_is_under_way_has_spent_its_budget() -> None:
    user, group = EditorFactory(), Group.objects.create(name="Press")
    user.groups.add(group)
    budget = LLMBudgetFactory(amount_usd=100, scope="group", group=group)
    run = click(user=user)

    user.groups.remove(group)
    script("The tide.", Usage(input_tokens=1_000, output_tokens=0))
    execute(run.pk)

    assert counters(budget) == (Decimal(1), 0)
    assert click(user=user).status == "queued"
    assert counters(budget) == (Decimal(1), 0)


def test_a_budget_that_is_deleted_before_it_is_told_of_tells_nothing() -> None:
    budget = LLMBudgetFactory(amount_usd=1, at_limit="warn")
    bought(2_000)
    period = budget.periods.get()
    budget.delete()

    tell_of_spending(period.pk)


def test_a_budget_that_is_deleted_while_a_run_asks_for_it_limits_nothing() -> None:
    site, budget = LLMBudgetFactory(amount_usd=100), LLMBudgetFactory(amount_usd=1)
    run = click()
    assert run.status == "failed"
    periods = periods_for(run)
    budget.delete()

    reserved = reserve(periods, *possible_calls(run))

    assert [reservation.period.budget for reservation in reserved] == [site]


def test_of_several_budgets_the_smallest_that_applies_decides() -> None:
    user, group = EditorFactory(), Group.objects.create(name="Press")
    user.groups.add(group)
    LLMBudgetFactory(amount_usd=1_000)
    LLMBudgetFactory(amount_usd=1_000, scope="user", user=user, at_limit="cheaper_model")
    small = LLMBudgetFactory(amount_usd=10, scope="group", group=group, period="day")
    llm_action = LLMActionFactory(max_tokens=100, cheaper_model="cheap")
    bought(9_500, user=user, action=llm_action)

    def refusal() -> LLMRun:
        return click(user=user, action=llm_action)

    # There is room for the cheaper model, but no budget that is used up asks for it.
    assert refusal().error_context["scope"] == "group"
    assert click(action=llm_action).status == "queued", "somebody else's"
    small.delete()
    assert refusal().status == "queued"


def test_a_currency_changes_what_is_shown_and_nothing_that_is_counted(
    client: Client, settings: Settings
) -> None:
    client.force_login(AdminFactory())
    budget = LLMBudgetFactory(amount_usd=10)
    bought(4_000)
    ours = settings.WAGTAIL_LLM_ACTIONS
    shown = []
    for code, rate in (("EUR", "0.5"), ("JPY", "150")):
        currency = {"CODE": code, "RATE": rate, "DATE": "2026-01-02"}
        settings.WAGTAIL_LLM_ACTIONS = {**ours, "CURRENCY": currency}
        shown.append(client.get(reverse(INDEX)).content.decode())

    assert "$10.00 (5.00\N{NO-BREAK SPACE}EUR)" in shown[0]
    assert "$6.00 (900\N{NO-BREAK SPACE}JPY) of $10.00 (1,500\N{NO-BREAK SPACE}JPY)" in shown[1]
    assert "EUR" not in shown[1]
    assert counters(budget) == (Decimal(4), 0)


def test_the_largest_amount_that_the_form_takes_is_no_obstacle(client: Client) -> None:
    client.force_login(AdminFactory())
    budget = LLMBudgetFactory(amount_usd=Decimal("9999999999.99"))

    run = click()

    assert run.status == "queued"
    assert counters(budget) == (0, worst_usd(run))
    assert "of $9,999,999,999.99" in client.get(reverse(INDEX)).content.decode()
