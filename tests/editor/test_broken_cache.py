"""A cache of the site that cannot be reached stops no click, and no budget."""

from __future__ import annotations

import logging
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from tests.editor.forms import page_edit, post_of
from tests.factories import AdminFactory, BlogPageFactory, LLMActionFactory, LLMBudgetFactory
from tests.parts.broken_cache import BROKEN_CACHES
from tests.spending.buying import counters, with_prices, worst_usd
from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import Settings

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_queue")]


@pytest.fixture
def click(client: Client, settings: Settings) -> dict[str, Any]:
    """Return what a click sends; its form was opened before the cache broke."""
    with_prices(settings)
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {"ESTIMATE_FROM_CENTS": "0.5"}
    client.force_login(AdminFactory())
    url = page_edit(BlogPageFactory())
    widget = {
        "llm-actions-action": LLMActionFactory(source="title", max_tokens=100).pk,
        "llm-actions-form-action": url,
        "llm-actions-request-id": uuid.uuid4(),
    }
    data = post_of(client, url) | {"title": "Tide"} | widget
    settings.CACHES = BROKEN_CACHES
    return data


def test_a_click_is_not_stopped_and_its_budgets_hold(
    client: Client, click: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    budget = LLMBudgetFactory(amount_usd=5)

    with caplog.at_level(logging.ERROR, "wagtail_llm_actions.site_cache"):
        answer = client.post(reverse("wagtail_llm_actions:start_run"), click)

    assert answer.status_code == 202
    run = LLMRun.objects.get()
    assert run.status == "queued"
    assert counters(budget) == (0, worst_usd(run))
    assert "The cache cannot be reached" in caplog.text
    again = click | {"llm-actions-request-id": uuid.uuid4()}
    client.post(reverse("wagtail_llm_actions:start_run"), again)
    assert list(LLMRun.objects.values_list("error_code", flat=True).order_by("queued_at")) == [
        "",
        "limit_reached",
    ]


@pytest.mark.usefixtures("caplog")
def test_previews_and_checks_of_models_are_not_limited(
    client: Client, click: dict[str, Any]
) -> None:
    for _ in range(3):
        preview = client.post(reverse("wagtail_llm_actions:request_preview"), click)
        assert "Tide" in preview.json()["prompt"]
        checked = client.post(reverse("wagtail_llm_actions:check_models"), {"model": "scripted"})
        assert checked.status_code == 302
        assert client.get(reverse("wagtail_llm_actions:models")).status_code == 200
