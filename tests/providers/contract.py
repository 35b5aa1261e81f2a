"""What every adapter must do, whatever its provider's wire format is.

A provider's tests subclass ``ProviderContract``, or ``FilteringProviderContract`` where it filters
content, and set ``wire``, which builds the replies that its servers would send.
"""

from __future__ import annotations

import base64
import gc
import logging
import math
import socket
import time
import traceback
from abc import ABC, abstractmethod
from dataclasses import replace
from email.utils import formatdate
from types import AsyncGeneratorType
from typing import TYPE_CHECKING, ClassVar

import pytest

from tests.parts.waiting import eventually
from tests.providers.server import Act, ProviderServer, streamed, whole
from wagtail_llm_actions.errors import (
    AuthenticationFailed,
    ContentFiltered,
    ContextExceeded,
    InvalidOutput,
    ModelNotFound,
    ModelUnavailable,
    OnlyReasoning,
    OutOfCredit,
    Overloaded,
    ProviderError,
    ProviderTimeout,
    RateLimited,
    RequestRejected,
)
from wagtail_llm_actions.generation import (
    FinishReason,
    GenerationRequest,
    GenerationResult,
    ImageInput,
    ModelStatus,
    ReasoningDelta,
    TextDelta,
    Usage,
)
from wagtail_llm_actions.providers.health import check
from wagtail_llm_actions.providers.streaming import ProviderStream

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tests.providers.server import Recorded, Reply, Script
    from wagtail_llm_actions.providers.base import Provider

KEY = "sk-contract-0123456789abcdef"
PROMPT = "What do the owls plan?"
MODEL = "owl-1"
REQUEST = GenerationRequest(
    model=MODEL,
    prompt=PROMPT,
    system_instructions="Be brief.",
    temperature=0.3,
    max_tokens=77,
    reasoning_effort="low",
)
IMAGE = ImageInput(data=bytes(range(256)) * 20, media_type="image/jpeg")
STREAM_SECONDS = 30.0
QUIET_SECONDS = 0.3
GIVE_UP_SECONDS = 3.0
"""Enough for a request to reach the server, however busy the machine is."""
GENERATING = ("/chat/completions", "/messages", "/chat")


class Wire(ABC):
    """A provider's wire format."""

    no_key_needed: ClassVar[bool] = False
    """Whether a server at a configured address is called without a key."""
    content_filter_words: ClassVar[str] = "Not about owls."
    """What it says to a prompt that it refuses for its content."""
    reports_parts_of_usage: ClassVar[bool] = True
    """Whether cached and reasoning tokens are counted."""
    all_reasoning_words: ClassVar[str] = "70 of its 77 tokens went into reasoning"

    @abstractmethod
    def provider(
        self, url: str, *, api_key: str | None = KEY, options: Mapping[str, object] | None = None
    ) -> Provider: ...

    @abstractmethod
    def sent(self, recorded: Recorded) -> GenerationRequest:
        """Read the request back from its wire form."""

    @abstractmethod
    def user_message(self, recorded: Recorded) -> tuple[str, list[tuple[str, str]]]:
        """Return the prompt, and of each image the media type and the base64."""

    @abstractmethod
    def text(self, text: str) -> bytes:
        """Build the event that carries a piece of text."""

    @abstractmethod
    def reasoning(self, text: str) -> list[bytes]:
        """Build the events that carry a piece of reasoning."""

    @abstractmethod
    def beginning(self, usage: Usage | None = None) -> list[bytes]:
        """Build what comes before the first text."""

    @abstractmethod
    def ending(self, finish_reason: FinishReason, usage: Usage | None) -> list[bytes]: ...

    @abstractmethod
    def error_body(self, status: int, message: str) -> bytes: ...

    def content_filter_body(self) -> bytes:
        """Build the body of the HTTP 400 that refuses a prompt for its content."""
        return self.error_body(400, self.content_filter_words)

    @abstractmethod
    def status(self, *, present: bool) -> list[Reply]:
        """Build the answers to a question after ``MODEL``, among others."""

    @abstractmethod
    def malformed(self) -> Mapping[str, bytes]:
        """Name and build event streams that are not in the provider's protocol."""

    @abstractmethod
    def miscounted(self, count: object) -> bytes:
        """Build the end of an answer, with this for the tokens that were written."""

    def answer(
        self,
        *pieces: str,
        finish_reason: FinishReason = FinishReason.STOP,
        usage: Usage | None = None,
        before: Iterable[bytes] = (),
        keep_alive: bool = False,
    ) -> Reply:
        beginning, ending = self.beginning(usage), self.ending(finish_reason, usage)
        return streamed(
            [*beginning, *before, *map(self.text, pieces), *ending], keep_alive=keep_alive
        )

    def error(self, status: int, headers: Mapping[str, str] | None = None) -> Script:
        """Build an error whose words quote the key that was sent, as careless gateways do."""

        def reply(recorded: Recorded) -> Reply:
            quoted = recorded.headers.get("authorization") or recorded.headers.get("x-api-key", "")
            message = f"It failed. The request had the header Authorization: {quoted}"
            return whole(status, self.error_body(status, message), headers=headers)

        return reply


def collect(
    provider: Provider, request: GenerationRequest = REQUEST
) -> tuple[str, GenerationResult]:
    """Run a call to its end and return its text and its result."""
    text = ""
    with ProviderStream(provider, request) as stream:
        while not isinstance(item := stream.next(STREAM_SECONDS), GenerationResult):
            assert item is not None, "nothing arrived in time"
            text += item.text if isinstance(item, TextDelta) else ""
    return text, item


def fail(provider: Provider, request: GenerationRequest = REQUEST) -> ProviderError:
    """Run a call that fails and return its error, in which nothing private may be found."""
    with pytest.raises(ProviderError) as caught:
        collect(provider, request)

    error = caught.value
    shown = [str(error), repr(error), repr(vars(error)), repr(provider), str(provider)]
    printed = "".join(traceback.format_exception(error, chain=True))
    assert not any(KEY in words for words in [*shown, printed])
    assert PROMPT not in printed
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None
    assert (error.provider, error.model) == (provider.alias, MODEL)
    assert len(error.detail) <= 500
    return error


def half_read() -> list[AsyncGeneratorType[object, object]]:
    """Return the generators that wait in the middle of something."""
    return [
        thing
        for thing in gc.get_objects()
        if type(thing) is AsyncGeneratorType and thing.ag_frame and not thing.ag_running
    ]


class ProviderContract:
    """Subclass it as ``TestSomething`` and set ``wire``."""

    wire: ClassVar[Wire]

    @pytest.fixture
    def server(self) -> Iterator[ProviderServer]:
        with ProviderServer() as server:
            yield server

    @pytest.fixture
    def provider(self, server: ProviderServer) -> Provider:
        return self.wire.provider(server.url)

    @pytest.fixture(autouse=True)
    def no_secret_in_logs(self, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
        """Let every library log all that it can, and look for the key in it."""
        caplog.set_level(logging.DEBUG)
        yield
        for record in caplog.get_records("call"):
            assert KEY not in record.getMessage()
            assert KEY not in repr(vars(record))
            assert KEY not in logging.Formatter().format(record)

    def test_sends_the_whole_request(self, server: ProviderServer, provider: Provider) -> None:
        server.play(self.wire.answer("Hoo."))

        collect(provider)

        assert self.wire.sent(server.requests[0]) == REQUEST

    def test_leaves_out_what_the_request_does_not_say(
        self, server: ProviderServer, provider: Provider
    ) -> None:
        server.play(self.wire.answer("Hoo."))
        request = GenerationRequest(model=MODEL, prompt=PROMPT, max_tokens=5)

        collect(provider, request)

        assert self.wire.sent(server.requests[0]) == request

    def test_an_image_arrives_as_it_was_given(
        self, server: ProviderServer, provider: Provider
    ) -> None:
        server.play(self.wire.answer("Hoo."))

        collect(provider, replace(REQUEST, images=(IMAGE,)))

        prompt, images = self.wire.user_message(server.requests[0])
        assert prompt == PROMPT
        assert [(kind, base64.b64decode(data)) for kind, data in images] == [
            (IMAGE.media_type, IMAGE.data)
        ]

    def test_an_error_that_quotes_an_image_does_not_show_it(
        self, server: ProviderServer, provider: Provider
    ) -> None:
        message = f"This is no image: data:image/jpeg;base64,{IMAGE.base64}"
        server.play(whole(400, self.wire.error_body(400, message)))

        error = fail(provider, replace(REQUEST, images=(IMAGE,)))

        assert error.detail.startswith("This is no image")
        assert IMAGE.base64[:40] not in error.detail

    def test_extra_headers_and_members_are_sent(self, server: ProviderServer) -> None:
        options = {
            "extra_headers": {"X-Team": "owls", "Authorization": "Token instead-of-the-key"},
            "extra_body": {"top_k": 20},
        }
        server.play(self.wire.answer("Hoo."), *self.wire.status(present=True))
        provider = self.wire.provider(server.url, options=options)

        collect(provider)
        check(provider, MODEL, timeout_seconds=STREAM_SECONDS)

        generation = server.requests[0]
        assert self.wire.sent(generation) == REQUEST
        assert generation.body["top_k"] == 20
        assert {request.headers["x-team"] for request in server.requests} == {"owls"}
        assert {request.headers["authorization"] for request in server.requests} == {
            "Token instead-of-the-key"
        }

    def test_a_secret_in_an_extra_header_is_not_shown(
        self, server: ProviderServer, caplog: pytest.LogCaptureFixture
    ) -> None:
        secret = "gateway-secret-1234"  # noqa: S105 - made up
        options = {"extra_headers": {"X-Gateway": f"Token {secret}"}}
        body = self.wire.error_body(403, f"{secret} may not. Header was: Token {secret}")
        server.play(whole(403, body))
        provider = self.wire.provider(server.url, options=options)

        error = fail(provider)

        assert error.detail.startswith("[redacted] may not. Header was: [redacted]")
        assert secret not in repr(vars(error)) + repr(provider)
        shown = [repr(vars(record)) + record.getMessage() for record in caplog.records]
        assert not any(secret in text for text in shown)

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_a_redirect_to_another_server_is_refused(
        self, server: ProviderServer, provider: Provider, status: int
    ) -> None:
        with ProviderServer() as other:
            location = f"{other.url}/v1?secret=1"
            server.play(whole(status, b"", headers={"location": location}))

            error = fail(provider)

            assert other.requests == []
        assert type(error) is ModelUnavailable
        assert not error.retryable
        assert error.status_code == status
        assert error.detail == (
            f"The server redirects to another one, {other.url}, where no prompt is sent. If that is "
            "right, set BASE_URL to it."
        )

    def test_a_redirect_of_a_check_is_refused_too(
        self, server: ProviderServer, provider: Provider
    ) -> None:
        with ProviderServer() as other:
            server.play(whole(307, b"", headers={"location": other.url}))

            status = check(provider, MODEL, timeout_seconds=STREAM_SECONDS)

            assert other.requests == []
        assert "redirects to another one" in status.detail

    def test_the_query_of_the_address_is_sent_but_not_shown_or_logged(
        self, server: ProviderServer, provider: Provider, caplog: pytest.LogCaptureFixture
    ) -> None:
        secret = "query-secret-1234"  # noqa: S105 - made up
        error_body = self.wire.error_body(403, f"{secret} may not call /chat?code={secret}&v=2.")
        server.play(whole(403, error_body))
        address = f"{provider.base_url}?code={secret}&v=2"

        provider = type(provider)(alias="main", api_key=KEY, base_url=address)
        error = fail(provider)

        assert server.requests[0].path.endswith(f"?code={secret}&v=2")
        assert secret not in error.detail
        assert secret not in repr(vars(error)) + repr(provider) + str(provider.base_url)
        shown = [repr(vars(record)) + record.getMessage() for record in caplog.records]
        assert any("HTTP Request" in text for text in shown)
        assert not any(secret in text for text in shown)

    def test_an_error_does_not_repeat_the_prompt(
        self, server: ProviderServer, provider: Provider
    ) -> None:
        body = self.wire.error_body(400, f"I refuse to read {PROMPT!r} and {PROMPT.upper()}")
        server.play(whole(400, body))

        assert fail(provider).detail == "I refuse to read '[prompt]' and [prompt]"

    def test_success_gives_text_and_usage(self, server: ProviderServer, provider: Provider) -> None:
        usage = Usage(input_tokens=21, output_tokens=13)
        if self.wire.reports_parts_of_usage:
            usage = replace(usage, cached_input_tokens=8, reasoning_tokens=5)
        server.play(self.wire.answer("They plan ", "a Käuzchen 🦉.", usage=usage))

        text, result = collect(provider)

        assert text == "They plan a Käuzchen 🦉."
        assert result == GenerationResult(
            finish_reason=FinishReason.STOP, response_model=f"{MODEL}-2026", usage=usage
        )

    def test_usage_is_none_where_the_server_does_not_report_it(
        self, server: ProviderServer, provider: Provider
    ) -> None:
        server.play(self.wire.answer("Hoo."))

        _, result = collect(provider)

        assert result.usage is None

    def test_pieces_are_readable_while_the_answer_is_written(
        self, server: ProviderServer, provider: Provider
    ) -> None:
        server.play(streamed([*self.wire.beginning(), self.wire.text("Hoo"), Act.HANG]))

        with ProviderStream(provider, REQUEST) as stream:
            assert stream.next(STREAM_SECONDS) == TextDelta(text="Hoo")

    def test_reasoning_is_a_sign_of_life_and_no_text(
        self, server: ProviderServer, provider: Provider
    ) -> None:
        thinking: list[bytes | Act]
        thinking = [*self.wire.beginning(), *self.wire.reasoning("Owls plan?"), Act.HANG]
        answer = self.wire.answer("Hoo.", before=self.wire.reasoning("Owls plan?"))
        server.play(streamed(thinking), answer)

        with ProviderStream(provider, REQUEST) as stream:
            words = ""
            while words != "Owls plan?":
                thought = stream.next(STREAM_SECONDS)
                assert isinstance(thought, ReasoningDelta)
                words += thought.text
        text, _ = collect(provider)

        assert text == "Hoo."

    def test_an_answer_at_its_limit_says_so(
        self, server: ProviderServer, provider: Provider
    ) -> None:
        server.play(self.wire.answer("They pl", finish_reason=FinishReason.LENGTH))

        text, result = collect(provider)

        assert text == "They pl"
        assert result.finish_reason is FinishReason.LENGTH

    @pytest.mark.parametrize(
        ("status", "kind", "retryable"),
        [
            (400, RequestRejected, False),
            (401, AuthenticationFailed, False),
            (402, OutOfCredit, False),
            (403, AuthenticationFailed, False),
            (404, ModelNotFound, False),
            (408, ProviderTimeout, True),
            (409, RequestRejected, False),
            (413, ContextExceeded, False),
            (422, RequestRejected, False),
            (429, RateLimited, True),
            (500, ModelUnavailable, True),
            (502, ModelUnavailable, True),
            (503, ModelUnavailable, True),
            (504, ProviderTimeout, True),
            (529, Overloaded, True),
        ],
    )
    def test_a_refused_call_says_what_happened_and_is_not_repeated(
        self,
        server: ProviderServer,
        provider: Provider,
        status: int,
        kind: type[ProviderError],
        retryable: bool,
    ) -> None:
        server.play(self.wire.error(status))

        error = fail(provider)

        assert type(error) is kind
        assert error.retryable is retryable
        assert error.status_code == status
        assert error.retry_after_seconds is None
        assert error.detail.startswith("It failed. The request had the header [redacted]")
        assert len(server.requests) == 1

    @pytest.mark.parametrize("status", [429, 503])
    def test_the_time_to_wait_is_read_in_seconds(
        self, server: ProviderServer, provider: Provider, status: int
    ) -> None:
        server.play(self.wire.error(status, {"Retry-After": "20"}))

        assert fail(provider).retry_after_seconds == 20.0

    def test_the_time_to_wait_is_read_as_a_date(
        self, server: ProviderServer, provider: Provider
    ) -> None:
        server.play(
            self.wire.error(429, {"Retry-After": formatdate(time.time() + 90, usegmt=True)})
        )

        assert fail(provider).retry_after_seconds == pytest.approx(89, abs=3)

    def test_an_error_page_of_a_gateway_is_read(
        self, server: ProviderServer, provider: Provider
    ) -> None:
        page = b"<html><h1>502 Bad Gateway</h1></html>"
        server.play(whole(502, page, headers={"content-type": "text/html"}))

        assert type(fail(provider)) is ModelUnavailable

    def test_a_refused_connection_is_unavailable(self) -> None:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            provider = self.wire.provider(f"http://127.0.0.1:{closed.getsockname()[1]}")

            error = fail(provider)

        assert type(error) is ModelUnavailable
        assert error.detail

    def test_a_cut_connection_is_unavailable(
        self, server: ProviderServer, provider: Provider
    ) -> None:
        server.play([Act.RESET])

        assert type(fail(provider)) is ModelUnavailable

    @pytest.mark.parametrize("end", [Act.RESET, b""], ids=["reset", "closed"])
    def test_a_cut_answer_is_unavailable(
        self, server: ProviderServer, provider: Provider, end: bytes | Act
    ) -> None:
        *cut, _ = streamed([*self.wire.beginning(), self.wire.text("They pl")])
        server.play([*cut, end])

        assert type(fail(provider)) is ModelUnavailable

    def test_an_answer_without_its_end_is_unavailable(
        self, server: ProviderServer, provider: Provider
    ) -> None:
        server.play(streamed([*self.wire.beginning(), self.wire.text("They pl")]))

        assert type(fail(provider)) is ModelUnavailable

    def test_an_error_body_that_breaks_off_is_unavailable(
        self, server: ProviderServer, provider: Provider
    ) -> None:
        server.play(whole(500, b'{"err', headers={"content-length": "100"}))

        assert type(fail(provider)) is ModelUnavailable

    @pytest.mark.parametrize(
        "beginning", [False, True], ids=["before the first byte", "in the middle"]
    )
    def test_closing_a_silent_call_closes_its_connection(
        self, server: ProviderServer, provider: Provider, beginning: bool
    ) -> None:
        steps: list[bytes | Act] = [*self.wire.beginning(), self.wire.text("They"), Act.HANG]
        server.play(streamed(steps) if beginning else [Act.HANG])
        stream = ProviderStream(provider, REQUEST)
        assert server.was_asked.wait(STREAM_SECONDS)
        if beginning:
            assert stream.next(STREAM_SECONDS) == TextDelta(text="They")
        assert stream.next(QUIET_SECONDS) is None

        stream.close()

        assert server.client_left.wait(STREAM_SECONDS)

    def test_a_web_page_is_no_answer(self, server: ProviderServer, provider: Provider) -> None:
        page = b"<html><p>data: Welcome</p></html>"
        server.play(whole(200, page, headers={"content-type": "text/html"}))

        assert type(fail(provider)) is InvalidOutput

    def test_a_malformed_answer_is_invalid(
        self, server: ProviderServer, provider: Provider
    ) -> None:
        for name, events in self.wire.malformed().items():
            server.play(streamed([*self.wire.beginning(), events]))

            assert type(fail(provider)) is InvalidOutput, name

    @pytest.mark.parametrize("count", [-3, 10**30, "many", True, math.nan, None, {}])
    def test_a_count_that_cannot_be_is_unknown(
        self, server: ProviderServer, provider: Provider, count: object
    ) -> None:
        answer = [*self.wire.beginning(), self.wire.text("Hoo."), self.wire.miscounted(count)]
        server.play(streamed(answer))

        text, result = collect(provider)

        assert text == "Hoo."
        usage = result.usage
        assert usage is None or None in (usage.input_tokens, usage.output_tokens)

    def test_a_failed_answer_leaves_nothing_half_read_to_the_collector(
        self, server: ProviderServer, provider: Provider
    ) -> None:
        gc.collect()
        gc.disable()
        # What was there before is not looked through.
        gc.freeze()
        try:
            for events in self.wire.malformed().values():
                server.play(streamed([*self.wire.beginning(), events]))
                fail(provider)

            eventually(lambda: not half_read())
        finally:
            gc.unfreeze()
            gc.enable()

    @pytest.mark.parametrize("pieces", [(), (" ", "\n")], ids=["no text", "only white space"])
    def test_an_empty_answer_is_invalid(
        self, server: ProviderServer, provider: Provider, pieces: tuple[str, ...]
    ) -> None:
        server.play(self.wire.answer(*pieces))

        assert type(fail(provider)) is InvalidOutput

    def test_an_answer_that_was_all_reasoning_says_so(
        self, server: ProviderServer, provider: Provider
    ) -> None:
        usage = Usage(input_tokens=9, output_tokens=77, reasoning_tokens=70)
        server.play(self.wire.answer(finish_reason=FinishReason.LENGTH, usage=usage))

        error = fail(provider)

        assert type(error) is OnlyReasoning
        assert self.wire.all_reasoning_words in error.detail

    @pytest.mark.parametrize("key", ["sk-with-a-line\nbreak", "sk-ünicode"])
    def test_a_key_that_cannot_be_sent_is_refused_without_being_quoted(
        self, server: ProviderServer, key: str
    ) -> None:
        with pytest.raises(ValueError, match="API_KEY must") as refusal:
            self.wire.provider(server.url, api_key=key)

        assert key not in str(refusal.value)

    def test_a_missing_key(self, server: ProviderServer) -> None:
        provider = self.wire.provider(server.url, api_key=None)
        server.play(self.wire.answer("Hoo."))

        if self.wire.no_key_needed:
            assert collect(provider)[0] == "Hoo."
        else:
            assert type(fail(provider)) is AuthenticationFailed
            assert not server.requests

    def test_connections_are_reused(self, server: ProviderServer, provider: Provider) -> None:
        # The last one closes, because an idle connection outlives the test.
        server.play(self.wire.answer("Hoo.", keep_alive=True), self.wire.answer("Hoo."))

        collect(provider)
        collect(provider)

        assert server.connections == 1

    @pytest.mark.parametrize("present", [True, False])
    def test_a_model_is_looked_for_without_a_generation(
        self, server: ProviderServer, provider: Provider, present: bool
    ) -> None:
        server.play(*self.wire.status(present=present))

        status = check(provider, MODEL, timeout_seconds=STREAM_SECONDS)

        assert (status.reachable, status.key_accepted, status.present) == (True, True, present)
        assert status.ok is present
        assert not any(recorded.path.endswith(GENERATING) for recorded in server.requests)

    def test_a_key_that_is_not_accepted_is_found_out(
        self, server: ProviderServer, provider: Provider
    ) -> None:
        server.play(self.wire.error(401))

        status = check(provider, MODEL, timeout_seconds=STREAM_SECONDS)

        assert (status.reachable, status.key_accepted, status.ok) == (True, False, False)
        assert KEY not in repr(status)
        assert "[redacted]" in status.detail

    def test_a_server_that_fails_is_not_called_fine(
        self, server: ProviderServer, provider: Provider
    ) -> None:
        server.play(self.wire.error(500))

        status = check(provider, MODEL, timeout_seconds=STREAM_SECONDS)

        assert (status.reachable, status.present, status.ok) == (True, None, False)

    def test_a_server_that_is_not_there_is_found_out(self) -> None:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            provider = self.wire.provider(f"http://127.0.0.1:{closed.getsockname()[1]}")

            status = check(provider, MODEL, timeout_seconds=STREAM_SECONDS)

        assert (status.reachable, status.ok) == (False, False)
        assert status.detail

    def test_a_silent_server_is_given_up(self, server: ProviderServer, provider: Provider) -> None:
        server.play([Act.HANG])

        status = check(provider, MODEL, timeout_seconds=GIVE_UP_SECONDS)

        assert status == ModelStatus(reachable=False, detail="No answer within 3 s.")
        assert server.client_left.wait(STREAM_SECONDS)

    def test_two_calls_at_once(self, server: ProviderServer, provider: Provider) -> None:
        server.play([Act.HANG], self.wire.answer("Hoo."))

        with ProviderStream(provider, REQUEST) as silent:
            assert server.was_asked.wait(STREAM_SECONDS)
            assert silent.next(QUIET_SECONDS) is None
            assert collect(provider)[0] == "Hoo."


class FilteringProviderContract(ProviderContract):
    """For providers that look at what is asked and written."""

    def test_a_filtered_answer_says_so(self, server: ProviderServer, provider: Provider) -> None:
        server.play(self.wire.answer("They pl", finish_reason=FinishReason.CONTENT_FILTER))

        text, result = collect(provider)

        assert text == "They pl"
        assert result.finish_reason is FinishReason.CONTENT_FILTER

    def test_a_content_filter_that_leaves_no_text_is_an_error(
        self, server: ProviderServer, provider: Provider
    ) -> None:
        server.play(self.wire.answer(finish_reason=FinishReason.CONTENT_FILTER))

        assert type(fail(provider)) is ContentFiltered

    def test_a_prompt_refused_for_its_content_is_filtered(
        self, server: ProviderServer, provider: Provider
    ) -> None:
        server.play(whole(400, self.wire.content_filter_body()))

        error = fail(provider)

        assert type(error) is ContentFiltered
        assert error.detail == self.wire.content_filter_words
