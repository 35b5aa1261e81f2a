"""A provider's server in its own process: OpenAI's chat completions, at a pace that is known.

Usage: python -m benchmarks.provider PORT [--limit ANSWERS]

The name of the model is the pace of the answer. Beyond its limit, requests wait for their turn, as
they do at a server of one's own. ``GET /stats`` tells how many answers there were, and how many of
them at once.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from typing import TYPE_CHECKING, Any

from benchmarks.pace import Pace, stamp

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter
    from collections.abc import AsyncIterator

BACKLOG = 2_000
HOST = "127.0.0.1"
STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
)
USAGE = {"prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150}


class Server:
    """Answers every request with the pieces of text that its model's pace asks for."""

    def __init__(self, limit: int) -> None:
        self._turns = asyncio.Semaphore(limit)
        self._running = 0
        self._stats = {"answers": 0, "peak": 0}

    async def serve(self, port: int) -> None:
        """Serve until the process is ended."""
        server = await asyncio.start_server(self._converse, HOST, port, backlog=BACKLOG)
        await server.serve_forever()

    async def _converse(self, reader: StreamReader, writer: StreamWriter) -> None:
        try:
            while True:
                await self._exchange(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _exchange(self, reader: StreamReader, writer: StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = [line.partition(":") for line in head.lower().split("\r\n")]
        headers = {name: value.strip() for name, _, value in lines}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        if not body:
            writer.write(_whole(self._stats))
            return
        asked = json.loads(body)
        async with self._turns:
            self._running += 1
            self._stats["answers"] += 1
            self._stats["peak"] = max(self._stats["peak"], self._running)
            try:
                answer = _stream if asked.get("stream") else _complete
                await answer(writer, asked["model"])
            finally:
                self._running -= 1


async def _stream(writer: StreamWriter, model: str) -> None:
    writer.write(STREAM_HEAD)
    async for text in _pieces(model):
        writer.write(_chunk(_event(model, [{"index": 0, "delta": {"content": text}}])))
        await writer.drain()
    stop = [{"index": 0, "delta": {}, "finish_reason": "stop"}]
    ending = _event(model, stop) + _event(model, [], usage=USAGE) + b"data: [DONE]\n\n"
    writer.write(_chunk(ending) + b"0\r\n\r\n")
    await writer.drain()


async def _complete(writer: StreamWriter, model: str) -> None:
    text = "".join([piece async for piece in _pieces(model)])
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    answer = _payload("chat.completion", model, choices=[choice], usage=USAGE)
    writer.write(_whole(answer))
    await writer.drain()


async def _pieces(model: str) -> AsyncIterator[str]:
    """Yield each piece when it is due, counted from the first moment, so that delays do not add up."""
    pace = Pace.of(model)
    begun = time.monotonic()
    for number in range(pace.pieces):
        due = begun + (pace.first_ms + number * pace.each_ms) / 1000
        await asyncio.sleep(due - time.monotonic())
        yield stamp(time.time() * 1000)


def _payload(kind: str, model: str, **fields: Any) -> dict[str, Any]:
    return {"id": "chatcmpl-1", "object": kind, "created": 1_700_000_000, "model": model, **fields}


def _event(model: str, choices: list[dict[str, Any]], **fields: Any) -> bytes:
    payload = _payload("chat.completion.chunk", model, choices=choices, **fields)
    return b"data: %s\n\n" % json.dumps(payload).encode()


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def _whole(payload: object) -> bytes:
    body = json.dumps(payload).encode()
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}"
    return head.encode() + b"\r\n\r\n" + body


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.provider")
    parser.add_argument("port", type=int)
    parser.add_argument("--limit", type=int, default=BACKLOG, help="answers at once")
    options = parser.parse_args()
    asyncio.run(Server(options.limit).serve(options.port))


if __name__ == "__main__":
    main()
