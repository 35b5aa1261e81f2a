"""From a click to what the editor reads, through the adapters that ship and a server of theirs."""

from __future__ import annotations

import json
from datetime import timedelta
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from tests.factories import BlogPageFactory, LLMActionFactory, LLMRunFactory
from tests.providers.contract import KEY
from tests.providers.server import ProviderServer, streamed, whole
from tests.providers.wire_anthropic import AnthropicWire
from tests.providers.wire_ollama import OllamaWire
from tests.providers.wire_openai import OpenAIWire, choice, chunk
from tests.runs.starting import start_run
from wagtail_llm_actions.conf.providers import ANTHROPIC_BACKEND, OLLAMA_BACKEND, OPENAI_BACKEND
from wagtail_llm_actions.generation import FinishReason, Usage
from wagtail_llm_actions.messages.notices import notice
from wagtail_llm_actions.models import LLMModelFinding, LLMRun
from wagtail_llm_actions.prompts.tokens import approximate_tokens
from wagtail_llm_actions.runs import findings
from wagtail_llm_actions.runs.lifecycle import attempt as attempts
from wagtail_llm_actions.runs.lifecycle.execute import execute

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pytest_django import Settings

    from tests.providers.contract import Wire
    from tests.providers.server import Recorded, Reply

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_queue")]

TEXT = "The tide came early"
LONG = "harbour " * 6_200
"""About 12,400 tokens, estimated at 20,000."""
LIMIT_SECONDS = 3


@pytest.fixture(autouse=True)
def answers_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for the server's context on a machine that is busy with other tests too."""
    monkeypatch.setattr(findings, "ASK_SECONDS", 30.0)
    monkeypatch.setattr(findings, "FRESH_SECONDS", 300)


@pytest.fixture
def server() -> Iterator[ProviderServer]:
    with ProviderServer() as server:
        yield server


def use(settings: Settings, backend: str, url: str, **model: object) -> None:
    """Call a model ``scripted`` of a server, without any setting of its context."""
    entry = {"PROVIDER": "main", "NAME": "owl-1", "LABEL": "Owl", **model}
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {
        "PROVIDERS": {"main": {"BACKEND": backend, "BASE_URL": url, "API_KEY": KEY}},
        "MODELS": {"scripted": entry},
    }


class Ollama:
    """Answers as Ollama does whatever it is asked, and refuses no prompt."""

    def __init__(
        self, *, longest: int = 131_072, loaded: int | None = None, file: int | None = None
    ) -> None:
        entry = {"name": "owl-1:latest"}
        parameters = "stop    owl\n" + (f"num_ctx                        {file}" if file else "")
        self.listed: Mapping[str, Any] = {
            "/api/tags": {"models": [entry]},
            "/api/ps": {"models": [{**entry, "context_length": loaded}] if loaded else []},
            "/api/show": {
                "model_info": {"owl.context_length": longest},
                "parameters": parameters,
            },
        }

    def __call__(self, request: Recorded) -> Reply:
        if request.path in self.listed:
            return whole(200, json.dumps(self.listed[request.path]).encode())
        return OllamaWire().answer(TEXT)


def sent_tokens(server: ProviderServer) -> int:
    """Return the estimated tokens of prompt and answer together of the only chat."""
    (chat,) = [request.body for request in server.requests if request.path == "/api/chat"]
    texts = [message["content"] for message in chat["messages"]]
    return sum(map(approximate_tokens, texts)) + int(chat["options"]["num_predict"])


def clicked(source: str = LONG, **action: Any) -> LLMRun:
    run = start_run(LLMActionFactory(**action), BlogPageFactory(intro=f"<p>{source}</p>"))
    execute(run.pk)
    run.refresh_from_db()
    assert (run.status, run.output) == ("succeeded", TEXT), run.error_detail
    return run


@pytest.mark.parametrize(
    ("ollama", "model", "tokens"),
    [
        (Ollama(), {"OPTIONS": {"context_tokens": 4096}}, 4096),
        (Ollama(), {"OPTIONS": {"extra_body": {"options": {"num_ctx": 4096}}}}, 4096),
        (Ollama(longest=6000), {}, 6000),
        (Ollama(loaded=8192), {}, 8192),
        (Ollama(loaded=8192), {"CONTEXT_TOKENS": 32_768}, 8192),
        (Ollama(loaded=8192), {"CONTEXT_TOKENS": 6000}, 6000),
        (Ollama(loaded=8192, file=6000), {}, 6000),
        (Ollama(longest=2048), {}, 2048),
    ],
    ids=["told", "told by Ollama's name", "all of the model's", "loaded", "loaded, not the model's",
         "the model's", "of the model's file", "a small model"],
)  # fmt: skip
def test_a_long_page_is_fitted_into_what_ollama_loads_and_the_editor_is_told(
    settings: Settings,
    server: ProviderServer,
    ollama: Ollama,
    model: Mapping[str, object],
    tokens: int,
) -> None:
    use(settings, OLLAMA_BACKEND, server.url, **model)
    server.play(*[ollama] * 4)

    run = clicked()

    assert tokens - 40 <= sent_tokens(server) <= tokens
    assert run.truncated_chars > 10_000
    assert notice(run) == (
        f"The source text was too long for Owl: its last {run.truncated_chars:,} characters were left "
        "out."
    )


def test_a_page_that_fits_into_what_ollama_has_loaded_is_sent_whole(
    settings: Settings, server: ProviderServer
) -> None:
    use(settings, OLLAMA_BACKEND, server.url)
    server.play(*[Ollama(loaded=32_768)] * 4)

    assert clicked().truncated_chars == 0
    assert sent_tokens(server) > 12_000


def test_what_ollama_had_loaded_counts_while_the_model_is_not_in_memory(
    settings: Settings, server: ProviderServer
) -> None:
    use(settings, OLLAMA_BACKEND, server.url)
    server.play(*[Ollama(loaded=32_768)] * 4, *[Ollama()] * 4)

    assert clicked().truncated_chars == 0
    LLMModelFinding.objects.update(asked_at=timezone.now() - timedelta(minutes=1))

    assert clicked().truncated_chars == 0


@pytest.mark.parametrize("loaded", [None, 4096, 32_768])
def test_ollama_is_asked_to_load_what_a_long_page_needs_where_nobody_has_set_it(
    settings: Settings, server: ProviderServer, loaded: int | None
) -> None:
    use(settings, OLLAMA_BACKEND, server.url)
    server.play(*[Ollama(loaded=loaded)] * 4)

    run = clicked(LONG * 2)

    assert run.truncated_chars == 0
    assert context_asked_for(server) == [65_536]
    assert run.attempts.get().sent_parameters["context_tokens"] == 65_536


def test_all_requests_ask_for_what_the_longest_needed(
    settings: Settings, server: ProviderServer
) -> None:
    """Another context would make Ollama load the model again."""
    use(settings, OLLAMA_BACKEND, server.url)
    server.play(*[Ollama()] * 4, Ollama(), *[Ollama(loaded=32_768)] * 4)

    clicked()
    clicked("The tide", max_tokens=1000)
    LLMModelFinding.objects.update(asked_at=timezone.now() - timedelta(minutes=1))
    clicked(LONG * 2)

    assert context_asked_for(server) == [32_768, 32_768, 65_536]


def test_a_server_without_memory_for_so_much_is_asked_for_it_once(
    settings: Settings, server: ProviderServer
) -> None:
    use(settings, OLLAMA_BACKEND, server.url)
    words = "model requires more system memory (9.1 GiB) than is available (5.9 GiB)"
    no_memory = whole(500, json.dumps({"error": words}).encode())
    server.play(*[Ollama()] * 3, no_memory, *[Ollama()] * 5)

    clicked()
    run = clicked()

    assert context_asked_for(server) == [32_768, None, None]
    assert run.truncated_chars > 10_000


def context_asked_for(server: ProviderServer) -> list[int | None]:
    chats = [request.body for request in server.requests if request.path == "/api/chat"]
    return [chat["options"].get("num_ctx") for chat in chats]


@pytest.mark.parametrize(("own", "fallback"), [(900, 600), (600, 900), (600, None)])
def test_the_fallback_model_gets_as_much_of_the_source_as_it_can_take(
    settings: Settings, server: ProviderServer, own: int, fallback: int | None
) -> None:
    use(settings, OPENAI_BACKEND, server.url, CONTEXT_TOKENS=own)
    entry = {"PROVIDER": "main", "NAME": "owl-2", "LABEL": "Second Owl", "CONTEXT_TOKENS": fallback}
    models = {**settings.WAGTAIL_LLM_ACTIONS["MODELS"], "second": entry}
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {"MODELS": models}
    server.play(whole(404, b"{}"), OpenAIWire().answer(TEXT))

    run = clicked(fallback_model="second", max_tokens=100)

    first, second = [request.body["messages"] for request in server.requests]
    assert 100 + estimated(first) <= own
    assert (100 + estimated(second) <= fallback) if fallback else run.truncated_chars == 0
    assert estimated(second) > estimated(first) - 1 or (fallback or own) < own
    assert second[-1]["content"] == run.prompt
    cut = f"too long for Second Owl: its last {run.truncated_chars:,} characters were left out"
    assert (cut in notice(run)) == bool(fallback)


def estimated(messages: list[dict[str, str]]) -> int:
    return sum(approximate_tokens(message["content"]) for message in messages)


def test_a_fallback_model_that_can_take_as_much_gets_the_same(
    settings: Settings, server: ProviderServer
) -> None:
    use(settings, OPENAI_BACKEND, server.url, CONTEXT_TOKENS=600)

    run = start_run(
        LLMActionFactory(fallback_model="scripted", max_tokens=100),
        BlogPageFactory(intro=f"<p>{LONG}</p>"),
    )

    assert run.truncated_chars > 0
    assert run.fallback_request is None


def test_a_short_page_asks_ollama_nothing(settings: Settings, server: ProviderServer) -> None:
    use(settings, OLLAMA_BACKEND, server.url)
    server.play(Ollama())

    clicked("The tide", max_tokens=1000)

    assert [request.path for request in server.requests] == ["/api/chat"]


def test_many_long_pages_ask_ollama_once(settings: Settings, server: ProviderServer) -> None:
    use(settings, OLLAMA_BACKEND, server.url)
    server.play(*[Ollama()] * 5)

    clicked()
    clicked()

    assert [request.path for request in server.requests].count("/api/ps") == 1


def test_an_ollama_that_does_not_answer_is_sent_all(
    settings: Settings, server: ProviderServer
) -> None:
    use(settings, OLLAMA_BACKEND, server.url)
    server.play(whole(500, b"{}"), Ollama())

    assert clicked().truncated_chars == 0


def test_an_answer_that_may_be_as_long_as_the_context_leaves_room_for_the_prompt(
    settings: Settings, server: ProviderServer
) -> None:
    use(settings, OLLAMA_BACKEND, server.url, OPTIONS={"context_tokens": 4096})
    server.play(Ollama())

    run = clicked(max_tokens=4096)

    assert 4096 - 40 <= sent_tokens(server) <= 4096
    assert run.prompt.count("harbour") > 550


class Clock:
    """Stands still until editors are shown that the model thinks; then the limit has long passed."""

    def __init__(self) -> None:
        self.is_told = Event()

    def monotonic(self) -> float:
        if LLMRun.objects.filter(is_reasoning=True).exists():
            self.is_told.set()
        return 10.0 * LIMIT_SECONDS if self.is_told.is_set() else 0.0


def thoughts(wire: Wire) -> list[bytes]:
    return [event for text in ("The user ", "wants ", "a title.") for event in wire.reasoning(text)]


OPENAI, ANTHROPIC, OLLAMA = OpenAIWire(), AnthropicWire(), OllamaWire()


BACKENDS = {
    OPENAI: (OPENAI_BACKEND, "/v1"),
    ANTHROPIC: (ANTHROPIC_BACKEND, ""),
    OLLAMA: (OLLAMA_BACKEND, ""),
}


@pytest.mark.parametrize(
    ("wire", "events"),
    [
        (OPENAI, thoughts(OPENAI)),
        (OPENAI, [chunk(choices=[choice(reasoning="Hm")])]),
        (OPENAI, [OPENAI.text("<think>\nThe user wants")]),
        (ANTHROPIC, thoughts(ANTHROPIC)),
        (OLLAMA, thoughts(OLLAMA)),
    ],
    ids=["o reasoning_content", "o reasoning", "o in the text", "a", "l"],
)
def test_a_model_that_thinks_for_longer_than_the_limit_is_waited_for_and_called_once(
    settings: Settings,
    server: ProviderServer,
    monkeypatch: pytest.MonkeyPatch,
    wire: Wire,
    events: list[bytes],
) -> None:
    backend, path = BACKENDS[wire]
    use(settings, backend, server.url + path, FIRST_TOKEN_TIMEOUT=LIMIT_SECONDS)
    clock = Clock()
    monkeypatch.setattr(attempts, "time", clock)
    text = wire.text("</think>" + TEXT if b"<think>" in events[0] else TEXT)
    usage = Usage(input_tokens=20, output_tokens=30)
    end = wire.ending(FinishReason.STOP, usage)
    server.play(streamed([*wire.beginning(usage), *events, clock.is_told, text, *end]))

    run = LLMRunFactory()
    execute(run.pk)

    run.refresh_from_db()
    assert (run.status, run.output, run.is_reasoning) == ("succeeded", TEXT, False)
    assert clock.is_told.is_set()
    assert (len(server.requests), run.attempts.count()) == (1, 1)
    assert run.output_tokens == 30
