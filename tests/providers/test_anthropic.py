"""What is Anthropic's own, beside the contract of providers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

import anthropic
import httpx2
import pytest
from anthropic import _error_classes, _exceptions, _response
from anthropic.types import StopReason
from anthropic.types.shared import ErrorType

from tests.parts.fresh_python import run_python
from tests.providers.contract import KEY, REQUEST, collect, fail
from tests.providers.server import Act, ProviderServer, streamed, whole
from tests.providers.wire_anthropic import (
    AnthropicWire,
    block_delta,
    block_start,
    error_body,
    event,
    message_delta,
    message_start,
    raw_event,
    unchecked,
    without_usage,
)
from wagtail_llm_actions.errors import (
    AccountDisabled,
    AuthenticationFailed,
    ContentFiltered,
    InvalidOutput,
    ModelNotFound,
    ModelUnavailable,
    OutOfCredit,
    Overloaded,
    ProviderTimeout,
    QuotaExhausted,
    RateLimited,
    RequestRejected,
)
from wagtail_llm_actions.generation import FinishReason, Usage
from wagtail_llm_actions.providers.anthropic import AnthropicProvider
from wagtail_llm_actions.providers.anthropic.errors import EXCEPTIONS
from wagtail_llm_actions.providers.errors.classify import TYPES
from wagtail_llm_actions.providers.errors.table import ROWS, plain
from wagtail_llm_actions.providers.finish_reasons import read_finish_reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wagtail_llm_actions.errors import ProviderError
    from wagtail_llm_actions.providers.base import Provider

WIRE = AnthropicWire()


@pytest.fixture
def server() -> Iterator[ProviderServer]:
    with ProviderServer() as server:
        yield server


@pytest.fixture
def provider(server: ProviderServer) -> Provider:
    return WIRE.provider(server.url)


def test_anthropic_itself_is_the_default_and_wants_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "from-elsewhere")
    provider = AnthropicProvider(alias="main")

    error = fail(provider)

    assert type(error) is AuthenticationFailed
    assert error.detail == "No API key is configured."
    assert str(provider.build_client().base_url) == "https://api.anthropic.com"


@pytest.mark.parametrize("path", ["/v1", "/v1/", "/gateway/v1"])
def test_the_address_ends_before_the_version(path: str) -> None:
    with pytest.raises(ValueError, match="BASE_URL must end before /v1"):
        AnthropicProvider(alias="main", base_url=f"http://localhost{path}")


def test_an_unknown_option_is_refused() -> None:
    with pytest.raises(TypeError, match="'organization'"):
        AnthropicProvider(alias="main", options={"organization": "org-1"})


def test_only_our_settings_are_sent(
    server: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("API_KEY", "AUTH_TOKEN", "PROFILE", "CONFIG_DIR", "WEBHOOK_SIGNING_KEY")
    federation = ("IDENTITY_TOKEN", "FEDERATION_RULE_ID", "ORGANIZATION_ID", "WORKSPACE_ID")
    for name in (*names, *federation):
        monkeypatch.setenv(f"ANTHROPIC_{name}", "from-elsewhere")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://from-elsewhere.invalid")
    monkeypatch.setenv(
        "ANTHROPIC_CUSTOM_HEADERS", "Authorization: from-elsewhere\nX-Team: from-elsewhere"
    )
    server.play(WIRE.answer("Hoo."))

    collect(WIRE.provider(server.url, api_key=None))

    (request,) = server.requests
    assert request.headers["authorization"] == "Bearer no-key"
    assert "from-elsewhere" not in repr(request)


def test_no_variable_writes_prompts_into_traces(monkeypatch: pytest.MonkeyPatch) -> None:
    provider = AnthropicProvider(alias="main", api_key=KEY)
    monkeypatch.setenv("ANTHROPIC_OPEN_TELEMETRY_TRACES_CONTENT_MODE", "content")

    traces = provider.build_client().open_telemetry["traces"]

    assert traces["content_mode"] == "metadata_only"


def test_no_effort_switches_thinking_off(server: ProviderServer, provider: Provider) -> None:
    server.play(WIRE.answer("Hoo."))

    collect(provider, replace(REQUEST, reasoning_effort="none"))

    assert server.requests[0].body["thinking"] == {"type": "disabled"}
    assert "output_config" not in server.requests[0].body


def test_the_schema_of_an_answer_stands_beside_the_effort(
    server: ProviderServer, provider: Provider
) -> None:
    schema = {"type": "object", "properties": {"answer": {"type": "boolean"}}}
    server.play(WIRE.answer('{"answer": true}'))

    collect(provider, replace(REQUEST, schema=schema, reasoning_effort="low"))

    assert server.requests[0].body["output_config"] == {
        "effort": "low",
        "format": {"type": "json_schema", "schema": schema},
    }


def test_a_connection_that_does_not_open_in_time_is_unavailable(server: ProviderServer) -> None:
    provider = AnthropicProvider(
        alias="main",
        # The server waits for a request, the client for its answer to the TLS handshake.
        base_url=server.url.replace("http:", "https:"),
        options={"connect_timeout_seconds": 0.1},
    )

    error = fail(provider)

    assert type(error) is ModelUnavailable
    assert error.detail == "ConnectTimeout"


def ended(word: str | None, **usage: Any) -> list[bytes]:
    return [message_delta(word, **usage), event(type="message_stop")]


@pytest.mark.parametrize(
    ("word", "finish_reason"),
    [
        ("end_turn", FinishReason.STOP),
        ("stop_sequence", FinishReason.STOP),
        ("max_tokens", FinishReason.LENGTH),
        ("model_context_window_exceeded", FinishReason.LENGTH),
        ("refusal", FinishReason.CONTENT_FILTER),
        ("pause_turn", "pause_turn"),
        ("tool_use", "tool_use"),
    ],
)
def test_every_stop_reason_has_its_meaning(
    server: ProviderServer, provider: Provider, word: str, finish_reason: str
) -> None:
    server.play(streamed([message_start(), WIRE.text("Hoo"), *ended(word)]))

    text, result = collect(provider)

    assert text == "Hoo"
    assert result.finish_reason == finish_reason


def test_no_stop_reason_of_the_sdk_is_unknown() -> None:
    reasons = {word: read_finish_reason(word) for word in get_args(StopReason)}

    unknown = {word for word, reason in reasons.items() if reason not in set(FinishReason)}
    assert unknown == {"pause_turn", "tool_use"}


def test_a_stop_reason_of_the_future_is_kept(server: ProviderServer, provider: Provider) -> None:
    end = unchecked(type="message_delta", delta={"stop_reason": "bored"}, usage={})
    server.play(streamed([message_start(), WIRE.text("Hoo"), end]))

    assert collect(provider)[1].finish_reason == "bored"


@pytest.mark.parametrize(
    ("details", "words"),
    [
        (None, "The model refused to answer."),
        ({"type": "refusal", "category": "bio"}, "The model refused to answer (bio)."),
        ({"type": "refusal", "explanation": "Not about owls."}, "Not about owls."),
    ],
)
def test_a_refusal_says_why_where_it_is_known(
    server: ProviderServer, provider: Provider, details: object, words: str
) -> None:
    server.play(streamed([message_start(), message_delta("refusal", details=details)]))

    error = fail(provider)

    assert type(error) is ContentFiltered
    assert error.detail == words


def test_cached_tokens_are_part_of_the_input(server: ProviderServer, provider: Provider) -> None:
    start = message_start(
        input_tokens=3, cache_creation_input_tokens=20, cache_read_input_tokens=100
    )
    server.play(streamed([start, WIRE.text("Hoo."), *ended("end_turn", output_tokens=7)]))

    assert collect(provider)[1].usage == Usage(
        input_tokens=123, output_tokens=7, cached_input_tokens=100, cache_write_tokens=20
    )


def test_the_last_totals_count(server: ProviderServer, provider: Provider) -> None:
    last = {"input_tokens": 5, "cache_read_input_tokens": 2, "output_tokens": 9}
    events = [
        message_start(input_tokens=3, output_tokens=4),
        WIRE.text("Hoo."),
        message_delta(None, output_tokens=6),
        *ended("end_turn", **last),
    ]
    server.play(streamed(events))

    assert collect(provider)[1].usage == Usage(
        input_tokens=7, output_tokens=9, cached_input_tokens=2
    )


def test_the_output_of_the_first_event_is_no_total(
    server: ProviderServer, provider: Provider
) -> None:
    end = without_usage(message_delta("end_turn"))
    server.play(streamed([message_start(), WIRE.text("Hoo."), end]))

    usage = collect(provider)[1].usage

    assert usage is not None
    assert usage.input_tokens
    assert usage.output_tokens is None


def test_the_requested_model_stands_in_for_an_unnamed_one(
    server: ProviderServer, provider: Provider
) -> None:
    start = unchecked(type="message_start", message={})
    server.play(streamed([start, WIRE.text("Hoo."), *ended("end_turn")]))

    assert collect(provider)[1].response_model == REQUEST.model


def test_only_text_is_text(server: ProviderServer, provider: Provider) -> None:
    events = [
        message_start(),
        event(
            type="content_block_start",
            index=0,
            content_block={"type": "thinking", "thinking": "Owls", "signature": ""},
        ),
        block_delta(type="thinking_delta", thinking="Owls plan?"),
        block_delta(type="signature_delta", signature="c2ln"),
        event(type="content_block_stop", index=0),
        raw_event("ping", b'{"type": "ping"}'),
        unchecked(type="an_event_of_the_future", text="Not this."),
        block_start(1, type="text", text="H"),
        block_delta(1, type="text_delta", text="oo."),
        *ended("end_turn"),
    ]
    server.play(streamed(events))

    assert collect(provider)[0] == "Hoo."


def test_events_without_a_message_are_invalid(server: ProviderServer, provider: Provider) -> None:
    server.play(streamed([WIRE.text("Hoo."), *ended("end_turn")]))

    error = fail(provider)

    assert type(error) is InvalidOutput
    assert error.detail == "The server did not stream a message. Is BASE_URL right?"


def test_a_plain_message_in_place_of_a_stream_is_invalid(
    server: ProviderServer, provider: Provider
) -> None:
    server.play(whole(200, b'{"type": "message", "content": []}'))

    assert type(fail(provider)) is InvalidOutput


def test_a_broken_compression_is_invalid(server: ProviderServer, provider: Provider) -> None:
    server.play(whole(200, b"this is not gzip", headers={"content-encoding": "gzip"}))

    assert type(fail(provider)) is InvalidOutput


@pytest.mark.parametrize(
    ("kind", "expected", "retryable"),
    [
        ("api_error", ModelUnavailable, True),
        ("authentication_error", AuthenticationFailed, False),
        ("billing_error", OutOfCredit, False),
        ("invalid_request_error", RequestRejected, False),
        ("not_found_error", ModelNotFound, False),
        ("overloaded_error", Overloaded, True),
        ("permission_error", AuthenticationFailed, False),
        ("rate_limit_error", RateLimited, True),
        ("timeout_error", ProviderTimeout, True),
    ],
)
def test_an_error_event_in_the_stream_is_read(
    server: ProviderServer, kind: str, expected: type[ProviderError], retryable: bool
) -> None:
    body = error_body(f"It broke: Bearer {KEY}", kind=kind)
    server.play(streamed([*WIRE.beginning(), WIRE.text("They"), raw_event("error", body)]))

    error = fail(WIRE.provider(server.url))

    assert type(error) is expected
    assert error.retryable is retryable
    assert error.status_code is None
    assert error.detail == "It broke: [redacted]"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'{"type": "error", "error": {"type": ["odd"], "message": "No."}}', "No."),
        (b'{"type": "error", "error": {"type": "bored_error", "message": "No."}}', "No."),
        (b'{"error": "No."}', "No."),
        (b'{"type": "error", "error": {}}', ""),
        (b"No.", "No."),
    ],
)
def test_an_error_event_of_no_known_type_is_unavailable(
    server: ProviderServer, provider: Provider, data: bytes, words: str
) -> None:
    server.play(streamed([*WIRE.beginning(), raw_event("error", data)]))

    error = fail(provider)

    assert type(error) is ModelUnavailable
    assert error.retryable
    assert error.detail == words


def test_no_error_type_of_the_sdk_is_unknown() -> None:
    known = plain(" ".join(TYPES.values()).split()).union(
        *(row.code_set | row.broad_set for row in ROWS)
    )

    assert plain(get_args(ErrorType)) <= known


@pytest.mark.parametrize(
    ("status", "code", "kind", "retryable"),
    [
        (429, "enforced_spend_limit_reached", QuotaExhausted, False),
        (429, "contract_spend_limit_reached", QuotaExhausted, False),
        (429, "ramp_limit_exceeded", RateLimited, True),
        (400, "organization_on_hold", AccountDisabled, False),
        (400, "image_dimensions_too_large", RequestRejected, False),
        (418, "teapot", RequestRejected, False),
        (529, "compaction_unavailable", Overloaded, True),
        (304, "not_modified", ModelUnavailable, True),
    ],
)
def test_the_code_says_more_than_the_status(
    server: ProviderServer,
    status: int,
    code: str,
    kind: type[ProviderError],
    retryable: bool,
) -> None:
    body = error_body("No.", kind="api_error", details={"error_code": code})
    server.play(whole(status, body))

    error = fail(WIRE.provider(server.url))

    assert type(error) is kind
    assert error.retryable is retryable


def test_an_overloaded_provider_says_when_to_come_back(
    server: ProviderServer, provider: Provider
) -> None:
    server.play(WIRE.error(529, {"Retry-After": "7", "X-Should-Retry": "true"}))

    error = fail(provider)

    assert type(error) is Overloaded
    assert error.retry_after_seconds == 7.0
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b'{"error": "model \'owl-1\' not found"}', "model 'owl-1' not found"),
        (b'{"detail": "Not Found"}', "Not Found"),
        (b'{"message": "Not Found"}', "Not Found"),
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
    body = error_body("No.", kind="api_error")
    server.play(whole(500, body, headers={"request-id": "req_1"}))

    assert fail(provider).detail == "No. (request req_1)"


def test_a_cut_connection_says_which_way(server: ProviderServer, provider: Provider) -> None:
    server.play([Act.RESET])

    assert fail(provider).detail == "ReadError"


MAPPED = tuple(kind for kind, _ in EXCEPTIONS)


def foreign_exceptions() -> set[type[Exception]]:
    modules = (anthropic, _exceptions, _response, httpx2)
    found = [thing for module in modules for thing in vars(module).values()]
    kinds = {kind for kind in found if isinstance(kind, type) and issubclass(kind, Exception)}
    kinds |= set(_error_classes.ERROR_CLASSES.values())
    return {kind for kind in kinds if kind.__module__.partition(".")[0] in {"anthropic", "httpx2"}}


NOT_RAISED_BY_A_CALL = {"MissingStreamClassError"}


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
        from wagtail_llm_actions.providers.anthropic import AnthropicProvider

        provider = AnthropicProvider(alias="main", base_url="http://localhost")
        heavy = {"anthropic", "httpx2", "pydantic", "anyio", "django", "wagtail"}
        print(sorted(heavy & set(sys.modules)))
        provider.warm_up()
        print(sorted(heavy & set(sys.modules)))
    """)

    assert printed.splitlines() == ["[]", "['anthropic', 'anyio', 'httpx2', 'pydantic']"]


@pytest.mark.processes
def test_nothing_of_ours_is_left_to_import_after_warming_up(server: ProviderServer) -> None:
    server.play(WIRE.answer("Hoo."), WIRE.error(529))

    printed = run_python(
        """
        import sys
        from wagtail_llm_actions.errors import ProviderError
        from wagtail_llm_actions.generation import GenerationRequest
        from wagtail_llm_actions.providers.anthropic import AnthropicProvider
        from wagtail_llm_actions.providers.streaming import ProviderStream

        provider = AnthropicProvider(alias="main", base_url=sys.argv[1])
        provider.warm_up()
        before = set(sys.modules)
        request = GenerationRequest(model="owl", prompt="Hoo?", max_tokens=5)
        for _ in range(2):
            with ProviderStream(provider, request) as stream:
                try:
                    print(stream.next(10).text)
                except ProviderError as error:
                    print(error.code)
        ours = ("anthropic", "wagtail_llm_actions", "anyio")
        print(sorted(name for name in set(sys.modules) - before if name.startswith(ours)))
        """,
        server.url,
    )

    assert printed.splitlines() == ["Hoo.", "rate_limited", "[]"]


@pytest.mark.processes
def test_a_missing_sdk_names_what_to_install() -> None:
    printed = run_python("""
        import sys
        sys.modules["anthropic"] = None
        from wagtail_llm_actions.providers.anthropic import AnthropicProvider
        from wagtail_llm_actions.providers.base import ProviderNotInstalled

        try:
            AnthropicProvider(alias="main").warm_up()
        except ProviderNotInstalled as error:
            print(error)
    """)

    assert printed.strip().endswith('pip install "wagtail-llm-actions[anthropic]".')
