"""Settings → LLM → Budgets."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry
from wagtail.users.models import UserProfile

from tests.factories import (
    AdminFactory,
    BlogPageFactory,
    LLMBudgetFactory,
    LLMRunFactory,
    UserFactory,
)
from wagtail_llm_actions.models import LLMBudget
from wagtail_llm_actions.spending.counting import current_period

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client

pytestmark = pytest.mark.django_db

INDEX = "wagtail_llm_actions_budgets:index"
ADD = "wagtail_llm_actions_budgets:add"


def form(**values: Any) -> dict[str, Any]:
    given = {"scope": "site", "amount_usd": "10", "period": "month", "at_limit": "refuse"}
    return given | values


def user_with(*codenames: str) -> User:
    user = UserFactory()
    names = ["access_admin", *codenames]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    return user


def test_a_budget_is_created_changed_and_deleted_and_each_is_in_the_audit_log(
    client: Client,
) -> None:
    client.force_login(AdminFactory())

    client.post(reverse(ADD), form())
    budget = LLMBudget.objects.get()
    assert (str(budget), budget.amount_usd) == ("The whole site, each month", Decimal(10))

    edit = reverse("wagtail_llm_actions_budgets:edit", args=[budget.pk])
    client.post(edit, form(amount_usd="25", period="day", scope="user"))
    budget.refresh_from_db()
    assert (str(budget), budget.amount_usd) == ("The whole site, each month", Decimal(25))

    client.post(reverse("wagtail_llm_actions_budgets:delete", args=[budget.pk]))
    assert not LLMBudget.objects.exists()
    entries = ModelLogEntry.objects.get_for_model(LLMBudget)
    actions = entries.values_list("action", flat=True)
    assert set(actions) == {"wagtail.create", "wagtail.edit", "wagtail.delete"}


def test_a_budget_of_a_group_needs_one_and_keeps_no_other_owner(client: Client) -> None:
    admin, group = AdminFactory(), Group.objects.create(name="Press")
    client.force_login(admin)

    response = client.post(reverse(ADD), form(scope="group", user=admin.pk))
    assert "Choose one." in response.content.decode()

    client.post(reverse(ADD), form(scope="group", group=group.pk, user=admin.pk))
    budget = LLMBudget.objects.get()
    assert (str(budget), budget.user) == ("Group “Press”, each month", None)


@pytest.mark.parametrize("amount", ["0", "-1", ""])
def test_an_amount_is_at_least_a_cent(client: Client, amount: str) -> None:
    client.force_login(AdminFactory())

    assert client.post(reverse(ADD), form(amount_usd=amount)).status_code == 200
    assert not LLMBudget.objects.exists()


def test_costs_are_listed_for_those_who_may_see_them(client: Client) -> None:
    LLMBudgetFactory(amount_usd=10)
    LLMRunFactory(succeeded=True, cost_usd=Decimal("2.50"))

    client.force_login(user_with("view_llmbudget", "view_costs"))
    with_costs = client.get(reverse(INDEX)).content.decode()
    client.force_login(user_with("view_llmbudget"))
    without = client.get(reverse(INDEX)).content.decode()

    assert "$7.50 of $10.00" in with_costs
    assert "The whole site, each month" in without
    assert "$7.50" not in without


def test_amounts_and_percentages_are_written_as_the_language_writes_them(client: Client) -> None:
    LLMBudgetFactory(amount_usd=Decimal("1234.56"))
    LLMRunFactory(succeeded=True, cost_usd=Decimal("13000.00"))
    admin = AdminFactory()
    UserProfile.objects.create(user=admin, preferred_language="de")
    client.force_login(admin)

    screens = [
        client.get(reverse(name)).content.decode()
        for name in (INDEX, "wagtail_llm_actions:usage", "wagtailadmin_home")
    ]

    assert "1234" not in screens[0]
    for screen in screens:
        assert "$0,00 of $1.234,56" in screen
        assert "$13.000,00 (1.053\N{NO-BREAK SPACE}%)" in screen


def queries_of_list(client: Client) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(reverse(INDEX)).status_code == 200
    return len(queries)


@pytest.mark.usefixtures("menu")
def test_the_list_takes_no_more_queries_for_many_budgets(client: Client) -> None:
    client.force_login(AdminFactory())
    for number in range(3):
        group = Group.objects.create(name=f"Group {number}")
        current_period(LLMBudgetFactory(scope="group", group=group), timezone.now())
        if not number:
            queries_of_list(client)
            one = queries_of_list(client)

    assert queries_of_list(client) == one


@pytest.mark.parametrize("url", ["wagtailadmin_home", "wagtail_llm_actions:usage"])
def test_the_home_page_and_the_usage_report_show_what_is_left(client: Client, url: str) -> None:
    LLMBudgetFactory(amount_usd=10)
    LLMRunFactory(page=BlogPageFactory(), succeeded=True, cost_usd=4)
    client.force_login(AdminFactory())

    assert "$6.00 of $10.00" in client.get(reverse(url)).content.decode()

    client.force_login(user_with("view_usage_llmrun"))
    assert "of $10.00" not in client.get(reverse(url)).content.decode()
