"""Settings → LLM → Models, and the same check for monitoring."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.admin.html import page_at, table_rows, words
from tests.factories import LLMActionFactory, LLMRunFactory, UserFactory
from tests.parts.docs_examples import example_module
from tests.providers.contract import KEY
from tests.providers.server import ProviderServer, streamed, whole
from tests.providers.wire_openai import OpenAIWire
from wagtail_llm_actions.conf.providers import OLLAMA_BACKEND, OPENAI_BACKEND
from wagtail_llm_actions.models import LLMCircuitBreaker
from wagtail_llm_actions.providers.ollama import OllamaProvider
from wagtail_llm_actions.runs.lifecycle.execute import execute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.contrib.auth.models import User
    from django.test import Client
    from pytest_django import Settings

    from tests.providers.server import Recorded, Reply

pytestmark = pytest.mark.django_db

MODELS = "wagtail_llm_actions:models"
CHECK = "wagtail_llm_actions:check_models"
RETRY_NOW = "wagtail_llm_actions:retry_now"
WIRE = OpenAIWire()


@pytest.fixture
def server() -> Iterator[ProviderServer]:
    with ProviderServer() as running:
        yield running


@pytest.fixture(autouse=True)
def _models(settings: Settings, server: ProviderServer) -> Iterator[None]:
    settings.WAGTAIL_LLM_ACTIONS = {
        "PROVIDERS": {
            "cloud": {
                "BACKEND": OPENAI_BACKEND,
                "BASE_URL": f"{server.url}/v1",
                "API_KEY": KEY,
            },
            "local": {"BACKEND": OLLAMA_BACKEND, "BASE_URL": "http://127.0.0.1:9"},
        },
        "MODELS": {
            "quick": {
                "PROVIDER": "cloud",
                "NAME": "owl-1",
                "LABEL": "Owl",
                "DESCRIPTION": "Hoots",
                "PRICE": {"INPUT": "0.1", "OUTPUT": "0.5"},
                "CONTEXT_TOKENS": 8000,
            },
            "lost": {"PROVIDER": "cloud", "NAME": "owl-9", "LABEL": "Lost owl"},
            **dict.fromkeys(("llama3.2", "gemma3", "qwen3", "gpt-oss")),
        },
    }
    cache.clear()
    yield
    cache.clear()


def rows(client: Client) -> dict[str, list[str]]:
    return {row[0].split(" ")[0]: row for row in table_rows(page_at(client, reverse(MODELS)))}


def test_a_model_is_shown_with_advice_price_context_and_use(client: Client, admin: User) -> None:
    LLMActionFactory(model="quick")
    LLMActionFactory(model="lost", fallback_model="quick")
    LLMRunFactory(model_key="quick")

    row = rows(client)["Owl"]

    assert row[0] == "Owl Hoots. Accepts: temperature owl-1 · cloud"
    assert row[1] == "Not checked Check"
    assert row[2:] == ["$0.10 in, $0.50 out your settings", "8,000", "2", "1"]


def test_a_parameter_that_was_refused_is_told_with_the_setting_that_helps(
    client: Client, admin: User, server: ProviderServer
) -> None:
    def refuse(recorded: Recorded) -> Reply:
        if "temperature" not in recorded.body:
            return WIRE.answer("Hoo.")
        return whole(400, WIRE.error_body(400, "Unsupported value: 'temperature'"))

    server.play(refuse, refuse)
    run = LLMRunFactory(model_key="quick")

    execute(run.pk)

    run.refresh_from_db()
    assert (run.status, run.attempts.count()) == ("succeeded", 1)
    assert not LLMCircuitBreaker.objects.exists()
    # The process that shows it may have a cache of its own.
    cache.clear()
    told = "put 'ACCEPTS_TEMPERATURE': False into the entry of the model in MODELS."
    assert told in rows(client)["Owl"][0]


def test_reasoning_that_no_marker_opens_is_told_with_the_setting(
    client: Client, admin: User, server: ProviderServer
) -> None:
    answer = WIRE.answer("A harbour. A tide, perhaps.\n</think>\n\nThe tide")
    server.play(answer)
    execute(LLMRunFactory(model_key="quick").pk)

    told = "put 'BEGINS_IN_REASONING': True into the entry of the model in MODELS."
    assert told in rows(client)["Owl"][0]
    assert told not in rows(client)["Mistral"][0]


def test_a_local_model_is_free_and_an_unknown_price_is_not(client: Client, admin: User) -> None:
    found = rows(client)

    assert found["Mistral"][2] == "$0.00 in, $0.00 out local"
    assert found["Lost"][2] == (
        "unknown Set PRICE in its entry of MODELS; otherwise the cost of its runs is unknown."
    )


def more_models(client: Client) -> dict[str, str]:
    """Return what the page says about each vendor that is not set up."""
    found = {}
    for heading in page_at(client, reverse(MODELS)).select("main h3"):
        after = heading.find_next_siblings(["ul", "pre"], limit=3)
        found[words(heading)] = " ".join(words(each) for each in after)
    return found


def test_what_could_be_switched_on_is_shown_with_the_line_of_settings(
    client: Client, admin: User
) -> None:
    found = more_models(client)

    # Ollama is set up, and its other models are hidden by the settings.
    assert list(found) == ["OpenAI", "Anthropic"]
    assert found["OpenAI"].startswith(
        "Add this line to PROVIDERS in the settings of the site, and start it again: "
        f'"openai": {{"BACKEND": "{OPENAI_BACKEND}", "API_KEY": os.environ["OPENAI_API_KEY"]}},'
    )
    assert "GPT-4 gpt-4 Most capable" in found["OpenAI"]
    assert "GPT-6.1 Terra gpt-6.1-terra" in found["OpenAI"]
    assert "out per million tokens" in found["OpenAI"]
    assert "Claude-3 claude-3 High quality" in found["Anthropic"]


def test_what_could_be_switched_on_names_the_variable_and_what_has_to_be_pulled(
    client: Client, admin: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setattr(OllamaProvider, "packages", ("a-library-that-is-missing",))
    settings.WAGTAIL_LLM_ACTIONS = {}

    found = more_models(client)

    assert list(found) == ["OpenAI", "Ollama"]
    assert found["OpenAI"].startswith(
        "OPENAI_BASE_URL leads to another server. Name the models that it has in MODELS: "
        '"gpt-4o-mini": {"PROVIDER": "openai", "NAME": "gpt-4o-mini"},'
    )
    assert found["Ollama"].startswith(
        'Install its library: pip install "wagtail-llm-actions[ollama]" '
        "Set OLLAMA_HOST in the environment of the site, and start it again."
    )
    assert "Load it with: ollama pull mistral" in found["Ollama"]
    assert KEY not in " ".join(found.values())


def test_a_model_that_left_the_settings_is_marked_where_it_is_used(
    client: Client, admin: User
) -> None:
    LLMActionFactory(model="gone")

    row = rows(client)["gone"]

    assert row[0].startswith("gone (missing) This model is not in the settings any more.")
    assert row[4] == "1"


def test_the_numbers_lead_to_what_they_count(client: Client, admin: User) -> None:
    mine, other = LLMActionFactory(model="quick"), LLMActionFactory(model="lost")
    LLMRunFactory(model_key="quick", action=mine)
    LLMRunFactory(model_key="lost", action=other)

    links = [str(a["href"]) for a in page_at(client, reverse(MODELS)).select("td a")]

    for link in (link for link in links if link.endswith("=quick")):
        (row,) = table_rows(page_at(client, link))
        assert mine.label in " ".join(row)


def test_a_check_asks_the_server_and_is_remembered(
    client: Client, admin: User, server: ProviderServer
) -> None:
    server.play(*WIRE.status(present=True))

    response = client.post(reverse(CHECK), {"model": "quick"}, follow=True)

    assert "1 model is available." in response.content.decode()
    assert len(server.requests) == 1
    status = rows(client)["Owl"][1]
    assert status.startswith("Reachable, key accepted, model present. Checked at ")
    assert len(server.requests) == 1, "a page that is only looked at asks nobody"


def test_all_models_are_checked_at_once(
    client: Client, admin: User, server: ProviderServer
) -> None:
    server.play(*WIRE.status(present=True) * 2)

    response = client.post(reverse(CHECK), follow=True)

    assert "Not available: Mistral, Lost owl" in response.content.decode()
    found = rows(client)
    assert "model present" in found["Owl"][1]
    assert "Reachable, key accepted, model missing." in found["Lost"][1]
    assert found["Mistral"][1].startswith("Not reachable. ")


def test_one_user_cannot_keep_the_site_and_the_providers_busy_with_checks(
    client: Client, admin: User, server: ProviderServer
) -> None:
    server.play(*WIRE.status(present=True) * 10)

    with patch("django.utils.timezone.now", return_value=datetime(2026, 11, 1, 12, tzinfo=UTC)):
        for _ in range(10):
            client.post(reverse(CHECK), {"model": "quick"})
        response = client.post(reverse(CHECK), {"model": "quick"}, follow=True)

    assert "You have asked for this 10 times in the last minute" in response.content.decode()
    assert len(server.requests) == 10


def test_a_key_that_is_not_accepted_is_said_and_not_shown(
    client: Client, admin: User, server: ProviderServer
) -> None:
    server.play(WIRE.error(401))

    client.post(reverse(CHECK), {"model": "quick"})

    page = page_at(client, reverse(MODELS))
    assert "Reachable, key not accepted." in words(page)
    assert KEY not in str(page)


def use_provider_without_check(settings: Settings) -> None:
    path = f"{example_module('provider').__name__}.CommandProvider"
    settings.WAGTAIL_LLM_ACTIONS = {
        "PROVIDERS": {"own": {"BACKEND": path}},
        "MODELS": {"quick": {"PROVIDER": "own", "NAME": "owl-1", "LABEL": "Owl"}},
    }


def test_a_provider_without_checks_is_neither_fine_nor_failing(
    client: Client, admin: User, settings: Settings
) -> None:
    use_provider_without_check(settings)

    response = client.post(reverse(CHECK), follow=True)

    content = response.content.decode()
    assert "This provider does not support checks." in content
    assert "Not available" not in content
    assert "available." not in content
    status = rows(client)["Owl"][1]
    assert status.startswith("Unknown, because this provider does not support checks. Checked at ")


@pytest.mark.parametrize("name", [CHECK, RETRY_NOW])
def test_a_model_that_is_made_up_is_no_error(client: Client, admin: User, name: str) -> None:
    assert client.post(reverse(name), {"model": "nothing"}).status_code == 302


def rest(**values: Any) -> LLMCircuitBreaker:
    """Let the owl have failed."""
    now = timezone.now()
    circuit: dict[str, Any] = {
        "provider_name": "cloud",
        "request_model": "owl-1",
        "failures": 5,
        "error_code": "timeout",
        "opened_at": now - timedelta(seconds=10),
        "retry_at": now + timedelta(minutes=2),
    }
    return LLMCircuitBreaker.objects.create(**circuit | values)


def test_an_open_circuit_breaker_says_since_when_why_and_until_when(
    client: Client, admin: User
) -> None:
    rest()

    found = rows(client)

    assert re.fullmatch(
        r"Not asked since .+ after 5 failures \(Took too long\): from .+ on the next run tries it again. "
        "Failed runs Retry now Not checked Check",
        found["Owl"][1],
    )
    assert "Not asked" not in found["Lost"][1]
    (failed,) = page_at(client, reverse(MODELS)).select("a[href*='status=failed']")
    assert "model_key=quick" in str(failed["href"])


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"retry_at": timezone.now()}, "(Took too long): the next run tries it again."),
        (
            {"probe_expires_at": timezone.now() + timedelta(hours=1)},
            "(Took too long): a run is finding out whether it works again.",
        ),
        # With its date.
        ({"opened_at": timezone.now() - timedelta(days=40)}, "/20"),
    ],
)
def test_what_comes_next_is_said(
    client: Client, admin: User, values: dict[str, Any], words: str
) -> None:
    rest(**values)

    assert words in rows(client)["Owl"][1]


def test_failures_that_are_too_few_are_not_shown(client: Client, admin: User) -> None:
    rest(failures=4, opened_at=None, retry_at=None)

    assert "Not asked" not in rows(client)["Owl"][1]


def test_retry_now_closes_the_circuit_breaker(client: Client, admin: User) -> None:
    rest()

    response = client.post(reverse(RETRY_NOW), {"model": "quick"}, follow=True)

    assert "The next run calls Owl again." in response.content.decode()
    assert not LLMCircuitBreaker.objects.exists()


def test_who_may_only_view_models_cannot_retry_now(client: Client) -> None:
    rest()
    user = UserFactory()
    names = ["access_admin", "view_llmaction"]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(user)

    assert "Retry now" not in rows(client)["Owl"][1]
    client.post(reverse(RETRY_NOW), {"model": "quick"})

    assert LLMCircuitBreaker.objects.exists()


def test_a_check_that_finds_the_model_lets_the_next_run_try_it(
    client: Client, admin: User, server: ProviderServer
) -> None:
    rest()
    server.play(*WIRE.status(present=True))

    client.post(reverse(CHECK), {"model": "quick"})

    assert "(Took too long): the next run tries it again." in rows(client)["Owl"][1]


def test_a_check_that_does_not_find_it_changes_nothing(
    client: Client, admin: User, server: ProviderServer
) -> None:
    retry_at = rest().retry_at
    server.play(WIRE.error(401))

    client.post(reverse(CHECK), {"model": "quick"})

    assert LLMCircuitBreaker.objects.get().retry_at == retry_at


def test_a_site_without_models_is_told_what_to_do(
    client: Client, admin: User, settings: Settings
) -> None:
    settings.WAGTAIL_LLM_ACTIONS = {"PROVIDERS": {}}

    assert "Set OPENAI_API_KEY" in words(page_at(client, reverse(MODELS)))


@pytest.mark.usefixtures("menu")
def test_the_list_takes_five_queries(client: Client, admin: User) -> None:
    for _ in range(5):
        run = LLMRunFactory(model_key="quick")
        LLMActionFactory(model="lost", fallback_model=run.model_key)
    client.get(reverse(MODELS))

    with CaptureQueriesContext(connection) as queries:
        client.get(reverse(MODELS))

    # The menu asks for one row, on each page of the admin.
    own = [query for query in queries if "wagtail_llm_actions" in query["sql"]]
    assert len([query for query in own if not query["sql"].endswith("LIMIT 1")]) == 5


def checked(*arguments: str) -> tuple[str, int]:
    output = StringIO()
    try:
        call_command("llm_actions_check", *arguments, stdout=output)
    except CommandError as error:
        return output.getvalue(), error.returncode
    return output.getvalue(), 0


def test_monitoring_gets_a_line_and_a_code(server: ProviderServer) -> None:
    server.play(*WIRE.status(present=True) * 3)

    assert checked("quick") == (
        "ok     quick: Reachable, key accepted, model present.\n",
        0,
    )
    assert checked("quick", "lost") == (
        "ok     quick: Reachable, key accepted, model present.\n"
        "FAILED lost: Reachable, key accepted, model missing. Its price is not known. Set PRICE in "
        "its entry of MODELS.\n",
        1,
    )
    assert checked("nothing") == ("", 2)


def test_monitoring_hears_of_an_open_circuit_breaker(server: ProviderServer) -> None:
    circuit = rest()
    server.play(*WIRE.status(present=True) * 2)

    output, code = checked("quick")
    as_json, _ = checked("--json", "quick")

    assert code == 0
    assert "model present. Not asked since " in output
    assert circuit.opened_at is not None
    assert json.loads(as_json)["quick"]["circuit_open_since"] == circuit.opened_at.isoformat()


def test_monitoring_gets_json(server: ProviderServer) -> None:
    server.play(*WIRE.status(present=True))

    output, code = checked("--json", "quick")

    row: dict[str, Any] = json.loads(output)["quick"]
    assert code == 0
    assert row.pop("checked_at").endswith("+00:00")
    assert row == {
        "ok": True,
        "reachable": True,
        "key_accepted": True,
        "present": True,
        "loaded": None,
        "detail": "",
        "has_price": True,
        "circuit_open_since": None,
    }


def test_monitoring_does_not_fail_for_a_provider_without_checks(settings: Settings) -> None:
    use_provider_without_check(settings)

    assert checked("quick") == (
        "unknown quick: Unknown, because this provider does not support checks.\n",
        0,
    )


def test_monitoring_of_all_models_fails_for_one(server: ProviderServer) -> None:
    server.play(*WIRE.status(present=True) * 2)

    output, code = checked()

    assert code == 1
    assert [line.split(":")[0] for line in output.splitlines()] == [
        "FAILED mistral",
        "ok     quick",
        "FAILED lost",
    ]
    assert KEY not in output


def test_a_site_without_models_is_not_fine(settings: Settings) -> None:
    settings.WAGTAIL_LLM_ACTIONS = {"PROVIDERS": {}}

    assert checked() == ("", 1)


def test_odd_answers_with_a_text_never_open_the_circuit(server: ProviderServer) -> None:
    piece = b'data: {"choices": [{"delta": {"content": "Hoo."}, "finish_reason": null}]}\n\n'
    odd = [b'data: {"type": "ping"}\n\n', piece, b"event: ping\n\n", b"data: [DONE]\n\n"]
    unknown = piece.replace(b"null", b'"bored"')
    server.play(*[streamed(odd)] * 3, *[streamed([unknown])] * 3)
    runs = [LLMRunFactory(model_key="quick") for _ in range(6)]

    for run in runs:
        execute(run.pk)
        run.refresh_from_db()

    assert [run.status for run in runs] == ["succeeded"] * 6
    assert [run.finish_reason for run in runs] == ["stop"] * 3 + ["bored"] * 3
    assert not LLMCircuitBreaker.objects.exists()
