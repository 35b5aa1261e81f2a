"""An admin sets a budget, and sees what is left of it on every width and in both themes."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser.person import Person
from tests.factories import AdminFactory, LLMRunFactory
from tests.parts.web import WebProcess
from wagtail_llm_actions.models import LLMBudget

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def admin(browser: Browser, django_db_setup: None) -> Iterator[Person]:
    LLMRunFactory(succeeded=True, cost_usd=Decimal("2.50"))
    with WebProcess({}) as web:
        web.wait_until_ready()
        person = Person(browser, f"http://{web.address}", AdminFactory())
        yield person
        person.leave()


def test_an_admin_sets_a_budget_and_sees_what_is_left(admin: Person) -> None:
    page = admin.page
    admin.open(reverse("wagtail_llm_actions_budgets:add"))
    admin.control("scope").select_option("site")
    admin.control("amount_usd").fill("10")
    page.get_by_role("button", name="Create").click()

    expect(page.get_by_role("cell", name="$7.50 of $10.00")).to_be_visible()
    assert LLMBudget.objects.get().at_limit == "refuse"
    admin.open(reverse("wagtailadmin_home"))
    page.set_viewport_size({"width": 320, "height": 900})
    expect(page.get_by_role("cell", name="$7.50 of $10.00")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
