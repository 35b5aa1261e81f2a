"""``MODELS`` and the shipped list: what is offered, and what is known of it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from wagtail_llm_actions.catalog import ListPrice, catalog
from wagtail_llm_actions.conf import (
    ModelSettings,
    context_limit,
    first_token_timeout_seconds,
    get_settings,
)
from wagtail_llm_actions.conf.providers import ANTHROPIC_BACKEND, OLLAMA_BACKEND, OPENAI_BACKEND
from wagtail_llm_actions.runs.request.parameters import clamp_to_capabilities

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_django import Settings

OPENAI = {"BACKEND": OPENAI_BACKEND, "API_KEY": "sk-test"}
LUNA = "gpt-6-luna"


@pytest.fixture
def models(settings: Settings) -> Any:
    def read(
        providers: Mapping[str, object], models: Mapping[str, object] | None = None
    ) -> Mapping[str, ModelSettings]:
        settings.WAGTAIL_LLM_ACTIONS = {"PROVIDERS": providers, "MODELS": models or {}}
        return get_settings().models

    return read


@pytest.mark.parametrize(
    ("vendor", "provider"),
    [
        ("openai", OPENAI),
        ("openai", OPENAI | {"BASE_URL": "https://eu.api.openai.com/v1"}),
        ("anthropic", {"BACKEND": ANTHROPIC_BACKEND}),
        ("ollama", {"BACKEND": OLLAMA_BACKEND}),
        ("ollama", {"BACKEND": OLLAMA_BACKEND, "BASE_URL": "http://gpu.example:11434"}),
    ],
)
def test_a_configured_vendor_brings_its_models(
    models: Any, vendor: str, provider: Mapping[str, object]
) -> None:
    found = models({"mine": provider})

    assert list(found) == [key for key, row in catalog().items() if row.vendor == vendor]
    assert {model.provider for model in found.values()} == {"mine"}


def test_a_compatible_server_has_models_of_its_own(models: Any) -> None:
    assert models({"mine": OPENAI | {"BASE_URL": "https://llm.example/v1"}}) == {}


def test_one_line_adds_a_model_that_the_list_does_not_know(models: Any) -> None:
    new = models({"mine": OPENAI}, {"new": {"PROVIDER": "mine", "NAME": "gpt-7"}})["new"]

    assert (new.name, new.label) == ("gpt-7", "new")
    assert not new.capabilities.accepts_temperature, "the vendor's newest models refuse one"


def test_a_model_of_a_compatible_server_takes_a_temperature(models: Any) -> None:
    provider = OPENAI | {"BASE_URL": "https://llm.example/v1"}

    new = models({"mine": provider}, {"new": {"PROVIDER": "mine", "NAME": "owl"}})["new"]

    assert new.capabilities.accepts_temperature


def test_a_name_that_the_list_knows_brings_its_facts(models: Any) -> None:
    own = models({"mine": OPENAI}, {"quick": {"PROVIDER": "mine", "NAME": LUNA}})["quick"]

    assert own.capabilities == catalog()[LUNA].capabilities
    assert own.capabilities.context_tokens


def test_an_entry_of_the_list_is_corrected_in_part(models: Any) -> None:
    price = {"INPUT": "0.5", "OUTPUT": 2, "REQUESTS": 5}

    own = models({"mine": OPENAI}, {LUNA: {"CONTEXT_TOKENS": 9, "PRICE": price}})[LUNA]

    assert (own.label, own.name, own.provider) == (catalog()[LUNA].label, LUNA, "mine")
    assert own.capabilities.context_tokens == 9
    assert own.capabilities.reasoning_effort == catalog()[LUNA].capabilities.reasoning_effort
    assert own.price == ListPrice(
        input=Decimal("0.5"), cached_input=Decimal("0.5"), output=Decimal(2), requests=Decimal(5)
    )


def test_none_hides_an_entry(models: Any) -> None:
    assert LUNA not in models({"mine": OPENAI}, {LUNA: None})


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({}, "needs the key 'NAME'"),
        ({"PROVIDER": "mine"}, "needs the key 'NAME'"),
        (
            {"PRICE": {"INPUT": "1,5", "OUTPUT": 2}},
            "['PRICE']['INPUT'] must be US dollars per million tokens, such as 1.5, not '1,5'.",
        ),
        (
            {"PRICE": {"INPUT": 1, "OUTPUT": 2, "REQUESTS": "five"}},
            "['PRICE']['REQUESTS'] must be US dollars per thousand requests, such as 1.5, not 'five'.",
        ),
        ({"CONTEXT_TOKENS": 0}, "['CONTEXT_TOKENS'] must be a number above 0, not 0."),
        ({"MAX_OUTPUT_TOKENS": -5}, "['MAX_OUTPUT_TOKENS'] must be a number above 0, not -5."),
        ({"NAME": " owl "}, "['NAME'] must not begin or end with white space."),
        ({"PRICES": {}}, "unknown key 'PRICES'"),
        ({"ACCEPTS_TEMPERATURE": "no"}, "['ACCEPTS_TEMPERATURE'] must be True or False."),
        ({"CONTEXT_TOKENS": "9"}, "['CONTEXT_TOKENS'] must be a whole number."),
        ({"CONTEXT_TOKENS": True}, "['CONTEXT_TOKENS'] must be a whole number."),
        ({"MAX_TEMPERATURE": "1"}, "['MAX_TEMPERATURE'] must be a number."),
        ({"PRICE": 3}, "['PRICE'] must be a dict."),
    ],
)
def test_a_wrong_entry_is_named(models: Any, entry: Mapping[str, object], words: str) -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        models({"mine": OPENAI}, {"new": entry})

    assert words in str(caught.value)
    assert "['MODELS']['new']" in str(caught.value)


@pytest.mark.parametrize(
    "price",
    [
        {},
        {"INPUT": 1},
        {"INPUT": "cheap", "OUTPUT": 1},
        {"INPUT": -1, "OUTPUT": 1},
        {"INPUT": "nan", "OUTPUT": 1},
    ],
)
def test_a_wrong_price_is_named(models: Any, price: Mapping[str, object]) -> None:
    with pytest.raises(ImproperlyConfigured, match="US dollars per million"):
        models({"mine": OPENAI}, {LUNA: {"PRICE": price}})


def test_what_is_sent_is_what_the_model_takes(models: Any) -> None:
    facts = {
        "MAX_TEMPERATURE": 1.0,
        "ACCEPTS_TEMPERATURE": True,
        "REASONING_EFFORT": "low",
        "REASONING_TOKENS": 2000,
        "MAX_OUTPUT_TOKENS": 2500,
    }
    entry = {"PROVIDER": "mine", "NAME": "owl", **facts}
    model = models({"mine": OPENAI}, {"owl": entry})["owl"]

    assert clamp_to_capabilities(model, temperature=1.7, max_tokens=100) == {
        "temperature": 1.0,
        "max_tokens": 2100,
        "reasoning_effort": "low",
    }
    assert clamp_to_capabilities(model, temperature=0.2, max_tokens=1000)["temperature"] == 0.2
    assert clamp_to_capabilities(model, temperature=0.2, max_tokens=1000)["max_tokens"] == 2500


def test_a_model_without_a_temperature_gets_none(models: Any) -> None:
    model = models({"mine": OPENAI})[LUNA]

    assert clamp_to_capabilities(model, temperature=0.7, max_tokens=10)["temperature"] is None


@pytest.mark.parametrize(
    ("provider", "model", "tokens"),
    [
        ({}, {}, None),
        ({}, {"CONTEXT_TOKENS": 900}, 900),
        ({"context_tokens": 400}, {"CONTEXT_TOKENS": 900}, 400),
        ({"context_tokens": 400}, {"OPTIONS": {"context_tokens": 700}}, 700),
        ({"context_tokens": 4000}, {"CONTEXT_TOKENS": 900}, 900),
        ({"extra_body": {"options": {"num_ctx": 500}}}, {"CONTEXT_TOKENS": 900}, 500),
    ],
)
def test_the_smallest_context_is_the_limit(
    models: Any, provider: Mapping[str, object], model: Mapping[str, object], tokens: int | None
) -> None:
    entry = {"PROVIDER": "mine", "NAME": "owl", **model}

    found = models({"mine": {"BACKEND": OLLAMA_BACKEND, "OPTIONS": provider}}, {"owl": entry})[
        "owl"
    ]

    assert context_limit(found) == tokens


def test_a_model_has_a_limit_of_its_own_to_the_first_token(models: Any) -> None:
    entry = {"PROVIDER": "mine", "NAME": "owl"}
    found = models({"mine": OPENAI}, {"quick": entry, "slow": entry | {"FIRST_TOKEN_TIMEOUT": 300}})

    assert first_token_timeout_seconds(found["slow"]) == 300
    assert first_token_timeout_seconds(found["quick"]) == get_settings().first_token_timeout_seconds


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"OPTIONS": {"colour": 1}}, "unknown key 'colour'"),
        ({"OPTIONS": {"extra_query": {"a": 1}}}, "'extra_query'"),
        ({"OPTIONS": {"extra_headers": {"X-Key": "a-secret"}}}, "is for a whole provider"),
        ({"FIRST_TOKEN_TIMEOUT": 0}, "number above 0"),
    ],
)
def test_a_wrong_option_of_a_model_is_told(
    models: Any, wrong: Mapping[str, object], problem: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match=problem):
        models({"mine": OPENAI}, {"owl": {"PROVIDER": "mine", "NAME": "owl", **wrong}})
