"""The settings dict becomes one frozen object; what is wrong in it is named, without its value."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy

from wagtail_llm_actions.conf import (
    RQ_QUEUE,
    THREAD_QUEUE,
    Currency,
    Limits,
    ModelSettings,
    Retention,
    get_settings,
)
from wagtail_llm_actions.conf.providers import (
    ANTHROPIC_BACKEND,
    OLLAMA_BACKEND,
    OPENAI_BACKEND,
)
from wagtail_llm_actions.provider_registry import get_provider
from wagtail_llm_actions.queues.rq import RQQueue
from wagtail_llm_actions.streams import get_stream
from wagtail_llm_actions.streams.database import DatabaseStream
from wagtail_llm_actions.streams.redis import RedisStream

if TYPE_CHECKING:
    from pytest_django import Settings

SECRET = "sk-very-secret"  # noqa: S105 - stands for a key


def entry(**values: object) -> dict[str, object]:
    return {"BACKEND": OPENAI_BACKEND, **values}


@pytest.fixture
def no_keys(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "OLLAMA_HOST"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.mark.usefixtures("no_keys")
def test_a_site_that_sets_nothing_gets_the_defaults(settings: Settings) -> None:
    settings.WAGTAIL_LLM_ACTIONS = {}  # Deleting alone sends no signal.
    del settings.WAGTAIL_LLM_ACTIONS

    found = get_settings()

    assert found.providers == {}
    assert found.models == {}
    assert found.queue == THREAD_QUEUE
    assert type(get_stream()) is DatabaseStream
    assert found.threads == 4
    assert found.first_token_timeout_seconds == 60
    assert found.run_timeout_seconds == 180
    assert found.lease_seconds == 15
    assert found.max_prompt_chars == 100_000
    assert (found.currency, found.estimate_from_cents) == (None, Decimal(1))
    assert found.limits == Limits(
        user_concurrent=10,
        user_per_minute=60,
        user_per_day=500,
        site_concurrent=200,
        site_per_minute=1_000,
        site_per_day=2_000,
    )


def test_every_key_reaches_its_attribute(settings: Settings) -> None:
    settings.WAGTAIL_LLM_ACTIONS = {
        "PROVIDERS": {
            "cloud": entry(API_KEY=SECRET, BASE_URL="https://cloud.example/v1", OPTIONS={"a": 1})
        },
        "MODELS": {
            "quick": {"PROVIDER": "cloud", "NAME": "m-1", "LABEL": "Quick", "DESCRIPTION": "Fast."}
        },
        "QUEUE": "site.queues.Queue",
        "STREAM": "site.streams.Stream",
        "THREADS": 2,
        "FIRST_TOKEN_TIMEOUT": 5,
        "RUN_TIMEOUT": 7.5,
        "LEASE_SECONDS": 9,
        "MAX_PROMPT_CHARS": 11,
        "LIMITS": {"USER_CONCURRENT": None, "SITE_PER_MINUTE": 300},
        "CURRENCY": {"CODE": "EUR", "RATE": "0.86", "DATE": "2026-11-01"},
        "POST_SUMMARY_FIELDS": {"blog.BlogPage": "subtitle"},
    }

    found = get_settings()

    provider, model = found.providers["cloud"], found.models["quick"]
    assert (provider.alias, provider.backend, provider.api_key, provider.base_url) == (
        "cloud",
        OPENAI_BACKEND,
        SECRET,
        "https://cloud.example/v1",
    )
    assert provider.options == {"a": 1}
    assert model == ModelSettings(
        key="quick", provider="cloud", name="m-1", label="Quick", description="Fast."
    )
    assert (found.queue, found.threads, found.max_prompt_chars) == ("site.queues.Queue", 2, 11)
    assert (found.first_token_timeout_seconds, found.run_timeout_seconds) == (5, 7.5)
    assert found.stream == "site.streams.Stream"
    assert found.lease_seconds == 9
    assert found.limits == Limits(user_concurrent=None, site_per_minute=300)
    assert found.currency == Currency(code="EUR", rate=Decimal("0.86"), date=date(2026, 11, 1))
    assert found.post_summary_fields == {"blog.BlogPage": "subtitle"}


def test_a_model_is_called_by_its_key_where_it_has_no_label(settings: Settings) -> None:
    settings.WAGTAIL_LLM_ACTIONS = {"MODELS": {"quick": {"PROVIDER": "cloud", "NAME": "m-1"}}}

    assert get_settings().models["quick"].label == "quick"


def test_a_label_may_be_translated_later(settings: Settings) -> None:
    label: Any = gettext_lazy("Yes")
    settings.WAGTAIL_LLM_ACTIONS = {
        "MODELS": {"quick": {"PROVIDER": "cloud", "NAME": "m-1", "LABEL": label}}
    }

    assert get_settings().models["quick"].label is label


def test_what_the_environment_does_not_have_counts_as_not_set(settings: Settings) -> None:
    settings.WAGTAIL_LLM_ACTIONS = {
        "PROVIDERS": {"cloud": entry(API_KEY=None, BASE_URL=None, OPTIONS=None)}
    }

    provider = get_settings().providers["cloud"]

    assert (provider.api_key, provider.base_url, provider.options) == (None, None, {})


@pytest.mark.parametrize(
    ("alias", "backend"), [("openai", OPENAI_BACKEND), ("anthropic", ANTHROPIC_BACKEND)]
)
def test_without_providers_the_environment_is_asked(
    settings: Settings, no_keys: pytest.MonkeyPatch, alias: str, backend: str
) -> None:
    no_keys.setenv(f"{alias.upper()}_API_KEY", SECRET)
    no_keys.setenv(f"{alias.upper()}_BASE_URL", "http://127.0.0.1:8080")
    settings.WAGTAIL_LLM_ACTIONS = {}

    (provider,) = get_settings().providers.values()

    assert (provider.alias, provider.backend, provider.api_key) == (alias, backend, SECRET)
    assert provider.base_url == "http://127.0.0.1:8080"
    assert get_provider(alias).alias == alias


def test_without_providers_ollama_is_found_by_its_own_variable(
    settings: Settings, no_keys: pytest.MonkeyPatch
) -> None:
    no_keys.setenv("OLLAMA_HOST", "0.0.0.0:8080")
    settings.WAGTAIL_LLM_ACTIONS = {}

    (provider,) = get_settings().providers.values()

    assert (provider.alias, provider.backend, provider.api_key) == ("ollama", OLLAMA_BACKEND, None)
    assert get_provider("ollama").base_url == "http://127.0.0.1:8080"


def test_with_providers_the_environment_is_not_asked(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    settings.WAGTAIL_LLM_ACTIONS = {"PROVIDERS": {}}

    assert get_settings().providers == {}


def test_a_change_in_a_test_is_seen_at_once(settings: Settings) -> None:
    assert get_settings().threads == 4

    settings.WAGTAIL_LLM_ACTIONS = {"THREADS": 1}

    assert get_settings().threads == 1


def test_queues_of_django_rq_choose_the_queue_and_the_stream(settings: Settings) -> None:
    settings.RQ_QUEUES = {"llm": {}, "llm_bulk": {}}

    assert get_settings().queue == RQ_QUEUE
    assert type(get_stream()) is RedisStream


def test_the_site_may_choose_threads_beside_its_own_use_of_django_rq(settings: Settings) -> None:
    settings.RQ_QUEUES = {"default": {}}
    settings.WAGTAIL_LLM_ACTIONS = {"QUEUE": THREAD_QUEUE}

    assert get_settings().queue == THREAD_QUEUE
    assert type(get_stream()) is DatabaseStream


class OwnRQQueue(RQQueue):
    """What a site writes that changes a detail of the queue."""


class OwnStream(DatabaseStream):
    flush_seconds = 1.0


def test_a_subclass_of_the_rq_queue_keeps_its_stream(settings: Settings) -> None:
    settings.WAGTAIL_LLM_ACTIONS = {"QUEUE": f"{__name__}.OwnRQQueue"}

    assert type(get_stream()) is RedisStream


def test_the_site_may_choose_the_stream_beside_any_queue(settings: Settings) -> None:
    settings.RQ_QUEUES = {"llm": {}, "llm_bulk": {}}
    settings.WAGTAIL_LLM_ACTIONS = {"STREAM": f"{__name__}.OwnStream"}

    assert get_settings().queue == RQ_QUEUE
    assert type(get_stream()) is OwnStream
    assert get_stream().flush_seconds == 1.0


def test_no_key_is_in_any_representation(settings: Settings) -> None:
    settings.WAGTAIL_LLM_ACTIONS = {
        "PROVIDERS": {"cloud": entry(API_KEY=SECRET, OPTIONS={"organization": SECRET})}
    }

    found = get_settings()

    assert found.providers["cloud"].api_key == SECRET
    assert SECRET not in f"{found!r} {found} {found.providers!r} {found.providers['cloud']}"


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ([], "WAGTAIL_LLM_ACTIONS must be a dict."),
        ({"PROVIDERS": []}, "['PROVIDERS'] must be a dict."),
        ({"PROVIDERS": {"a": SECRET}}, "['PROVIDERS']['a'] must be a dict."),
        ({"PROVIDERS": {"a": {}}}, "['PROVIDERS']['a'] needs the key 'BACKEND'."),
        ({"PROVIDERS": {"a": {"BACKEND": ""}}}, "['PROVIDERS']['a'] needs the key 'BACKEND'."),
        ({"PROVIDERS": {"a": {"BACKEND": None}}}, "['PROVIDERS']['a'] needs the key 'BACKEND'."),
        ({"PROVIDERS": {"a": {"BACKEND": 5}}}, "['PROVIDERS']['a']['BACKEND'] must be a string."),
        (
            {"PROVIDERS": {"a": entry(KEY=SECRET)}},
            "['PROVIDERS']['a'] has an unknown key 'KEY'; known are BACKEND, API_KEY, BASE_URL, OPTIONS.",
        ),
        (
            {"PROVIDERS": {"a": entry(API_KEY=[SECRET])}},
            "['PROVIDERS']['a']['API_KEY'] must be a string.",
        ),
        (
            {"PROVIDERS": {"a": entry(BASE_URL=1)}},
            "['PROVIDERS']['a']['BASE_URL'] must be a string.",
        ),
        (
            {"PROVIDERS": {"a": entry(OPTIONS=SECRET)}},
            "['PROVIDERS']['a']['OPTIONS'] must be a dict.",
        ),
        ({"MODELS": None}, "['MODELS'] must be a dict."),
        ({"MODELS": {"m": "gpt"}}, "['MODELS']['m'] must be a dict."),
        ({"MODELS": {"m": {"NAME": "x"}}}, "['MODELS']['m'] needs the key 'PROVIDER'."),
        ({"MODELS": {"m": {"PROVIDER": "x"}}}, "['MODELS']['m'] needs the key 'NAME'."),
        (
            {"MODELS": {"m": {"PROVIDER": "x", "NAME": "y", 5: 6}}},
            "['MODELS']['m'] has an unknown key 5; known are PROVIDER, NAME,",
        ),
        (
            {"MODELS": {"m": {"PROVIDER": "x", "NAME": "y", "LABEL": 5}}},
            "['MODELS']['m']['LABEL'] must be a string.",
        ),
        ({"QUEUE": 5}, "['QUEUE'] must be the dotted path of a class."),
        ({"STREAM": 5}, "['STREAM'] must be the dotted path of a class."),
        ({"POST_SUMMARY_FIELDS": "summary"}, "['POST_SUMMARY_FIELDS'] must be a dict."),
        ({"SOURCE_PROPERTIES": {"a.B": "c"}}, "must be a dict whose values are lists of names."),
        ({"THREADS": 0}, "['THREADS'] must be a number above 0, not 0."),
        ({"THREADS": 1.5}, "['THREADS'] must be a number above 0, not 1.5."),
        ({"THREADS": True}, "['THREADS'] must be a number above 0, not True."),
        ({"RUN_TIMEOUT": "60"}, "['RUN_TIMEOUT'] must be a number above 0, not '60'."),
        ({"RUN_TIMEOUT": float("inf")}, "['RUN_TIMEOUT'] must be a number above 0, not inf."),
        ({"RUN_TIMEOUT": float("nan")}, "['RUN_TIMEOUT'] must be a number above 0, not nan."),
        ({"LEASE_SECONDS": -1}, "['LEASE_SECONDS'] must be a number above 0, not -1."),
        ({"FIRST_TOKEN_TIMEOUT": None}, "['FIRST_TOKEN_TIMEOUT'] must be a number above 0, not"),
        ({"MAX_PROMPT_CHARS": "5"}, "['MAX_PROMPT_CHARS'] must be a number above 0, not '5'."),
    ],
)
def test_a_wrong_value_is_named_by_its_key_and_secrets_are_not_quoted(
    settings: Settings, raw: Any, message: str
) -> None:
    settings.WAGTAIL_LLM_ACTIONS = raw

    with pytest.raises(ImproperlyConfigured) as caught:
        get_settings()

    assert message in str(caught.value)
    assert SECRET not in str(caught.value)


def test_a_site_says_how_long_its_history_is_kept(settings: Settings) -> None:
    assert get_settings().retention == Retention(redact_after_days=90, delete_after_days=None)

    settings.WAGTAIL_LLM_ACTIONS = {"RETENTION": {"REDACT_AFTER_DAYS": 7}}
    assert get_settings().retention == Retention(redact_after_days=7, delete_after_days=None)

    settings.WAGTAIL_LLM_ACTIONS = {"RETENTION": {"DAYS": 7, "MODE": "all", "DELETE_AFTER_DAYS": 0}}
    with pytest.raises(ImproperlyConfigured) as caught:
        get_settings()
    assert (
        "unknown key 'DAYS'; known are MODE, REDACT_AFTER_DAYS, DELETE_AFTER_DAYS, CACHE."
        in str(caught.value)
    )
    assert "['MODE'] must be one of 'keep', 'figures', 'nothing', not 'all'." in str(caught.value)
    assert "['DELETE_AFTER_DAYS'] must be a whole number of days above 0" in str(caught.value)
