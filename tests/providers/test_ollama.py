"""What is Ollama's own, beside the contract of providers."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.parts.fresh_python import run_python
from tests.providers.contract import (
    KEY,
    QUIET_SECONDS,
    REQUEST,
    STREAM_SECONDS,
    collect,
    fail,
)
from tests.providers.server import Act, ProviderServer, streamed, whole
from tests.providers.wire_ollama import OllamaWire, error_body, last, line, part
from wagtail_llm_actions.errors import (
    ContextExceeded,
    InvalidOutput,
    ModelNotFound,
    ModelUnavailable,
    RateLimited,
)
from wagtail_llm_actions.generation import FinishReason, GenerationResult, TextDelta, Usage
from wagtail_llm_actions.providers.health import check
from wagtail_llm_actions.providers.ollama import OllamaProvider
from wagtail_llm_actions.providers.ollama.errors import EXCEPTIONS
from wagtail_llm_actions.providers.streaming import ProviderStream

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.providers.server import Reply
    from wagtail_llm_actions.providers.base import Provider

WIRE = OllamaWire()


@pytest.fixture
def server() -> Iterator[ProviderServer]:
    with ProviderServer() as server:
        yield server


@pytest.fixture
def provider(server: ProviderServer) -> Provider:
    return WIRE.provider(server.url)


@pytest.mark.parametrize(
    ("written", "address"),
    [
        (None, "http://127.0.0.1:11434"),
        ("", "http://127.0.0.1:11434"),
        ("localhost", "http://localhost:11434"),
        (" gpu.example:8080 ", "http://gpu.example:8080"),
        (":8080", "http://127.0.0.1:8080"),
        ("0.0.0.0", "http://127.0.0.1:11434"),  # noqa: S104 - nothing is bound
        ("0.0.0.0:8080", "http://127.0.0.1:8080"),
        ("[::]:8080", "http://[::1]:8080"),
        ("[::1]", "http://[::1]:11434"),
        ("gpu.example/ollama", "http://gpu.example:11434/ollama"),
        ("http://gpu.example", "http://gpu.example"),
        ("https://gpu.example:8443/ollama", "https://gpu.example:8443/ollama"),
    ],
)
def test_an_address_may_be_as_short_as_for_ollama_itself(written: str | None, address: str) -> None:
    assert OllamaProvider(alias="local", base_url=written).base_url == address


@pytest.mark.parametrize("path", ["/api", "/v1", "/ollama/api/"])
def test_the_address_ends_before_the_path(path: str) -> None:
    with pytest.raises(ValueError, match="BASE_URL must end before /"):
        OllamaProvider(alias="local", base_url=f"http://localhost:11434{path}")


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="BASE_URL must be an address"):
        OllamaProvider(alias="local", base_url="ftp://gpu.example")


def test_an_unknown_option_is_refused() -> None:
    with pytest.raises(TypeError, match="'num_ctx'"):
        OllamaProvider(alias="local", options={"num_ctx": 8192})


def test_a_path_before_the_api_is_kept(server: ProviderServer) -> None:
    server.play(WIRE.answer("Hoo."))

    collect(OllamaProvider(alias="local", base_url=f"{server.url}/ollama/"))

    assert server.requests[0].path == "/ollama/api/chat"


def test_a_key_is_sent_where_there_is_one(server: ProviderServer) -> None:
    server.play(WIRE.answer("Hoo."), WIRE.answer("Hoo."))

    collect(WIRE.provider(server.url))
    collect(WIRE.provider(server.url, api_key=None))

    with_key, without_key = server.requests
    assert with_key.headers["authorization"] == f"Bearer {KEY}"
    assert "authorization" not in without_key.headers


@pytest.mark.parametrize("keep_alive", ["30m", 600, -1, 0])
def test_options_are_sent(server: ProviderServer, keep_alive: str | int) -> None:
    options = {"keep_alive": keep_alive, "context_tokens": 16384}
    provider = OllamaProvider(alias="local", base_url=server.url, options=options)
    server.play(WIRE.answer("Hoo."))

    collect(provider)

    body = server.requests[0].body
    assert body["keep_alive"] == keep_alive
    assert body["options"] == {"num_predict": 77, "temperature": 0.3, "num_ctx": 16384}


def test_ollama_says_what_is_loaded_and_how_much_it_holds(
    server: ProviderServer, provider: Provider
) -> None:
    server.play(*WIRE.status(present=True))

    status = check(provider, REQUEST.model, timeout_seconds=STREAM_SECONDS)

    assert (status.loaded, status.context_tokens) == (True, 32768)
    assert [request.path for request in server.requests] == ["/api/tags", "/api/ps", "/api/show"]


MODELS = whole(200, json.dumps({"models": [{"name": "owl-1:latest"}]}).encode())
NONE_LOADED = whole(200, b'{"models": []}')


def shown(**members: object) -> Reply:
    return whole(
        200, json.dumps({"model_info": {"owl.context_length": 131072}, **members}).encode()
    )


@pytest.mark.parametrize(
    ("replies", "loaded", "tokens"),
    [
        ([NONE_LOADED, shown()], False, 4096),
        ([whole(200, b"{}"), shown()], False, 4096),
        ([NONE_LOADED, shown(parameters="num_ctx      16384")], False, 16384),
        ([NONE_LOADED, shown(remote_host="https://ollama.com:443")], False, 131072),
        ([NONE_LOADED, whole(500, b"")], False, 4096),
        ([NONE_LOADED, whole(200, b"no JSON")], False, 4096),
        ([whole(404, b""), shown()], None, 131072),
        ([whole(404, b""), whole(404, b"")], None, None),
    ],
    ids=["default", "an empty answer", "of the file", "cloud", "show fails", "no JSON",
         "no list of what is loaded", "a proxy"],
)  # fmt: skip
def test_the_context_is_what_ollama_loads(
    server: ProviderServer,
    provider: Provider,
    replies: list[Reply],
    loaded: bool | None,
    tokens: int | None,
) -> None:
    server.play(MODELS, *replies)

    status = check(provider, REQUEST.model, timeout_seconds=STREAM_SECONDS)

    assert (status.ok, status.loaded, status.context_tokens) == (True, loaded, tokens)


@pytest.mark.parametrize(
    ("members", "sees"),
    [
        ({"capabilities": ["completion", "vision"]}, True),
        ({"capabilities": ["completion"]}, False),
        ({"capabilities": []}, False),
        ({}, None),
        ({"capabilities": "vision"}, None),
    ],
    ids=["vision", "text only", "none", "an old server", "of another type"],
)
def test_ollama_says_which_models_see_images(
    server: ProviderServer, provider: Provider, members: dict[str, object], sees: bool | None
) -> None:
    server.play(MODELS, NONE_LOADED, shown(**members))

    status = check(provider, REQUEST.model, timeout_seconds=STREAM_SECONDS)

    assert (status.ok, status.accepts_images) == (True, sees)


def test_a_model_that_is_not_pulled_says_how_to_get_it(
    server: ProviderServer, provider: Provider
) -> None:
    server.play(*WIRE.status(present=False))

    status = check(provider, REQUEST.model, timeout_seconds=STREAM_SECONDS)

    assert status.detail == "Pull the model on Ollama's server: ollama pull owl-1"


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"models": 3}', b"<html>"])
def test_something_else_at_the_address_is_no_ollama(
    server: ProviderServer, provider: Provider, body: bytes
) -> None:
    server.play(whole(200, body))

    status = check(provider, REQUEST.model, timeout_seconds=STREAM_SECONDS)

    assert not status.ok


def test_no_effort_switches_thinking_off(server: ProviderServer, provider: Provider) -> None:
    server.play(WIRE.answer("Hoo."))

    collect(provider, replace(REQUEST, reasoning_effort="none"))

    assert server.requests[0].body["think"] is False


def test_the_schema_of_an_answer_is_its_format(server: ProviderServer, provider: Provider) -> None:
    schema = {"type": "object", "properties": {"answer": {"type": "boolean"}}}
    server.play(WIRE.answer('{"answer": true}'))

    collect(provider, replace(REQUEST, schema=schema))

    assert server.requests[0].body["format"] == schema


def test_what_is_not_set_is_left_to_the_server(server: ProviderServer, provider: Provider) -> None:
    server.play(WIRE.answer("Hoo."))

    collect(provider)

    body = server.requests[0].body
    assert "keep_alive" not in body
    assert set(body["options"]) == {"num_predict", "temperature"}


def test_a_model_that_loads_for_long_is_waited_for(
    server: ProviderServer, provider: Provider
) -> None:
    loaded = threading.Event()
    server.play([loaded, *WIRE.answer("Hoo.")])

    with ProviderStream(provider, REQUEST) as stream:
        assert server.was_asked.wait(STREAM_SECONDS)
        assert stream.next(QUIET_SECONDS) is None
        loaded.set()

        assert stream.next(STREAM_SECONDS) == TextDelta(text="Hoo.")
        assert isinstance(stream.next(STREAM_SECONDS), GenerationResult)


def test_only_opening_the_connection_has_a_time_limit() -> None:
    timeout = OllamaProvider(alias="local").build_client().timeout

    assert timeout == httpx.Timeout(None, connect=5.0)


def test_a_connection_that_does_not_open_in_time_is_unavailable(server: ProviderServer) -> None:
    provider = OllamaProvider(
        alias="main",
        # The server waits for a request, the client for its answer to the TLS handshake.
        base_url=server.url.replace("http:", "https:"),
        options={"connect_timeout_seconds": 0.1},
    )

    error = fail(provider)

    assert type(error) is ModelUnavailable
    assert error.detail == "ConnectTimeout"


@pytest.mark.parametrize(
    ("end", "finish_reason"),
    [
        (last("stop"), FinishReason.STOP),
        (last("length"), FinishReason.LENGTH),
        (last("load"), "load"),
        (last("unload"), "unload"),
        (part(done=True), FinishReason.STOP),
    ],
)
def test_every_reason_to_be_done_has_its_meaning(
    server: ProviderServer, provider: Provider, end: bytes, finish_reason: str
) -> None:
    server.play(streamed([part("Hoo"), end]))

    text, result = collect(provider)

    assert text == "Hoo"
    assert result.finish_reason == finish_reason


def test_a_model_that_was_only_loaded_wrote_nothing(
    server: ProviderServer, provider: Provider
) -> None:
    server.play(streamed([last("load")]))

    error = fail(provider)

    assert type(error) is InvalidOutput
    assert error.detail == "The model wrote no visible text (finish reason: load)."


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        # Ollama leaves it out where the prompt was still in its cache.
        ({"eval_count": 5}, (None, 5, "input_missing")),
        ({"prompt_eval_count": 5}, (5, None, "output_missing")),
    ],
)
def test_half_a_usage_is_kept(
    server: ProviderServer,
    provider: Provider,
    counts: Mapping[str, int],
    expected: tuple[int | None, int | None, str],
) -> None:
    server.play(streamed([part("Hoo."), last(**counts)]))

    usage = collect(provider)[1].usage

    assert usage is not None
    assert (usage.input_tokens, usage.output_tokens, *usage.repairs) == expected


def test_thinking_is_not_text(server: ProviderServer, provider: Provider) -> None:
    thoughts = [part(thinking=words) for words in ("Owls ", "plan?")]
    server.play(streamed([*thoughts, part("Hoo."), last(prompt_eval_count=9, eval_count=8)]))

    text, result = collect(provider)

    assert text == "Hoo."
    assert result.usage == Usage(input_tokens=9, output_tokens=8)


def test_lines_are_put_together_and_end_at_line_feeds_only(
    server: ProviderServer, provider: Provider
) -> None:
    said = "Käuzchen\u0085and\u2028🦉 "
    body = b"\n".join([part(said) * 2, last()])
    server.play(streamed([body[start : start + 7] for start in range(0, len(body), 7)]))

    assert collect(provider)[0] == said * 2


def test_a_last_line_may_be_without_its_end(server: ProviderServer, provider: Provider) -> None:
    server.play(streamed([part("Hoo."), last().rstrip()]))

    assert collect(provider)[0] == "Hoo."


def test_the_requested_model_stands_in_for_an_unnamed_one(
    server: ProviderServer, provider: Provider
) -> None:
    server.play(streamed([line({"message": {"content": "Hoo."}, "done": True})]))

    assert collect(provider)[1].response_model == REQUEST.model


def test_an_empty_body_is_no_chat(server: ProviderServer, provider: Provider) -> None:
    server.play(whole(200, b""))

    error = fail(provider)

    assert type(error) is InvalidOutput
    assert error.detail == "The server did not stream a chat. Is BASE_URL right?"


def test_a_broken_compression_is_invalid(server: ProviderServer, provider: Provider) -> None:
    server.play(whole(200, b"this is not gzip", headers={"content-encoding": "gzip"}))

    assert type(fail(provider)) is InvalidOutput


def test_a_model_that_is_not_pulled_names_the_command(
    server: ProviderServer, provider: Provider
) -> None:
    server.play(whole(404, error_body("model 'owl-1' not found")))

    error = fail(provider)

    assert type(error) is ModelNotFound
    assert not error.retryable
    assert error.detail == (
        "model 'owl-1' not found. Pull the model on Ollama's server: ollama pull owl-1"
    )


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"404 page not found", "404 page not found"),
        (b'{"detail": "Not here"}', "Not here"),
        (b'{"error": {"code": 404}}', "Not Found"),
        (b'["odd"]', "Not Found"),
        (b"", "Not Found"),
    ],
)
def test_another_server_at_this_address_is_not_told_to_pull(
    server: ProviderServer, provider: Provider, body: bytes, detail: str
) -> None:
    server.play(whole(404, body))

    assert fail(provider).detail == detail


def test_a_prompt_that_is_too_long_is_rejected(server: ProviderServer, provider: Provider) -> None:
    words = "the prompt is longer than the context length currently available to the model"
    server.play(whole(400, error_body(words)))

    error = fail(provider)

    assert type(error) is ContextExceeded
    assert error.detail == words


def test_an_error_line_in_the_stream_is_read(server: ProviderServer, provider: Provider) -> None:
    broken = error_body(f"It broke: Bearer {KEY}") + b"\n"
    server.play(streamed([part("They"), broken]))

    error = fail(provider)

    assert type(error) is ModelUnavailable
    assert error.retryable
    assert error.status_code is None
    assert error.detail == "It broke: [redacted]"


def test_a_redirect_is_not_followed(server: ProviderServer, provider: Provider) -> None:
    server.play(whole(307, b"", headers={"location": "http://elsewhere.invalid/"}))

    error = fail(provider)

    assert type(error) is ModelUnavailable
    assert error.status_code == 307


def test_a_cut_connection_says_which_way(server: ProviderServer, provider: Provider) -> None:
    server.play([Act.RESET])

    assert fail(provider).detail == "ReadError"


MAPPED = tuple(kind for kind, _ in EXCEPTIONS)


def foreign_exceptions() -> list[type[Exception]]:
    found = vars(httpx).values()
    return [kind for kind in found if isinstance(kind, type) and issubclass(kind, Exception)]


def test_every_exception_of_httpx_is_mapped() -> None:
    unmapped = [kind.__name__ for kind in foreign_exceptions() if not issubclass(kind, MAPPED)]

    assert unmapped == []
    assert len(foreign_exceptions()) > 25


def test_no_row_of_the_table_hides_a_later_one() -> None:
    kinds = [kind for kind, _ in EXCEPTIONS]

    hidden = [
        later.__name__
        for place, kind in enumerate(kinds)
        for later in kinds[place + 1 :]
        if issubclass(later, kind)
    ]

    assert hidden == []


@pytest.mark.processes
def test_httpx_is_imported_only_when_used() -> None:
    printed = run_python("""
        import sys
        from wagtail_llm_actions.providers.ollama import OllamaProvider

        provider = OllamaProvider(alias="local")
        heavy = {"httpx", "anyio", "django", "wagtail"}
        print(sorted(heavy & set(sys.modules)))
        provider.warm_up()
        print(sorted(heavy & set(sys.modules)))
    """)

    assert printed.splitlines() == ["[]", "['anyio', 'httpx']"]


@pytest.mark.processes
def test_a_missing_httpx_names_what_to_install() -> None:
    printed = run_python("""
        import sys
        sys.modules["httpx"] = None
        from wagtail_llm_actions.providers.base import ProviderNotInstalled
        from wagtail_llm_actions.providers.ollama import OllamaProvider

        try:
            OllamaProvider(alias="local").warm_up()
        except ProviderNotInstalled as error:
            print(error)
    """)

    assert printed.strip().endswith('pip install "wagtail-llm-actions[ollama]".')


def test_an_error_of_another_shape_in_the_stream_is_read(
    server: ProviderServer, provider: Provider
) -> None:
    server.play(streamed([b'{"error": {"message": "slow down", "code": 429}}\n']))

    error = fail(provider)

    assert type(error) is RateLimited
    assert error.detail == "slow down"
