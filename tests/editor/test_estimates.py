"""What a click costs is told before it, to those who may see costs."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.editor.forms import offers, page_edit, post_of
from tests.factories import BlogPageFactory, LLMActionFactory, LLMRunFactory
from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client
    from pytest_django import Settings

    from wagtail_llm_actions.models import LLMAction

pytestmark = pytest.mark.django_db

PREVIEW = "wagtail_llm_actions:request_preview"
PRICE = {"input": "2.5", "output": "10", "source": "genai-prices 1.0"}


def with_past_runs(llm_action: LLMAction) -> LLMAction:
    """Let the action have cost 1 US cent, and 1 cent more for each 1,000 characters."""
    for chars in (1_000, 2_000, 3_000, 4_000, 5_000):
        cost = Decimal("0.01") + Decimal(chars) / 100_000
        LLMRunFactory(
            succeeded=True,
            action=llm_action,
            model_key=llm_action.model,
            source_chars=chars,
            output_tokens=1_000,
            cost_usd=cost,
            price=PRICE,
        )
    return llm_action


@pytest.fixture
def cost_viewer(editor: User) -> User:
    editor.user_permissions.add(Permission.objects.get(codename="view_costs"))
    return editor


def test_the_form_gets_what_each_click_costs_by_the_length_of_its_source(
    client: Client, cost_viewer: User, settings: Settings
) -> None:
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {
        "ESTIMATE_FROM_CENTS": "0.5",
        "CURRENCY": {"CODE": "EUR", "RATE": "0.86", "DATE": "2026-11-01"},
    }
    one = with_past_runs(LLMActionFactory())
    three = with_past_runs(LLMActionFactory(candidate_count=3))
    LLMActionFactory()

    found = offers(client, page_edit(BlogPageFactory()))["estimates"]

    per_char = pytest.approx(1e-5)
    assert found == {
        "from_usd": 0.005,
        "currency": "EUR",
        "currency_rate": 0.86,
        "max_chars": 100_000,
        "actions": {
            str(one.pk): {
                "fixed_usd": pytest.approx(0.01),
                "usd_per_char": per_char,
                "typical_chars": 3_000,
            },
            str(three.pk): {
                "fixed_usd": pytest.approx(0.03),
                "usd_per_char": pytest.approx(3e-5),
                "typical_chars": 3_000,
            },
        },
    }


def test_who_may_not_see_costs_gets_no_amount_and_no_query(client: Client, editor: User) -> None:
    with_past_runs(LLMActionFactory())
    url = page_edit(BlogPageFactory())
    assert offers(client, url)["estimates"] is None
    with CaptureQueriesContext(connection) as before:
        offers(client, url)
    editor.user_permissions.add(Permission.objects.get(codename="view_costs"))
    assert offers(client, url)["estimates"] is not None
    with CaptureQueriesContext(connection) as after:
        offers(client, url)

    assert len(after) <= len(before), "known for a while"


@pytest.mark.parametrize("cents", [None, 0])
def test_a_site_may_want_none_or_all(
    client: Client, cost_viewer: User, settings: Settings, cents: Any
) -> None:
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {"ESTIMATE_FROM_CENTS": cents}
    with_past_runs(LLMActionFactory())

    found = offers(client, page_edit(BlogPageFactory()))["estimates"]

    assert (found and found["from_usd"]) == cents


def test_an_action_that_the_form_does_not_offer_is_not_measured(
    client: Client, cost_viewer: User
) -> None:
    with_past_runs(LLMActionFactory(is_active=False))

    assert offers(client, page_edit(BlogPageFactory()))["estimates"] is None


def preview(client: Client, llm_action: LLMAction) -> dict[str, Any]:
    page = BlogPageFactory(intro="The tide came early. " * 100)
    url = page_edit(page)
    widget = {"llm-actions-action": llm_action.pk, "llm-actions-form-action": url}
    found: dict[str, Any] = client.post(reverse(PREVIEW), post_of(client, url) | widget).json()
    return found


def test_what_will_be_sent_says_what_it_costs(client: Client, cost_viewer: User) -> None:
    llm_action = with_past_runs(LLMActionFactory(candidate_count=2))

    assert preview(client, llm_action)["cost"] == "About $0.062."
    assert LLMRun.objects.filter(status="queued").count() == 0


def test_what_will_be_sent_says_nothing_of_costs_to_others(client: Client, editor: User) -> None:
    assert preview(client, with_past_runs(LLMActionFactory()))["cost"] == ""
