"""The screens show amounts in the site's currency too, to those who may see costs."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from tests.admin.html import page_at, words
from tests.admin.runs import HISTORY, history_reader, run_url
from tests.factories import LLMRunFactory
from wagtail_llm_actions.messages.currency import rate_sentence

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client
    from pytest_django import Settings

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def euros(settings: Settings) -> None:
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {
        "CURRENCY": {"CODE": "EUR", "RATE": "0.86", "DATE": "2026-11-01"}
    }


def test_the_reports_show_both_and_downloads_us_dollars_alone(client: Client, admin: User) -> None:
    run = LLMRunFactory(succeeded=True, cost_usd=Decimal("0.5"))
    both = "$0.50 (0.43 EUR)"
    usage, rate = reverse("wagtail_llm_actions:usage"), rate_sentence()

    for url in (usage, run_url(run), reverse("wagtailadmin_home")):
        shown = words(page_at(client, url)).replace("\N{NO-BREAK SPACE}", " ")
        assert both in shown
        assert rate in shown
    exported = client.get(reverse(HISTORY), {"export": "csv"})
    assert b"EUR" not in exported.getvalue()
    table = reverse("wagtail_llm_actions:usage_export", args=["actions"])
    assert b"EUR" not in client.get(table, {"export": "csv", "period": "30"}).getvalue()


def test_who_may_not_see_costs_reads_of_no_rate(client: Client) -> None:
    run = LLMRunFactory(succeeded=True, cost_usd=Decimal("0.5"))
    client.force_login(history_reader())

    for url in (reverse("wagtail_llm_actions:usage"), run_url(run), reverse("wagtailadmin_home")):
        shown = words(page_at(client, url))
        assert "EUR" not in shown
        assert "$" not in shown
