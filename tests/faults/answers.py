"""How a provider can answer, from well to badly; a request's model names one of these."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeAlias

from tests.providers.wire_openai import DONE, OpenAIWire, choice, chunk, error_body, event
from wagtail_llm_actions.generation import FinishReason, Usage

if TYPE_CHECKING:
    from asyncio import StreamWriter
    from collections.abc import Mapping

WIRE = OpenAIWire()
USAGE = Usage(input_tokens=7, output_tokens=3)
MARKER = re.compile("tide-[0-9a-f]{32}")
MEGABYTE = 1_000_000


class Call:
    """One request that is being answered."""

    def __init__(self, marker: str, writer: StreamWriter, talks: asyncio.Event) -> None:
        self.marker = marker
        self.is_whole = False
        self._writer = writer
        self._talks = talks

    async def head(self, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        """Begin a streamed answer."""
        merged = {"content-type": "text/event-stream", "connection": "close", **(headers or {})}
        lines = [f"{name}: {value}" for name, value in merged.items()]
        start = f"HTTP/1.1 {status} Whatever"
        await self._write(
            "\r\n".join([start, *lines, "transfer-encoding: chunked", "", ""]).encode()
        )

    async def send(self, *pieces: bytes) -> None:
        for piece in pieces:
            await self._write(b"%x\r\n%s\r\n" % (len(piece), piece))

    async def end(self) -> None:
        await self._write(b"0\r\n\r\n")
        self.is_whole = True

    def cut(self) -> None:
        self._writer.transport.abort()

    async def _write(self, data: bytes) -> None:
        await self._talks.wait()
        self._writer.write(data)
        await self._writer.drain()


Behaviour: TypeAlias = Callable[[Call], Awaitable[None]]


def words(marker: str, count: int) -> list[str]:
    """Return the pieces of an answer that nobody else gets."""
    return [f"{marker} ", *(f"word-{number} " for number in range(1, count))]


async def hang(_call: Call) -> None:
    await asyncio.Event().wait()


def steady(count: int, pause_seconds: float) -> Behaviour:
    async def answer(call: Call) -> None:
        await call.head()
        await call.send(*WIRE.beginning())
        for word in words(call.marker, count):
            await asyncio.sleep(pause_seconds)
            await call.send(WIRE.text(word))
        await call.send(*WIRE.ending(FinishReason.STOP, USAGE))
        await call.end()

    return answer


def status(code: int, **headers: str) -> Behaviour:
    async def answer(call: Call) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        await call.head(code, {"content-type": "application/json", **named})
        await call.send(error_body("The owl is not well.", code=None, kind="owl_error"))
        await call.end()

    return answer


def body(*pieces: bytes, content_type: str = "text/event-stream") -> Behaviour:
    """Say this, with a good status, and end."""

    async def answer(call: Call) -> None:
        await call.head(headers={"content-type": content_type})
        await call.send(*pieces)
        await call.end()

    return answer


def middle(then: Behaviour, *pieces: bytes) -> Behaviour:
    """Say the beginning of an answer, and go on badly."""

    async def answer(call: Call) -> None:
        await call.head()
        await call.send(*WIRE.beginning(), WIRE.text(f"{call.marker} "), *pieces)
        # The client has read it before anything else happens.
        await asyncio.sleep(0.3)
        await then(call)

    return answer


async def cut(call: Call) -> None:
    call.cut()


async def endless(call: Call) -> None:
    await call.head()
    while True:
        await call.send(WIRE.text("tide " * 200))


async def endless_silence(call: Call) -> None:
    """Keep the connection alive, as proxies do, and never say a word."""
    await call.head()
    while True:
        await call.send(b": keep-alive\n\n")
        await asyncio.sleep(0.1)


async def slow_first(call: Call) -> None:
    await asyncio.sleep(1.5)
    await steady(3, 0.01)(call)


def usage(**counts: object) -> Behaviour:
    """Say an answer whose token counts make no sense."""

    async def answer(call: Call) -> None:
        await call.head()
        stop = chunk(choices=[choice("stop")])
        said = event({"id": "1", "object": "chat.completion.chunk", "choices": [], "usage": counts})
        await call.send(*WIRE.beginning(), WIRE.text("Early."), stop, said, DONE)
        await call.end()

    return answer


BEGINNING = b"".join(WIRE.beginning())
EARLY = BEGINNING + WIRE.text("Early.")
ENDING = b"".join(WIRE.ending(FinishReason.STOP, USAGE))
STOP = chunk(choices=[choice("stop")])
HUGE = WIRE.text("tide " * (2 * MEGABYTE))
OUT_OF_RANGE = 10**30

BEHAVIOURS: dict[str, Behaviour] = {
    **{f"status-{code}": status(code) for code in (400, 401, 403, 404, 409, 413, 422)},
    **{f"status-{code}": status(code) for code in (408, 429, 500, 502, 503, 504, 529)},
    "status-429-wait": status(429, retry_after="1"),
    "status-429-wait-4": status(429, retry_after="4"),
    "status-429-wait-8": status(429, retry_after="8"),
    "status-429-long-wait": status(429, retry_after="3600"),
    "status-429-odd-wait": status(429, retry_after="soon"),
    "status-302": status(302, location="http://127.0.0.1:9/"),
    "html": body(b"<html><body>Bad gateway</body></html>", content_type="text/html"),
    "html-502": status(502, content_type="text/html"),
    "nothing": body(),
    "garbage": body(b"data: {oops\n\n"),
    "garbage-in": body(EARLY, b"data: {oops\n\n", ENDING),
    "no-events": body(b'{"answer": "Early."}', content_type="application/json"),
    "latin-1": body(
        BEGINNING, b'data: {"choices":[{"delta":{"content":"\xe9t\xe9"}}]}\n\n', ENDING
    ),
    "binary": body(bytes(range(256)) * 1000),
    "nul": body(BEGINNING, WIRE.text("Ear\0ly."), ENDING),
    "half-characters": body(BEGINNING, WIRE.text("Ear\ud83dly."), ENDING),
    "twice": body(EARLY, ENDING, EARLY, ENDING),
    "same-events": body(BEGINNING, *[WIRE.text("Early.")] * 3, ENDING, ENDING),
    "error-event": body(EARLY, b"data: " + error_body("Overloaded.", code="529") + b"\n\n"),
    "slow-first": slow_first,
    "hang-before": hang,
    "hang-in": middle(hang),
    "hang-after": body(EARLY, STOP),
    "cut-before": cut,
    "cut-in": middle(cut),
    "cut-after": middle(cut, STOP),
    "broken-chunk": middle(cut, b'data: {"choices":[{"delta":{"cont'),
    "huge-event": body(BEGINNING, HUGE, ENDING),
    "huge-text": body(BEGINNING, *[WIRE.text("tide " * 20_000)] * 200, ENDING),
    "huge-line": body(b"data: " + b"x" * (10 * MEGABYTE)),
    "endless": endless,
    "endless-silence": endless_silence,
    "usage-negative": usage(prompt_tokens=-7, completion_tokens=-3),
    "usage-huge": usage(prompt_tokens=OUT_OF_RANGE, completion_tokens=OUT_OF_RANGE),
    "usage-words": usage(prompt_tokens="seven", completion_tokens="three"),
    "usage-parts": usage(prompt_tokens=7),
    "usage-fractions": usage(prompt_tokens=7.5, completion_tokens=3.5),
}


def behaviour_of(model: str) -> Behaviour:
    """Look a model's name up; ``steady:20:0.1`` is twenty words, one each 0.1 s."""
    name, *numbers = model.split(":")
    if name == "steady":
        return steady(int(numbers[0]), float(numbers[1]))
    return BEHAVIOURS[name]


def marker_in(request: bytes) -> str:
    """Return the word of a prompt that names its run."""
    found = MARKER.search(json.loads(request)["messages"][-1]["content"])
    return found[0] if found else ""
