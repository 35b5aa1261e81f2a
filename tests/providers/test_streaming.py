"""The synchronous bridge to asynchronous providers."""

from __future__ import annotations

import asyncio
import math
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.parts.waiting import eventually
from tests.providers.contract import collect
from wagtail_llm_actions.errors import RateLimited
from wagtail_llm_actions.generation import (
    FinishReason,
    GenerationRequest,
    GenerationResult,
    ModelStatus,
    ReasoningDelta,
    TextDelta,
)
from wagtail_llm_actions.providers import streaming
from wagtail_llm_actions.providers.base import Provider
from wagtail_llm_actions.providers.client_pool import ClientPerLoop
from wagtail_llm_actions.providers.health import check
from wagtail_llm_actions.providers.streaming import ProviderStream
from wagtail_llm_actions.providers.testing import ScriptedProvider

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

REQUEST = GenerationRequest(model="owl-1", prompt="Hoo?", max_tokens=5)
RESULT = GenerationResult(finish_reason=FinishReason.STOP, response_model="owl-1")


@pytest.fixture
def provider() -> ScriptedProvider:
    return ScriptedProvider(alias="test")


class Burst(Provider):
    """Writes faster than anybody reads."""

    def __init__(self) -> None:
        super().__init__(alias="test")
        self.has_written = threading.Event()

    async def stream(
        self, request: GenerationRequest
    ) -> AsyncGenerator[TextDelta | GenerationResult]:
        for piece in ("Hoo", ", ", "hoo."):
            yield TextDelta(text=piece)
        self.has_written.set()
        await asyncio.sleep(60)


def test_text_that_a_slow_reader_missed_comes_as_one_piece() -> None:
    provider = Burst()

    with ProviderStream(provider, REQUEST) as stream:
        assert provider.has_written.wait(5)

        assert stream.next(5) == TextDelta(text="Hoo, hoo.")


class Socket(Provider):
    """Gets a piece every few milliseconds, and counts how often all that is there is read."""

    def __init__(self) -> None:
        super().__init__(alias="test")
        self.reads = 0

    async def stream(
        self, request: GenerationRequest
    ) -> AsyncGenerator[TextDelta | GenerationResult]:
        begun, taken, pieces = time.monotonic(), 0, 40
        while taken < pieces:
            await asyncio.sleep(0.005)
            self.reads += 1
            there = min(pieces, int((time.monotonic() - begun) / 0.005))
            for number in range(taken, there):
                yield TextDelta(text=f"{number} ")
            taken = there
        yield RESULT


def test_of_many_streams_one_read_brings_what_arrived_while_text_was_gathered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(streaming, "MANY", 0)
    provider = Socket()

    with ProviderStream(provider, REQUEST) as stream:
        texts = []
        while isinstance(item := stream.next(5, gather_seconds=0.1), TextDelta):
            texts.append(item.text)

    assert item == RESULT
    assert "".join(texts) == "".join(f"{number} " for number in range(40))
    assert provider.reads <= 20
    # What one read has brought is not taken piece by piece.
    assert len(texts) <= 6


def test_reasoning_is_told_from_text_in_the_order_that_they_came() -> None:
    thoughts = [ReasoningDelta(text="Hoo"), ReasoningDelta(), ReasoningDelta(text="?")]
    provider = Fixed(*thoughts, TextDelta(text="Hoo"), TextDelta(text="."), RESULT)

    with ProviderStream(provider, REQUEST) as stream:
        items = [stream.next(5, gather_seconds=1) for _ in range(3)]

    assert items == [ReasoningDelta(text="Hoo?"), TextDelta(text="Hoo."), RESULT]


def test_the_result_comes_after_all_text(provider: ScriptedProvider) -> None:
    provider.script("Hoo.")

    with ProviderStream(provider, REQUEST) as stream:
        assert [stream.next(5), stream.next(5), stream.next(0)] == [
            TextDelta(text="Hoo."),
            RESULT,
            None,
        ]


def test_nothing_in_time_is_none(provider: ScriptedProvider) -> None:
    provider.script(1.0, "Hoo.")

    with ProviderStream(provider, REQUEST) as stream:
        assert stream.next(0.1) is None
        assert stream.next(5) == TextDelta(text="Hoo.")


def test_a_failure_is_raised_after_the_text_before_it(provider: ScriptedProvider) -> None:
    provider.script("Hoo", RateLimited)

    with ProviderStream(provider, REQUEST) as stream:
        assert stream.next(5) == TextDelta(text="Hoo")
        with pytest.raises(RateLimited):
            stream.next(5)


def test_an_exception_of_no_provider_comes_through(provider: ScriptedProvider) -> None:
    provider.script(ZeroDivisionError("a bug"))

    with (
        ProviderStream(provider, REQUEST) as stream,
        pytest.raises(ZeroDivisionError, match="a bug"),
    ):
        stream.next(5)


def test_closing_cancels_a_waiting_call_at_once(provider: ScriptedProvider) -> None:
    provider.script(math.inf)
    stream = ProviderStream(provider, REQUEST)
    while not provider.requests:
        assert stream.next(0.05) is None

    stream.close()
    stream.close()

    assert provider.cancelled == [REQUEST]
    with pytest.raises(RuntimeError, match="cancelled"):
        stream.next(5)


def test_closing_right_after_opening_is_fine(provider: ScriptedProvider) -> None:
    for _ in range(20):
        ProviderStream(provider, REQUEST).close()

    provider.script("Hoo.")
    with ProviderStream(provider, REQUEST) as stream:
        assert stream.next(5) == TextDelta(text="Hoo.")


def test_streams_run_at_once_from_several_threads(provider: ScriptedProvider) -> None:
    for _ in range(8):
        provider.script("Hoo.", math.inf)
    answers = []
    # Nobody passes before all have their text, so all calls are under way together.
    together = threading.Barrier(8, timeout=10)

    def read() -> None:
        with ProviderStream(provider, REQUEST) as stream:
            text = stream.next(5)
            together.wait()
            answers.append(text)

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [TextDelta(text="Hoo.")] * 8


class Stubborn(Provider):
    """Needs its time to close."""

    closed = False

    async def stream(
        self, request: GenerationRequest
    ) -> AsyncGenerator[TextDelta | GenerationResult]:
        try:
            yield TextDelta(text="Hoo")
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(1.0)
            self.closed = True


def test_closing_waits_until_the_call_is_closed() -> None:
    provider = Stubborn(alias="test")
    stream = ProviderStream(provider, REQUEST)
    assert stream.next(5) == TextDelta(text="Hoo")

    stream.close()

    assert provider.closed


def test_closing_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "CLOSE_SECONDS", 0.05)
    provider = Stubborn(alias="test")
    stream = ProviderStream(provider, REQUEST)
    assert stream.next(5) == TextDelta(text="Hoo")

    stream.close()

    assert not provider.closed
    eventually(lambda: provider.closed)


class Fixed(Provider):
    """Yields what it is given."""

    def __init__(self, *items: Any) -> None:
        super().__init__(alias="test")
        self.items = items
        self.is_closed = False

    async def stream(
        self, request: GenerationRequest
    ) -> AsyncGenerator[TextDelta | GenerationResult]:
        try:
            for item in self.items:
                yield item
        finally:
            self.is_closed = True


@pytest.mark.parametrize(
    ("items", "problem"),
    [
        ([], "ended its stream without a result"),
        (["a text", RESULT], "yielded a str"),
        ([None, RESULT], "yielded a NoneType"),
        ([RESULT, RESULT], "yielded a GenerationResult after its result"),
        ([RESULT, TextDelta(text="!")], "yielded a TextDelta after its result"),
    ],
)
def test_a_stream_that_breaks_the_contract_is_an_error_that_quotes_it(
    items: list[Any], problem: str
) -> None:
    provider = Fixed(TextDelta(text="Hoo"), *items)

    with ProviderStream(provider, REQUEST) as stream:
        assert stream.next(5) == TextDelta(text="Hoo")
        with pytest.raises(TypeError) as caught:
            stream.next(5)

    assert str(caught.value) == (
        f"<Fixed 'test'> {problem}. Provider.stream must yield TextDelta or ReasoningDelta objects "
        "and then exactly one GenerationResult."
    )
    assert provider.is_closed


class NotAsynchronous(Fixed):
    def stream(self, request: GenerationRequest) -> Any:
        return iter([RESULT])


def test_a_stream_that_is_not_asynchronous_is_an_error_that_quotes_the_contract() -> None:
    with (
        ProviderStream(NotAsynchronous(), REQUEST) as stream,
        pytest.raises(TypeError, match=r"returned a list_iterator\. Provider\.stream must yield"),
    ):
        stream.next(5)


def test_a_provider_needs_nothing_but_its_stream() -> None:
    provider = Fixed(TextDelta(text="Hoo."), RESULT)

    provider.warm_up()

    assert collect(provider) == ("Hoo.", RESULT)
    assert check(provider, "owl-1", timeout_seconds=5) == ModelStatus(reachable=None)
    assert ModelStatus(reachable=None).ok is None


def test_each_loop_has_a_client_of_its_own() -> None:
    built: list[object] = []

    def build() -> object:
        built.append(object())
        return built[-1]

    clients = ClientPerLoop(build)

    async def use() -> tuple[bool, object, object]:
        return clients.has_one(), clients.get(), clients.get()

    clients.build_ahead()
    clients.build_ahead()
    first = asyncio.run(use())
    second = asyncio.run(use())

    assert first == (True, built[0], built[0])
    assert second == (False, built[1], built[1])
