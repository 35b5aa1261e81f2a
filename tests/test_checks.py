"""Every mistake in the settings is a check message with an id, and a hint that says what to do."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.checks import ERROR, WARNING, CheckMessage, run_checks
from django.core.management import CommandError, call_command

from tests.settings import WAGTAIL_LLM_ACTIONS
from wagtail_llm_actions.conf import RQ_QUEUE, THREAD_QUEUE
from wagtail_llm_actions.conf.providers import OPENAI_BACKEND
from wagtail_llm_actions.fields import base
from wagtail_llm_actions.fields.text import TextAdapter
from wagtail_llm_actions.providers.openai import OpenAIProvider
from wagtail_llm_actions.queues import get_queue
from wagtail_llm_actions.queues.rq import RQQueue
from wagtail_llm_actions.queues.thread import ThreadQueue

if TYPE_CHECKING:
    from pytest_django import Settings

# Some checks of Wagtail read the database.
pytestmark = pytest.mark.django_db

RQ_QUEUES = {"llm": {"URL": "redis://127.0.0.1:1/0"}, "llm_bulk": {"URL": "redis://127.0.0.1:1/0"}}
MODEL = {"PROVIDER": "test", "NAME": "scripted"}
KEPT_QUEUE = "tests.kept_queue.KeptQueue"
OWN_RQ_QUEUE = f"{__name__}.OwnRQQueue"
REDIS_STREAM = "wagtail_llm_actions.streams.redis.RedisStream"


class OwnRQQueue(RQQueue):
    """What a site writes that changes a detail of the queue."""


@pytest.fixture
def check_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process be `manage.py check`."""
    monkeypatch.setattr(sys, "argv", ["manage.py", "check"])


def messages() -> list[CheckMessage]:
    return [
        message for message in run_checks() if str(message.id).startswith("wagtail_llm_actions.")
    ]


def test_a_complete_configuration_with_django_rq_gives_no_message(settings: Settings) -> None:
    settings.RQ_QUEUES = RQ_QUEUES
    settings.WAGTAIL_LLM_ACTIONS = WAGTAIL_LLM_ACTIONS | {
        "POST_SUMMARY_FIELDS": {"blog.BlogPage": "summary"}
    }

    assert messages() == []


def test_a_queue_of_the_sites_own_gives_no_message(settings: Settings) -> None:
    settings.WAGTAIL_LLM_ACTIONS = WAGTAIL_LLM_ACTIONS | {"QUEUE": KEPT_QUEUE}

    assert messages() == []


@pytest.mark.parametrize(
    ("raw", "check_id", "message", "hint"),
    [
        ("text", "E001", "WAGTAIL_LLM_ACTIONS must be a dict.", "docs/settings.md"),
        ({"THREADS": 0}, "E001", "['THREADS'] must be a number above 0", "docs/settings.md"),
        (
            {"LIMITS": {"PER_USER": 1}},
            "E001",
            "['LIMITS'] has an unknown key 'PER_USER'; known are USER_CONCURRENT, USER_PER_MINUTE",
            "docs/settings.md",
        ),
        (
            {"LIMITS": {"USER_CONCURRENT": 0}},
            "E001",
            "['LIMITS']['USER_CONCURRENT'] must be a whole number above 0, or None for no limit",
            "docs/settings.md",
        ),
        (
            {"LIMITS": {"SITE_PER_MINUTE": True}},
            "E001",
            "['LIMITS']['SITE_PER_MINUTE'] must be a whole number above 0",
            "docs/settings.md",
        ),
        (
            {"ESTIMATE_FROM_CENTS": "a few"},
            "E001",
            "['ESTIMATE_FROM_CENTS'] must be a number of US cents, 0 for every click or None for none",
            "docs/settings.md",
        ),
        ({"ESTIMATE_FROM_CENTS": -1}, "E001", "must be a number of US cents", "docs/settings.md"),
        ({"ESTIMATE_FROM_CENTS": True}, "E001", "must be a number of US cents", "docs/settings.md"),
        ({"ESTIMATE_FROM_CENTS": float("inf")}, "E001", "US cents", "docs/settings.md"),
        ({"LIMITS": 5}, "E001", "['LIMITS'] must be a dict.", "docs/settings.md"),
        ({"THREDS": 1, 5: 6}, "W001", "unknown key 'THREDS'", "Known keys are CURRENCY"),
        (
            {"PROVIDERS": {"a": {"BACKEND": "missing.Provider"}}},
            "E002",
            "['PROVIDERS']['a'] names no provider: No module named 'missing'.",
            OPENAI_BACKEND,
        ),
        (
            {"PROVIDERS": {"a": {"BACKEND": "Provider"}}},
            "E002",
            "['PROVIDERS']['a'] names no provider",
            OPENAI_BACKEND,
        ),
        (
            {"PROVIDERS": {"a": {"BACKEND": "wagtail_llm_actions.errors.ErrorCode"}}},
            "E002",
            "['PROVIDERS']['a']: wagtail_llm_actions.errors.ErrorCode is not a subclass of Prov",
            OPENAI_BACKEND,
        ),
        (
            {"PROVIDERS": {"a": {"BACKEND": OPENAI_BACKEND, "BASE_URL": "localhost:8080"}}},
            "E002",
            "['PROVIDERS']['a']: BASE_URL must be an address such as https://host/v1",
            "docs/settings.md",
        ),
        (
            {"MODELS": {"m": {"PROVIDER": "tset", "NAME": "x"}}},
            "E003",
            "['MODELS']['m']['PROVIDER'] is 'tset', which is not in PROVIDERS.",
            "Use one of these providers: test.",
        ),
        (
            {"PROVIDERS": {}},
            "E003",
            "['MODELS']['scripted']['PROVIDER'] is 'test'",
            "Use one of these providers: none is configured.",
        ),
        ({"MODELS": {}}, "W002", "No model is configured", "Add WAGTAIL_LLM_ACTIONS ="),
        (
            {"POST_SUMMARY_FIELDS": {"blog.blogpage": "summary"}},
            "W003",
            "maps 'blog.blogpage' to 'summary', but there is no such model or field",
            "exact label",
        ),
        (
            {"POST_SUMMARY_FIELDS": {"blog.BlogPage": "sumary"}},
            "W003",
            "maps 'blog.BlogPage' to 'sumary'",
            "exact label",
        ),
        (
            {"SOURCE_PROPERTIES": {"blog.BlogPage": ["teaser", "teazer"]}},
            "W006",
            "names blog.BlogPage.teazer, but there is no such model, property or method",
            "exact label",
        ),
        ({"QUEUE": "missing.Queue"}, "E004", "['QUEUE'] is 'missing.Queue'", "extra"),
        (
            {"QUEUE": "datetime.datetime"},
            "E004",
            "'datetime.datetime', which is not a Queue subclass",
            "dotted path",
        ),
        (
            {"QUEUE": "datetime.UTC"},
            "E004",
            "'datetime.UTC', which is not a Queue subclass",
            "dotted path",
        ),
        (
            {"QUEUE": RQ_QUEUE},
            "E005",
            "RQ_QUEUES has no queue 'llm' and no queue 'llm_bulk'",
            "Add",
        ),
        ({"QUEUE": OWN_RQ_QUEUE}, "E005", "RQ_QUEUES has no queue 'llm' and no queue", "Add"),
        ({"STREAM": "missing.Stream"}, "E006", "['STREAM'] is 'missing.Stream'", "the queue has"),
        ({"STREAM": KEPT_QUEUE}, "E006", "which is not a Stream subclass", "dotted path"),
        ({"STREAM": REDIS_STREAM}, "E005", "RQ_QUEUES has no queue 'llm'.", "Add"),
    ],
)
def test_a_mistake_has_an_id_and_a_hint(
    settings: Settings, raw: Any, check_id: str, message: str, hint: str
) -> None:
    good = WAGTAIL_LLM_ACTIONS | {"QUEUE": KEPT_QUEUE}
    settings.WAGTAIL_LLM_ACTIONS = good | raw if isinstance(raw, dict) else raw

    found = {found.id: found for found in messages()}

    shown = found[f"wagtail_llm_actions.{check_id}"]
    assert message in str(shown.msg)
    assert hint in str(shown.hint)


@pytest.mark.parametrize(
    ("queues", "missing"),
    [
        ({"default": RQ_QUEUES["llm"]}, "'llm' and no queue 'llm_bulk'"),
        ({"llm": RQ_QUEUES["llm"]}, "'llm_bulk'"),
    ],
)
def test_a_site_with_other_queues_of_django_rq_uses_threads_and_is_told(
    settings: Settings, queues: Any, missing: str
) -> None:
    settings.RQ_QUEUES = queues

    (message,) = messages()

    assert type(get_queue()) is ThreadQueue
    assert (message.id, message.level) == ("wagtail_llm_actions.W006", WARNING)
    assert message.msg.startswith(f"RQ_QUEUES has no queue {missing}, so LLM runs are executed in ")
    assert "Add them to RQ_QUEUES" in str(message.hint)
    assert f"WAGTAIL_LLM_ACTIONS = {{'QUEUE': '{THREAD_QUEUE}'}}" in str(message.hint)


def test_each_way_out_ends_the_warning(settings: Settings) -> None:
    settings.RQ_QUEUES = RQ_QUEUES | {"default": RQ_QUEUES["llm"]}
    assert messages() == []

    settings.RQ_QUEUES = {"default": RQ_QUEUES["llm"]}
    settings.WAGTAIL_LLM_ACTIONS = WAGTAIL_LLM_ACTIONS | {"QUEUE": THREAD_QUEUE}
    assert not [message for message in messages() if message.level >= WARNING]


def test_a_worker_names_the_queues_that_are_missing(settings: Settings) -> None:
    settings.RQ_QUEUES = {"default": RQ_QUEUES["llm"]}

    with pytest.raises(CommandError, match="RQ_QUEUES has no queue 'llm' and no queue 'llm_bulk'"):
        call_command("llm_actions_worker")


def test_the_recommendation_outlives_settings_that_are_no_dict(
    settings: Settings, check_command: None
) -> None:
    settings.WAGTAIL_LLM_ACTIONS = "text"

    found = {str(message.id) for message in messages()}

    assert found == {"wagtail_llm_actions.E001", "wagtail_llm_actions.I001"}


def test_a_stream_that_the_site_has_chosen_is_fine(settings: Settings) -> None:
    settings.RQ_QUEUES = RQ_QUEUES
    settings.WAGTAIL_LLM_ACTIONS = WAGTAIL_LLM_ACTIONS | {"STREAM": REDIS_STREAM}

    assert messages() == []


def test_each_mistake_is_reported_and_not_only_the_first(settings: Settings) -> None:
    settings.WAGTAIL_LLM_ACTIONS = {
        "PROVIDERS": {"a": {"BACKEND": "x.Y"}, "b": {"BACKEND": "x.Z"}},
        "MODELS": {"m": MODEL, "n": MODEL},
        "QUEUE": "x.Queue",
    }

    ids = [str(message.id).rpartition(".")[2] for message in messages()]

    assert sorted(ids) == ["E002", "E002", "E003", "E003", "E004"]


def test_wrong_values_hide_neither_each_other_nor_what_else_is_wrong(settings: Settings) -> None:
    settings.WAGTAIL_LLM_ACTIONS = {
        "THREADS": 0,
        "RUN_TIMEOUT": "long",
        "LIMITS": {"PER_USER": 1, "USER_CONCURRENT": 0},
        "POST_SUMMARY_FIELDS": 5,
        "PROVIDERS": {
            "a": {"BACKEND": "x.Y"},
            "b": {"URL": "http://b", "KEY": "secret", "OPTIONS": 5},
            "c": 5,
        },
        "MODELS": {
            "m": {"PROVIDER": "c", "NAM": "x", "PRICE": {"INPUT": 1}, "FIRST_TOKEN_TIMEOUT": 0},
            "n": {"PROVIDER": "z", "NAME": "x", "CONTEXT_TOKENS": "many"},
        },
        "QUEUE": "x.Queue",
        "STREAM": 5,
    }

    found = [(str(message.id).rpartition(".")[2], message.msg) for message in messages()]

    named = (
        "['THREADS']",
        "['RUN_TIMEOUT']",
        "'PER_USER'",
        "['USER_CONCURRENT']",
        "['POST_SUMMARY_FIELDS']",
        "['b'] has an unknown key 'URL'",
        "['b'] has an unknown key 'KEY'",
        "['b']['OPTIONS']",
        "['b'] needs the key 'BACKEND'",
        "['c'] must be a dict",
        "['m'] has an unknown key 'NAM'",
        "['m'] needs the key 'NAME'",
        "['m']['PRICE'] needs",
        "['m']['FIRST_TOKEN_TIMEOUT']",
        "['n']['CONTEXT_TOKENS']",
        "['STREAM']",
    )
    wrong = [text for check_id, text in found if check_id == "E001"]
    assert len(wrong) == len(named)
    assert all(any(name in text for text in wrong) for name in named)
    others = sorted(check_id for check_id, _text in found if check_id != "E001")
    assert others == ["E002", "E003", "E004"]


@pytest.mark.parametrize("command", [["migrate"], ["runserver", "check"], []])
def test_threads_are_not_named_by_other_commands(
    command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["manage.py", *command])

    assert messages() == []


def test_threads_are_named_by_the_command_check_unless_they_were_chosen(
    settings: Settings, check_command: None
) -> None:
    (found,) = messages()
    assert found.id == "wagtail_llm_actions.I001"
    assert "install django-rq" in str(found.hint)

    settings.WAGTAIL_LLM_ACTIONS = WAGTAIL_LLM_ACTIONS | {"QUEUE": THREAD_QUEUE}
    assert messages() == []


def test_a_server_at_an_address_of_its_own_lacks_its_models_only(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WAGTAIL_LLM_ACTIONS = {}
    (found,) = messages()
    assert "Set OPENAI_API_KEY or ANTHROPIC_API_KEY" in str(found.hint)

    monkeypatch.setenv("OPENAI_API_KEY", "sk-1")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://localhost:8080/v1")
    settings.WAGTAIL_LLM_ACTIONS = {"THREADS": 2}
    (found,) = messages()

    assert found.id == "wagtail_llm_actions.W002"
    assert "the provider 'openai' is set up, and only MODELS is missing" in str(found.hint)
    assert "{'MODELS': {'my-model': {'PROVIDER': 'openai', 'NAME':" in str(found.hint)


def test_a_client_library_that_is_missing_is_named_before_anything_runs(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(OpenAIProvider, "packages", ("a-library-that-is-missing",))
    monkeypatch.setenv("OPENAI_API_KEY", "sk-1")
    settings.WAGTAIL_LLM_ACTIONS = {}

    (found,) = messages()

    assert found.id == "wagtail_llm_actions.W008"
    assert found.hint == 'pip install "wagtail-llm-actions[openai]"'


def test_hints_lead_to_pages_that_are_installed(settings: Settings) -> None:
    settings.WAGTAIL_LLM_ACTIONS = {"THREADS": 0}

    page = str(messages()[0].hint).partition(" ")[0]

    assert Path(page).name == "settings.md"
    assert Path(page).is_file()


def test_every_message_has_a_hint(settings: Settings) -> None:
    settings.WAGTAIL_LLM_ACTIONS = {"UNKNOWN": 1, "PROVIDERS": {"a": {"BACKEND": "x.Y"}}}

    assert all(message.hint for message in messages())


def with_provider(settings: Settings, **entry: str | None) -> list[CheckMessage]:
    settings.RQ_QUEUES = RQ_QUEUES
    settings.WAGTAIL_LLM_ACTIONS = {
        "PROVIDERS": {"a": {"BACKEND": OPENAI_BACKEND, **entry}},
        "MODELS": {"m": {"PROVIDER": "a", "NAME": "x"}},
    }
    return messages()


@pytest.mark.parametrize(
    ("backend", "path", "end"),
    [
        ("openai.OpenAIProvider", "/v1/chat/completions", "/chat/completions"),
        ("openai.OpenAIProvider", "/v1/chat/completions/", "/chat/completions"),
        ("openai.OpenAIProvider", "/openai/v1/chat/completions?api-version=1", "/chat/completions"),
        ("openai.OpenAIProvider", "/v1/Completions", "/completions"),
        ("openai.OpenAIProvider", "/v1/responses", "/responses"),
        ("openai.OpenAIProvider", "/api/chat", "/api/chat"),
        ("anthropic.AnthropicProvider", "/v1/messages", "/messages"),
        ("anthropic.AnthropicProvider", "/v1/", "/v1"),
        ("ollama.OllamaProvider", "/api/chat", "/api/chat"),
        ("ollama.OllamaProvider", "/api/generate", "/api/generate"),
    ],
)
def test_a_pasted_endpoint_is_told(settings: Settings, backend: str, path: str, end: str) -> None:
    (found,) = with_provider(
        settings,
        BACKEND=f"wagtail_llm_actions.providers.{backend}",
        BASE_URL=f"https://llm.example{path}",
    )

    assert (found.id, found.level) == ("wagtail_llm_actions.E002", ERROR)
    assert f"BASE_URL must end before {end}," in found.msg


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("http://localhost:8080", "/v1"),
        ("https://llm.example/", "/v1"),
        ("https://api.openai.com", "/v1"),
        ("https://openrouter.ai", "/api/v1"),
        ("https://openrouter.ai/api", "/api/v1"),
        ("https://newsroom.openai.azure.com/", "/openai/v1"),
        ("https://generativelanguage.googleapis.com/v1beta", "/v1beta/openai"),
        ("https://api.groq.com/v1", "/openai/v1"),
    ],
)
def test_an_address_that_probably_lacks_its_path_is_told(
    settings: Settings, url: str, path: str
) -> None:
    (found,) = with_provider(settings, BASE_URL=url)

    assert (found.id, found.level) == ("wagtail_llm_actions.W004", WARNING)
    assert found.msg.endswith(f"has probably to go on with {path}.")


@pytest.mark.parametrize("address", ["https://gateway.example", "ftp://gateway.example"])
def test_no_message_shows_the_query_of_an_address(settings: Settings, address: str) -> None:
    found = with_provider(settings, BASE_URL=f"{address}?key=hidden")

    assert f"'{address}'" in found[0].msg
    assert "hidden" not in repr(found)


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8080/v1",
        "https://api.deepseek.com",
        "https://openrouter.ai/api/v1/",
        "https://newsroom.openai.azure.com/openai/deployments/gpt",
        "https://gateway.example/team-a/openai",
    ],
)
def test_an_address_that_is_complete_gives_no_message(settings: Settings, url: str) -> None:
    assert with_provider(settings, BASE_URL=url) == []


@pytest.mark.parametrize("key", ["BASE_URL", "API_KEY"])
@pytest.mark.parametrize(
    "form", ["{}\n", " {}", '"{}"', "'{}'", "{}\r\n", "{}\u00a0", "“{}”", "\ufeff{}"]
)
def test_what_comes_along_from_an_environment_file_is_told(
    settings: Settings, key: str, form: str
) -> None:
    value = {"BASE_URL": "https://llm.example/v1", "API_KEY": "sk-secret-of-the-site"}[key]

    (found,) = with_provider(settings, **{key: form.format(value)})

    assert f"{key} must " in found.msg
    assert "spaces, line breaks or quotation marks; look at the environment file" in found.msg
    assert "sk-secret" not in found.msg


def test_a_key_with_foreign_letters_is_told(settings: Settings) -> None:
    (found,) = with_provider(settings, API_KEY="sk-секрет")

    assert "API_KEY must hold ASCII characters only" in found.msg
    assert "секрет" not in found.msg


class MissingWriter(TextAdapter):
    """Names a script that nobody has written."""

    writer = "newsroom/missing.js"

    def accepts(self, field: object) -> bool:
        return False


def test_a_writer_that_is_no_static_file_is_told(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.RQ_QUEUES = RQ_QUEUES
    monkeypatch.setattr(base, "_adapters", [*base._adapters, MissingWriter()])

    (found,) = messages()

    assert found.id == "wagtail_llm_actions.W005"
    assert "'newsroom/missing.js' of the field adapter MissingWriter" in found.msg


class OnlyPartField(TextAdapter):
    """Says what its parts take, and not where they are."""

    def accepts(self, field: object) -> bool:
        return False

    def part_field(self, field: Any, part: str) -> Any:
        return None


def test_an_adapter_whose_parts_could_not_be_written_is_told(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.RQ_QUEUES = RQ_QUEUES
    monkeypatch.setattr(base, "_adapters", [*base._adapters, OnlyPartField()])

    found = messages()

    assert {message.id for message in found} == {"wagtail_llm_actions.E008"}
    assert ["part_form_field()" in found[0].msg, "item_object()" in found[1].msg] == [True, True]


@pytest.mark.parametrize(
    "key",
    [
        *("${OPENAI_API_KEY}", "$OPENAI_API_KEY", "%OPENAI_API_KEY%", "{{openai_key}}"),
        *("OPENAI_API_KEY", "env:OPENAI_API_KEY", "os.environ/OPENAI_API_KEY"),
        *("<YOUR_KEY>", "your-api-key", "your_openai_api_key", "sk-...", "sk-proj-****abcd"),
    ],
)
def test_a_key_that_was_not_filled_in_is_told(settings: Settings, key: str) -> None:
    (found,) = with_provider(settings, API_KEY=key)

    assert (found.id, found.level) == ("wagtail_llm_actions.E002", ERROR)
    assert "API_KEY holds no key" in found.msg
    assert key not in found.msg


@pytest.mark.parametrize(
    "key", ["changeme", "none", "EMPTY", "sk-1234", "test_key", "token-abc123"]
)
def test_a_key_that_a_local_server_may_have_is_taken(settings: Settings, key: str) -> None:
    assert with_provider(settings, API_KEY=key, BASE_URL="http://localhost:8000/v1") == []


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://<your-resource>.openai.azure.com/openai/v1", "was not filled in"),
        ("https://YOUR-RESOURCE.openai.azure.com/openai/v1", "was not filled in"),
        ("https://api.cloudflare.com/client/v4/accounts/{ACCOUNT_ID}/ai/v1", "was not filled in"),
        ("${LLM_BASE_URL}", "was not filled in"),
        ("https://llm.example//v1", "must not hold a #"),
        ("https://llm.example/v1/v1/", "must not hold a #"),
        ("https://llm.example/v1#models", "must not hold a #"),
    ],
)
def test_an_address_that_was_not_finished_is_told(settings: Settings, url: str, words: str) -> None:
    (found,) = with_provider(settings, BASE_URL=url)

    assert (found.id, found.level) == ("wagtail_llm_actions.E002", ERROR)
    assert words in found.msg


@pytest.mark.parametrize(
    ("url", "is_told"),
    [
        ("http://api.openai.com/v1", True),
        ("http://llm.newsroom.org:8000/v1", True),
        ("http://8.8.8.8/v1", True),
        ("https://llm.newsroom.org/v1", False),
        ("http://localhost:8000/v1", False),
        ("http://vllm:8000/v1", False),
        ("http://10.0.0.5:8000/v1", False),
        ("http://[::1]:8000/v1", False),
        ("http://[fd00::5]:8000/v1", False),
        ("http://gpu.local:8000/v1", False),
        ("http://vllm.default.svc:8000/v1", False),
    ],
)
def test_a_key_that_others_can_read_on_its_way_is_told(
    settings: Settings, url: str, is_told: bool
) -> None:
    found = with_provider(settings, API_KEY="sk-secret-of-the-site", BASE_URL=url)

    assert [message.id for message in found] == ["wagtail_llm_actions.W012"] * is_told
    assert with_provider(settings, API_KEY=None, BASE_URL=url) == []


@pytest.mark.parametrize(
    ("price", "name"),
    [
        ({"INPUT": "0.000003", "OUTPUT": "0.000015"}, "INPUT"),
        ({"INPUT": 3, "OUTPUT": 15_000_000}, "OUTPUT"),
        ({"INPUT": 0, "OUTPUT": 0}, None),
        ({"INPUT": "0.01", "OUTPUT": 600}, None),
        ({"INPUT": 1, "OUTPUT": 1, "REQUESTS": 10_000}, None),
    ],
)
def test_a_price_in_another_unit_is_told(
    settings: Settings, price: dict[str, object], name: str | None
) -> None:
    model = {"PROVIDER": "main", "NAME": "owl", "PRICE": price}
    provider = {"BACKEND": OPENAI_BACKEND, "API_KEY": "sk-secret-of-the-site"}
    settings.WAGTAIL_LLM_ACTIONS = {"PROVIDERS": {"main": provider}, "MODELS": {"m": model}}

    settings.RQ_QUEUES = RQ_QUEUES

    found = messages()

    assert [message.id for message in found] == ["wagtail_llm_actions.W013"] * bool(name)
    assert all(f"['PRICE']['{name}'] is" in message.msg for message in found)
