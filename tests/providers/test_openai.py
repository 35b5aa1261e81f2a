"""What is OpenAI's own, beside the contract of providers."""

from __future__ import annotations

import json
import socket
import threading
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import httpx2
import openai
import pytest

from tests.parts.fresh_python import run_python
from tests.providers.contract import KEY, REQUEST, collect, fail
from tests.providers.server import Act, ProviderServer, streamed, whole
from tests.providers.wire_openai import (
    DONE,
    OpenAIWire,
    choice,
    chunk,
    error_body,
    event,
    usage_fields,
)
from wagtail_llm_actions.errors import (
    AuthenticationFailed,
    ContentFiltered,
    ContextExceeded,
    InvalidOutput,
    ModelNotFound,
    ModelUnavailable,
    Overloaded,
    QuotaExhausted,
    RateLimited,
    RequestRejected,
)
from wagtail_llm_actions.generation import FinishReason, GenerationResult, TextDelta, Usage
from wagtail_llm_actions.providers.openai import OpenAIProvider
from wagtail_llm_actions.providers.openai.errors import EXCEPTIONS
from wagtail_llm_actions.providers.streaming import ProviderStream
from wagtail_llm_actions.providers.testing import ScriptedProvider

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.providers.server import Recorded, Reply
    from wagtail_llm_actions.errors import ProviderError
    from wagtail_llm_actions.generation import GenerationRequest
    from wagtail_llm_actions.providers.base import Provider

WIRE = OpenAIWire()
COUNTS: dict[str, Any] = {
    "prompt_tokens": 30,
    "completion_tokens": 12,
    "total_tokens": 42,
    "cached_tokens": 20,
}


@pytest.fixture
def server() -> Iterator[ProviderServer]:
    with ProviderServer() as server:
        yield server


@pytest.fixture
def provider(server: ProviderServer) -> Provider:
    return WIRE.provider(server.url)


def test_openai_itself_gets_its_own_name_for_the_limit(
    server: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", server.url)
    provider = OpenAIProvider(alias="us", api_key=KEY, base_url="http://us.api.openai.com/v1")
    server.play(WIRE.answer("Hoo."))

    collect(provider)

    (request,) = server.requests
    assert request.path == "http://us.api.openai.com/v1/chat/completions"
    assert request.body["max_completion_tokens"] == 77
    assert "max_tokens" not in request.body


@pytest.mark.parametrize(
    ("base_url", "is_openai"),
    [
        (None, True),
        ("", True),
        ("https://api.openai.com/v1", True),
        ("https://eu.api.openai.com/v1", True),
        ("https://api.openai.com.example.org/v1", False),
        ("https://myapi.openai.com/v1", False),
        ("http://localhost:8080/v1", False),
    ],
)
def test_openai_is_known_by_its_host(base_url: str | None, is_openai: bool) -> None:
    assert (
        OpenAIProvider(alias="main", api_key=KEY, base_url=base_url).is_vendors_server is is_openai
    )


def test_openai_itself_wants_a_key() -> None:
    error = fail(OpenAIProvider(alias="main"))

    assert type(error) is AuthenticationFailed
    assert error.detail == "No API key is configured."


def test_an_unknown_option_is_refused() -> None:
    with pytest.raises(TypeError, match="'organisation'"):
        OpenAIProvider(alias="main", options={"organisation": "org-1"})


def test_only_our_settings_are_sent(
    server: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("API_KEY", "ADMIN_KEY", "ORG_ID", "PROJECT_ID", "WEBHOOK_SECRET"):
        monkeypatch.setenv(f"OPENAI_{name}", "from-elsewhere")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://from-elsewhere.invalid/v1")
    monkeypatch.setenv(
        "OPENAI_CUSTOM_HEADERS", "Authorization: from-elsewhere\nX-Team: from-elsewhere"
    )
    server.play(WIRE.answer("Hoo."))

    collect(WIRE.provider(server.url, api_key=None))

    (request,) = server.requests
    assert request.headers["authorization"] == "Bearer no-key"
    assert "from-elsewhere" not in repr(request)


def test_options_are_sent(server: ProviderServer) -> None:
    options = {"organization": "org-1", "project": "proj-1", "connect_timeout_seconds": 1.0}
    provider = OpenAIProvider(alias="main", base_url=f"{server.url}/v1", options=options)
    server.play(WIRE.answer("Hoo."))

    collect(provider)

    headers = server.requests[0].headers
    assert (headers["openai-organization"], headers["openai-project"]) == ("org-1", "proj-1")


def test_a_connection_that_does_not_open_in_time_is_unavailable(server: ProviderServer) -> None:
    provider = OpenAIProvider(
        alias="main",
        # The server waits for a request, the client for its answer to the TLS handshake.
        base_url=server.url.replace("http:", "https:"),
        options={"connect_timeout_seconds": 0.1},
    )

    error = fail(provider)

    assert type(error) is ModelUnavailable
    assert error.detail == "ConnectTimeout"


def test_a_refusal_of_the_model_is_filtered(server: ProviderServer, provider: Provider) -> None:
    refusal = [chunk(choices=[choice(refusal=words)]) for words in ("I cannot ", "help.")]
    server.play(streamed([*refusal, chunk(choices=[choice("stop")]), DONE]))

    error = fail(provider)

    assert type(error) is ContentFiltered
    assert error.detail == "I cannot help."


def test_the_last_usage_counts(server: ProviderServer, provider: Provider) -> None:
    growing = [
        chunk(choices=[choice(content="hoo")], usage=usage_fields(usage))
        for usage in (Usage(input_tokens=3, output_tokens=n) for n in (1, 2))
    ]
    last = Usage(input_tokens=3, output_tokens=9)
    server.play(streamed([*growing, *WIRE.ending(FinishReason.STOP, last)]))

    assert collect(provider)[1].usage == last


@pytest.mark.parametrize(
    "last",
    [
        {"choices": None, "usage": {"prompt_tokens": 3, "completion_tokens": 4}},
        {"usage": {"prompt_tokens": 3, "completion_tokens": 4, "prompt_tokens_details": None}},
    ],
)
def test_a_bare_usage_is_read(
    server: ProviderServer, provider: Provider, last: Mapping[str, object]
) -> None:
    server.play(streamed([WIRE.text("Hoo"), chunk(choices=[choice("stop")]), event(last), DONE]))

    assert collect(provider)[1].usage == Usage(input_tokens=3, output_tokens=4)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        (
            [chunk(choices=[choice("stop")]), event({"x_groq": {"usage": COUNTS}, "choices": []})],
            (30, 12, 20),
        ),
        ([event({"choices": [choice("stop") | {"usage": COUNTS}]})], (30, 12, 20)),
        # Growing counts in every chunk, and none in the last one.
        (
            [
                event(
                    {"choices": [choice(content="!")], "usage": COUNTS | {"completion_tokens": 1}}
                ),
                event({"choices": [choice("stop")], "usage": COUNTS}),
                event({"choices": [], "usage": None}),
            ],
            (30, 12, 20),
        ),
        (
            [
                event({"choices": [choice("stop")], "usage": COUNTS}),
                event({"choices": [], "usage": dict.fromkeys(COUNTS, 0)}),
            ],
            (30, 12, 20),
        ),
    ],
    ids=["Groq", "Moonshot", "null in the last", "zeros in the last"],
)
def test_counts_are_found_wherever_a_server_puts_them(
    server: ProviderServer,
    provider: Provider,
    events: list[bytes],
    expected: tuple[int, int, int],
) -> None:
    server.play(streamed([WIRE.text("Hoo"), *events, DONE]))

    usage = collect(provider)[1].usage

    assert usage is not None
    assert (usage.input_tokens, usage.output_tokens, usage.cached_input_tokens) == expected


def test_the_cost_that_a_reseller_reports_is_kept(
    server: ProviderServer, provider: Provider
) -> None:
    last = event({"choices": [], "usage": COUNTS | {"cost": 0.00042, "is_byok": False}})
    server.play(streamed([WIRE.text("Hoo"), chunk(choices=[choice("stop")]), last, DONE]))

    usage = collect(provider)[1].usage

    assert usage is not None
    assert usage.cost_usd == Decimal("0.00042")


def test_a_call_that_a_server_refuses_is_not_billed(
    server: ProviderServer, provider: Provider
) -> None:
    server.play(whole(429, error_body("Slow down.", code=None)))
    assert fail(provider).is_unbilled

    server.play(streamed([WIRE.text("Hoo"), event({"error": {"message": "Overloaded."}})]))
    assert not fail(provider).is_unbilled


def test_a_server_that_cannot_be_reached_bills_nothing() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"

    assert fail(WIRE.provider(url)).is_unbilled


@pytest.mark.parametrize("usage", ["many", {"total_tokens": 7}])
def test_a_usage_without_counts_is_not_reported(
    server: ProviderServer, provider: Provider, usage: object
) -> None:
    server.play(streamed([WIRE.text("Hoo"), event({"choices": [choice("stop")], "usage": usage})]))

    assert collect(provider)[1].usage is None


def test_the_requested_model_stands_in_for_an_unnamed_one(
    server: ProviderServer, provider: Provider
) -> None:
    server.play(streamed([event({"choices": [choice("stop", content="Hoo")]}), DONE]))

    assert collect(provider)[1].response_model == REQUEST.model


def test_reasoning_of_compatible_servers_is_not_text(
    server: ProviderServer, provider: Provider
) -> None:
    thought = event({"choices": [choice(reasoning_content="Owls plan?")]})
    server.play(streamed([thought, WIRE.text("Hoo."), *WIRE.ending(FinishReason.STOP, None)]))

    assert collect(provider)[0] == "Hoo."


def test_a_plain_completion_without_a_text_is_invalid(
    server: ProviderServer, provider: Provider
) -> None:
    server.play(whole(200, b'{"object": "chat.completion", "choices": []}'))

    assert type(fail(provider)) is InvalidOutput


def test_a_broken_compression_is_invalid(server: ProviderServer, provider: Provider) -> None:
    server.play(whole(200, b"this is not gzip", headers={"content-encoding": "gzip"}))

    assert type(fail(provider)) is InvalidOutput


@pytest.mark.parametrize(
    ("status", "code", "kind", "retryable"),
    [
        (429, "insufficient_quota", QuotaExhausted, False),
        (429, "rate_limit_exceeded", RateLimited, True),
        (400, "content_policy_violation", ContentFiltered, False),
        (400, "context_length_exceeded", ContextExceeded, False),
        (400, "model_not_found", ModelNotFound, False),
        (400, "invalid_api_key", AuthenticationFailed, False),
        (418, "teapot", RequestRejected, False),
        (304, None, ModelUnavailable, True),
    ],
)
def test_the_code_says_more_than_the_status(
    server: ProviderServer,
    status: int,
    code: str | None,
    kind: type[ProviderError],
    retryable: bool,
) -> None:
    server.play(whole(status, error_body("No.", code=code)))

    error = fail(WIRE.provider(server.url))

    assert type(error) is kind
    assert error.retryable is retryable


@pytest.mark.parametrize(
    ("fields", "kind", "status"),
    [
        ({"code": "rate_limit_exceeded"}, RateLimited, None),
        ({"code": 503, "type": "unavailable_error"}, ModelUnavailable, 503),
        ({"code": 400, "type": "invalid_request_error"}, RequestRejected, 400),
        ({"type": "invalid_request_error"}, RequestRejected, None),
        ({"type": "overloaded_error"}, Overloaded, None),
        ({"type": ["not", "a", "name"], "code": "12345"}, ModelUnavailable, None),
        ({}, ModelUnavailable, None),
    ],
)
def test_an_error_event_in_the_stream_is_read(
    server: ProviderServer,
    fields: Mapping[str, object],
    kind: type[ProviderError],
    status: int | None,
) -> None:
    body = {"error": {"message": f"It broke: Bearer {KEY}", **fields}}
    server.play(streamed([WIRE.text("They"), event(body)]))

    error = fail(WIRE.provider(server.url))

    assert type(error) is kind
    assert error.status_code == status
    assert error.detail == "It broke: [redacted]"


def test_a_redirect_within_the_server_is_followed(server: ProviderServer) -> None:
    location = f"{server.url}/v2/chat/completions"
    server.play(whole(308, b"", headers={"location": location}), WIRE.answer("Hoo."))

    assert collect(WIRE.provider(server.url))[0] == "Hoo."
    assert server.requests[1].path == "/v2/chat/completions"


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b'{"error": "model \'owl-1\' not found"}', "model 'owl-1' not found"),
        (b'{"detail": "Not Found"}', "Not Found"),
        (b'{"detail": [{"msg": "too long", "input": "What do the owls plan?"}]}', "too long"),
        (
            b'{"detail": [{"loc": ["body", "top_k"], "msg": "Too big"}, {"msg": "Too long"}]}',
            "body.top_k: Too big; Too long",
        ),
        (
            b'{"message": {"detail": [{"loc": ["body", "stream_options"], "msg": "Forbidden"}]}}',
            "body.stream_options: Forbidden",
        ),
        (b'[{"error": {"code": 400, "message": "Unknown name"}}]', "Unknown name"),
        (
            b'{"detail": {"detail": {"detail": {"detail": {"detail": {"detail": "deep"}}}}}}',
            "Not Found",
        ),
        (b'["odd"]', "Not Found"),
        (b"<h1>Not here</h1>", "<h1>Not here</h1>"),
        (b"", "Not Found"),
    ],
)
def test_the_servers_words_are_kept_for_the_admin(
    server: ProviderServer, provider: Provider, body: bytes, detail: str
) -> None:
    server.play(whole(404, body))

    assert fail(provider).detail == detail


def test_the_request_id_is_kept_for_the_providers_support(
    server: ProviderServer, provider: Provider
) -> None:
    server.play(whole(500, error_body("No.", code=None), headers={"x-request-id": "req_1"}))

    assert fail(provider).detail == "No. (request req_1)"


def test_a_cut_connection_says_which_way(server: ProviderServer, provider: Provider) -> None:
    server.play([Act.RESET])

    assert fail(provider).detail == "ReadError"


MAPPED = tuple(kind for kind, _ in EXCEPTIONS)


def foreign_exceptions() -> list[type[Exception]]:
    modules = (openai, openai._exceptions, httpx2)
    found = [thing for module in modules for thing in vars(module).values()]
    # Not isinstance: it asks openai's stand-ins for their class, which imports all that they stand for.
    kinds = {kind for kind in found if issubclass(type(kind), type) and issubclass(kind, Exception)}
    return [kind for kind in kinds if kind.__module__.partition(".")[0] in {"openai", "httpx2"}]


NOT_RAISED_BY_A_CALL = {"InvalidWebhookSignatureError"}


def test_every_exception_of_the_sdk_and_its_http_stack_is_mapped() -> None:
    unmapped = {kind.__name__ for kind in foreign_exceptions() if not issubclass(kind, MAPPED)}

    assert unmapped == NOT_RAISED_BY_A_CALL
    assert len(foreign_exceptions()) > 40


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
def test_the_sdk_is_imported_only_when_used() -> None:
    printed = run_python("""
        import sys
        from wagtail_llm_actions.providers.openai import OpenAIProvider

        provider = OpenAIProvider(alias="main", base_url="http://localhost/v1")
        heavy = {"openai", "httpx2", "pydantic", "anyio", "django", "wagtail"}
        print(sorted(heavy & set(sys.modules)))
        provider.warm_up()
        print(sorted(heavy & set(sys.modules)))
    """)

    assert printed.splitlines() == ["[]", "['anyio', 'httpx2', 'openai', 'pydantic']"]


@pytest.mark.processes
def test_a_missing_sdk_names_what_to_install() -> None:
    printed = run_python("""
        import sys
        sys.modules["openai"] = None
        from wagtail_llm_actions.generation import GenerationRequest
        from wagtail_llm_actions.providers.base import ProviderNotInstalled
        from wagtail_llm_actions.providers.openai import OpenAIProvider
        from wagtail_llm_actions.providers.streaming import ProviderStream

        provider = OpenAIProvider(alias="main", base_url="http://localhost/v1")
        try:
            provider.warm_up()
        except ProviderNotInstalled as error:
            print(error)
        request = GenerationRequest(model="owl", prompt="Hoo?", max_tokens=5)
        with ProviderStream(provider, request) as stream:
            try:
                stream.next(5)
            except ProviderNotInstalled as error:
                print(error, error.retryable)
    """)

    warmed, called = printed.splitlines()
    assert warmed.startswith("model_unavailable from main for every model: ")
    assert warmed.endswith('. Install the SDK: pip install "wagtail-llm-actions[openai]".')
    assert called == f"{warmed} False"


class SlowToImport(OpenAIProvider):
    may_go_on = threading.Event()

    def warm_up(self) -> None:
        assert self.may_go_on.wait(10)
        super().warm_up()


def test_a_first_call_does_not_hold_up_the_others(server: ProviderServer) -> None:
    slow = SlowToImport(alias="slow", base_url=f"{server.url}/v1")
    quick = ScriptedProvider(alias="quick")
    server.play(WIRE.answer("Hoo."))

    with ProviderStream(slow, REQUEST) as stream:
        collect(quick)
        slow.may_go_on.set()

        assert stream.next(10) == TextDelta(text="Hoo.")
        assert isinstance(stream.next(10), GenerationResult)


@pytest.mark.processes
@pytest.mark.parametrize("used_before", [False, True], ids=["only warmed up", "used before"])
def test_a_provider_works_in_a_forked_child(server: ProviderServer, used_before: bool) -> None:
    calls = 3 if used_before else 1
    server.play(*(WIRE.answer("Hoo.") for _ in range(calls)))

    printed = run_python(
        """
        import os, sys
        from wagtail_llm_actions.generation import GenerationRequest, TextDelta
        from wagtail_llm_actions.providers.openai import OpenAIProvider
        from wagtail_llm_actions.providers.streaming import ProviderStream

        provider = OpenAIProvider(alias="main", base_url=sys.argv[1])
        request = GenerationRequest(model="owl", prompt="Hoo?", max_tokens=5)

        def call(who):
            with ProviderStream(provider, request) as stream:
                text = stream.next(10).text
                print(who, text, stream.next(10).finish_reason, flush=True)

        provider.warm_up()
        used_before = sys.argv[2] == "True"
        if used_before:
            call("parent")
        if child := os.fork():
            assert os.waitpid(child, 0)[1] == 0
            if used_before:
                call("parent")
        else:
            call("child")
        """,
        f"{server.url}/v1",
        str(used_before),
    )

    parent = ["parent Hoo. stop"] if used_before else []
    assert printed.splitlines() == [*parent, "child Hoo. stop", *parent]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"extra_headers": ["X-Team"]}, r"OPTIONS\['extra_headers'\] must be a dict of strings"),
        ({"extra_headers": {"X-Team": 5}}, r"OPTIONS\['extra_headers'\] must be a dict of strings"),
        ({"extra_headers": {"X-Team": "a\nb"}}, r"OPTIONS\['extra_headers'\] must be a dict"),
        ({"extra_body": "top_k"}, r"OPTIONS\['extra_body'\] must be a dict\."),
        ({"extra_body": {"stream": False}}, r"OPTIONS\['extra_body'\] must not hold 'stream'"),
        ({"connect_timeout_seconds": 0}, r"OPTIONS\['connect_timeout_seconds'\] must be a number"),
        ({"connect_timeout_seconds": "5"}, r"OPTIONS\['connect_timeout_seconds'\] must be a num"),
        ({"max_tokens_parameter": 5}, r"OPTIONS\['max_tokens_parameter'\] must be a string"),
        ({"stream_usage": "no"}, r"OPTIONS\['stream_usage'\] must be True or False"),
        (
            {"colour": 1},
            "has an unknown key 'colour'; known are connect_timeout_seconds, context_t",
        ),
    ],
)
def test_a_wrong_option_is_named_without_its_value(options: dict[str, Any], problem: str) -> None:
    with pytest.raises((TypeError, ValueError), match=problem):
        OpenAIProvider(alias="main", options=options)


def test_an_option_that_the_environment_does_not_have_counts_as_not_set() -> None:
    provider = OpenAIProvider(alias="main", options={"organization": None, "extra_body": None})

    assert provider.options == OpenAIProvider(alias="main").options


def refuse_stream_options(recorded: Recorded) -> Reply:
    """Answer as Mistral does: a member that it does not know is refused."""
    if "stream_options" not in recorded.body:
        return WIRE.answer("Hoo.")
    problem = {"loc": ["body", "stream_options"], "msg": "Extra inputs are not permitted"}
    body = {"object": "error", "message": {"detail": [{"type": "extra_forbidden", **problem}]}}
    return whole(422, json.dumps(body).encode())


def test_a_server_that_refuses_stream_options_is_asked_without_them(
    server: ProviderServer,
) -> None:
    url = f"{server.url}/v1"
    server.play(refuse_stream_options, refuse_stream_options, refuse_stream_options)

    provider = OpenAIProvider(alias="main", base_url=url)
    answers = [collect(provider) for _ in range(2)]

    assert [(text, result.usage) for text, result in answers] == [("Hoo.", None)] * 2
    assert ["stream_options" in request.body for request in server.requests] == [True, False, False]


def test_an_option_never_asks_for_what_a_server_refuses(server: ProviderServer) -> None:
    server.play(refuse_stream_options)
    options = {"stream_usage": False}

    text, _ = collect(OpenAIProvider(alias="main", base_url=f"{server.url}/v1", options=options))

    assert (text, len(server.requests)) == ("Hoo.", 1)


def test_a_server_without_structured_output_is_asked_for_text_from_then_on(
    server: ProviderServer,
) -> None:
    schema = {"type": "object", "properties": {"answer": {"type": "boolean"}}}
    request = replace(REQUEST, schema=schema)

    def refuse(recorded: Recorded) -> Reply:
        if "response_format" not in recorded.body:
            return WIRE.answer("yes")
        words = "Invalid parameter: 'response_format' of type 'json_schema' is not supported."
        return whole(400, json.dumps({"error": {"message": words}}).encode())

    server.play(refuse, refuse, refuse)
    provider = OpenAIProvider(alias="main", base_url=f"{server.url}/v1")

    assert [collect(provider, request)[0] for _ in range(2)] == ["yes", "yes"]
    assert server.requests[0].body["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "answer", "strict": True, "schema": schema},
    }
    assert ["response_format" in each.body for each in server.requests] == [True, False, False]
    assert [each.setting for each in provider.corrections(REQUEST.model)] == [
        "'OPTIONS': {'structured_output': False}"
    ]


def test_a_server_may_have_its_own_name_for_the_limit(server: ProviderServer) -> None:
    options = {"max_tokens_parameter": "max_new_tokens"}
    server.play(WIRE.answer("Hoo."))

    collect(OpenAIProvider(alias="main", base_url=f"{server.url}/v1", options=options))

    body = server.requests[0].body
    assert body["max_new_tokens"] == 77
    assert "max_tokens" not in body


class OwlProvider(OpenAIProvider):
    """What a site writes for a server with a parameter of its own."""

    def request_kwargs(self, request: GenerationRequest) -> dict[str, Any]:
        kwargs = super().request_kwargs(request)
        kwargs["extra_body"]["feathers"] = "soft"
        return kwargs


def test_a_subclass_can_change_the_request(server: ProviderServer) -> None:
    server.play(WIRE.answer("Hoo."))

    collect(OwlProvider(alias="main", base_url=f"{server.url}/v1"))

    assert server.requests[0].body["feathers"] == "soft"
    assert server.requests[0].body["max_tokens"] == 77


class ElsewhereProvider(OpenAIProvider):
    """Another vendor with OpenAI's protocol."""

    vendor = "elsewhere"
    default_base_url = "https://llm.example/v1"
    max_tokens_parameter = "max_tokens"


def test_a_subclass_for_another_vendor_has_its_own_facts() -> None:
    provider = ElsewhereProvider(alias="main")

    assert provider.is_vendors_server
    assert not ElsewhereProvider.serves_vendor_models("https://api.openai.com/v1")
    assert str(provider.build_client().base_url) == "https://llm.example/v1/"
    assert provider.request_kwargs(REQUEST)["extra_body"] == {"max_tokens": 77}
