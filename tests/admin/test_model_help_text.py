"""What the form of an action says about the chosen model, and the fallback beside it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from tests.admin.action_forms import ADD, edit_url
from tests.admin.html import choices, page_at, words
from tests.factories import LLMActionFactory
from wagtail_llm_actions.conf.providers import ANTHROPIC_BACKEND, OLLAMA_BACKEND, OPENAI_BACKEND
from wagtail_llm_actions.messages.currency import usd

if TYPE_CHECKING:
    from bs4 import BeautifulSoup
    from django.contrib.auth.models import User
    from django.test import Client
    from pytest_django import Settings

    from wagtail_llm_actions.models import LLMAction

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _all_vendors(settings: Settings) -> None:
    base = settings.WAGTAIL_LLM_ACTIONS
    backends = {
        "openai": OPENAI_BACKEND,
        "anthropic": ANTHROPIC_BACKEND,
        "ollama": OLLAMA_BACKEND,
    }
    providers = {alias: {"BACKEND": backend} for alias, backend in backends.items()}
    settings.WAGTAIL_LLM_ACTIONS = base | {"PROVIDERS": base["PROVIDERS"] | providers}


def note(page: BeautifulSoup, name: str) -> str:
    place = page.select_one(f"[data-llm-actions-help-text={name}]")
    assert place
    assert place["aria-live"] == "polite"
    return words(place)


def temperature(page: BeautifulSoup) -> Any:
    return page.select_one("input[name=temperature]")


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (
            "gpt-3.5-turbo",
            "Fast, good for most tasks. gpt-3.5-turbo was shut down on Oct. 23, 2026; GPT-6 Luna "
            "answers in its place. $0.10 in and $0.50 out per million tokens (genai-prices",
        ),
        ("gpt-4", "Most capable, best for complex tasks. gpt-4 was shut down on Oct. 23, 2026;"),
        (
            "mistral",
            "Local model, good for basic tasks. It runs on your own machine and costs nothing.",
        ),
        ("claude-3", "High quality, good for long content. claude-3-opus-20240229 was shut down"),
        ("gpt-4o-mini", "Its vendor shuts it down on Jan. 14, 2027."),
        ("scripted", "Its price is not known. Set PRICE in its entry of MODELS."),
    ],
)
def test_the_chosen_model_is_described(client: Client, admin: User, model: str, said: str) -> None:
    page = page_at(client, edit_url(LLMActionFactory(model=model)))

    assert said in note(page, "model")


@pytest.mark.parametrize("model", ["gpt-3.5-turbo", "gpt-4", "claude-3"])
def test_a_model_without_a_temperature_says_so_and_keeps_the_value(
    client: Client, admin: User, model: str
) -> None:
    llm_action = LLMActionFactory(model=model, temperature=0.3)

    page = page_at(client, edit_url(llm_action))

    field = temperature(page)
    assert (field["value"], field["aria-disabled"]) == ("0.3", "true")
    assert field.has_attr("readonly")
    assert not field.has_attr("disabled"), "it would not be posted"
    assert "accepts no temperature, so none is sent." in note(page, "temperature")
    assert field["aria-describedby"]


def test_a_scale_that_ends_early_is_said(client: Client, admin: User) -> None:
    page = page_at(client, edit_url(LLMActionFactory(model="claude-haiku-4-5")))

    assert note(page, "temperature") == (
        "Claude Haiku 4.5 accepts temperatures up to 1.0; a higher value is lowered to that."
    )
    assert not temperature(page).has_attr("readonly")


def test_the_allowance_of_a_reasoning_model_is_said(client: Client, admin: User) -> None:
    page = page_at(client, edit_url(LLMActionFactory(model="gpt-4")))

    assert note(page, "max_tokens") == (
        "This limits the visible text. GPT-4 reasons before it writes, so 4,000 more tokens are "
        "allowed, at its lowest reasoning effort (low)."
    )


def test_a_plain_model_and_none_have_nothing_to_add(client: Client, admin: User) -> None:
    plain = page_at(client, edit_url(LLMActionFactory(model="mistral")))
    empty = page_at(client, reverse(ADD))

    assert note(plain, "temperature") == note(plain, "max_tokens") == ""
    assert note(empty, "model") == note(empty, "temperature") == ""


def test_the_script_gets_the_notes_of_all_models(client: Client, admin: User) -> None:
    page = page_at(client, reverse(ADD))

    select = page.select_one("select[name=model]")
    assert select
    notes = json.loads(str(select["data-llm-actions-help-texts"]))
    assert {value for value, _ in choices(page, "model") if value} == notes.keys()


def post(client: Client, llm_action: LLMAction, **values: object) -> Any:
    fields = "label destination source model temperature max_tokens write_mode candidate_count sort_order"
    data: dict[str, object] = {name: getattr(llm_action, name) for name in fields.split()}
    data |= {
        "model_type": llm_action.model_type_id,
        "prompt_template": llm_action.prompt_template_id,
        "is_active": "on",
    }
    return client.post(edit_url(llm_action), data | values)


def test_a_fallback_model_can_be_chosen_and_left_out(client: Client, admin: User) -> None:
    llm_action = LLMActionFactory(model="gpt-4")
    assert choices(page_at(client, edit_url(llm_action)), "fallback_model")[0] == ("", "None")

    for chosen in ("mistral", ""):
        assert post(client, llm_action, fallback_model=chosen).status_code == 302
        llm_action.refresh_from_db()
        assert llm_action.fallback_model == chosen


def test_a_model_cannot_be_its_own_fallback(client: Client, admin: User) -> None:
    response = post(client, LLMActionFactory(model="gpt-4"), fallback_model="gpt-4")

    assert "Choose another model than the one above." in response.content.decode()


def test_a_fallback_model_that_left_the_settings_is_marked(client: Client, admin: User) -> None:
    page = page_at(client, edit_url(LLMActionFactory(model="gpt-4", fallback_model="gone")))

    assert ("gone", "gone (missing)") in choices(page, "fallback_model")


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        (None, "unknown"),
        ("0", "$0.00"),
        ("0E-9", "$0.00"),
        ("0.0021", "$0.0021"),
        ("0.00000314", "$0.0000031"),
        ("0.012", "$0.012"),
        ("0.5", "$0.50"),
        ("1.239", "$1.24"),
        ("12345.6", "$12,345.60"),
    ],
)
def test_money_has_a_currency_and_digits_that_mean_something(
    amount: str | None, written: str
) -> None:
    assert usd(None if amount is None else Decimal(amount)) == written
