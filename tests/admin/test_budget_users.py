"""The user of a budget is found among any number of users."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.admin.html import context_of
from tests.factories import AdminFactory, LLMBudgetFactory, UserFactory
from wagtail_llm_actions.models import LLMBudget

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db

ADD = "wagtail_llm_actions_budgets:add"
EDIT = "wagtail_llm_actions_budgets:edit"
CHOOSE = "wagtail_llm_actions_budget_users:choose"
RESULTS = "wagtail_llm_actions_budget_users:choose_results"


@pytest.fixture(autouse=True)
def _admin(client: Client) -> None:
    client.force_login(AdminFactory())


def found(client: Client, words: str) -> list[str]:
    answer = client.get(reverse(RESULTS), {"q": words})
    return [user.get_username() for user in context_of(answer)["results"]]


@pytest.mark.usefixtures("menu")
def test_the_form_names_no_user_and_takes_the_same_queries_with_many(client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            page = client.get(reverse(ADD)).content.decode()
        assert "zebedee" not in page
        return len(captured)

    client.get(reverse(ADD))
    before = queries()
    users = [get_user_model()(username=f"zebedee{number}") for number in range(300)]
    get_user_model().objects.bulk_create(users)

    assert queries() == before


def test_users_are_found_by_all_words_of_their_names_and_address(client: Client) -> None:
    UserFactory(username="ines", first_name="Ines", last_name="Harbour", email="i@press.example")
    UserFactory(username="jan", first_name="Jan", last_name="Harbour", email="j@press.example")

    assert found(client, "harb") == ["ines", "jan"]
    assert found(client, "Harbour ines") == ["ines"]
    assert found(client, "j@press") == ["jan"]
    assert found(client, "nobody") == []
    page = client.get(reverse(CHOOSE)).json()["html"]
    assert "Ines Harbour" in page


def test_a_budget_of_a_user_keeps_its_user_and_lists_no_other(client: Client) -> None:
    user, other = UserFactory(username="ines"), UserFactory(username="somebody-else")
    values = {"scope": "user", "user": user.pk, "amount_usd": "10", "period": "day"}
    assert client.post(reverse(ADD), values | {"at_limit": "refuse"}).status_code == 302
    budget = LLMBudget.objects.get()
    assert budget.user == user
    edit = reverse(EDIT, args=[budget.pk])

    page = client.get(edit).content.decode()

    assert "ines" in page
    assert "somebody-else" not in page
    client.post(edit, values | {"user": other.pk, "at_limit": "warn"})
    budget.refresh_from_db()
    assert (budget.user, budget.at_limit) == (user, "warn")


def test_a_budget_of_a_user_without_a_user_says_so(client: Client) -> None:
    values = {"scope": "user", "amount_usd": "10", "period": "day", "at_limit": "refuse"}

    page = client.post(reverse(ADD), values).content.decode()

    assert "Choose one." in page
    assert not LLMBudget.objects.exists()


def test_who_was_deleted_takes_their_budget_with_them(client: Client) -> None:
    budget = LLMBudgetFactory(scope="user", user=UserFactory())
    assert budget.user is not None
    budget.user.delete()

    assert client.get(reverse("wagtail_llm_actions_budgets:index")).status_code == 200
    assert not LLMBudget.objects.exists()
