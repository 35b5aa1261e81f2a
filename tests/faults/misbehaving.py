"""A provider's server that does what it is asked for, and remembers every call.

``python -m tests.faults.misbehaving`` prints the ports of the provider and of its control, whose
paths are ``/calls``, ``/outage``, ``/silence`` and ``/mend``. Any number of answers cost one thread.
"""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import suppress
from typing import TYPE_CHECKING, TypedDict

from tests.faults.answers import Call, behaviour_of, marker_in

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter

LOOPBACK = "127.0.0.1"


class Record(TypedDict):
    """What is known of a call."""

    marker: str
    """The word in the prompt that names the run."""
    model: str
    started: float
    ended: float | None
    """Seconds since the epoch, as ``started``; ``None`` while the connection is open."""
    end: str
    """``answered``, ``left`` by the client, or ``cut`` by the server."""


class Misbehaving:
    """The provider and its control."""

    def __init__(self) -> None:
        self.calls: list[Record] = []
        self._writers: set[StreamWriter] = set()
        self._talks = asyncio.Event()
        self._talks.set()
        self._provider: asyncio.Server | None = None
        self._port = 0

    async def serve(self) -> None:
        await self._listen()
        control = await asyncio.start_server(self._control, LOOPBACK, 0)
        print(self._port, control.sockets[0].getsockname()[1], flush=True)  # noqa: T201
        await control.serve_forever()

    async def _listen(self) -> None:
        self._provider = await asyncio.start_server(
            self._connection, LOOPBACK, self._port, backlog=1000
        )
        self._port = self._provider.sockets[0].getsockname()[1]

    async def _control(self, reader: StreamReader, writer: StreamWriter) -> None:
        path = (await reader.readuntil(b"\r\n\r\n")).split()[1].decode()
        if path == "/outage":
            await self._break()
        elif path == "/silence":
            self._talks.clear()
        elif path == "/mend":
            self._talks.set()
            if self._provider is None:
                await self._listen()
        writer.write(b"HTTP/1.0 200 OK\r\n\r\n" + json.dumps(self.calls).encode())
        await writer.drain()
        writer.close()

    async def _break(self) -> None:
        """Cut every connection, and refuse new ones."""
        if self._provider:
            self._provider.close()
            self._provider = None
        for writer in self._writers:
            writer.transport.abort()

    async def _connection(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Answer one request; no connection is used for a second one."""
        self._writers.add(writer)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await self._answer(await _read_body(reader), reader, writer)
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _answer(self, body: bytes, reader: StreamReader, writer: StreamWriter) -> None:
        model = json.loads(body)["model"]
        call = Call(marker_in(body), writer, self._talks)
        record = Record(marker=call.marker, model=model, started=time.time(), ended=None, end="")
        self.calls.append(record)
        answering = asyncio.ensure_future(behaviour_of(model)(call))
        leaving = asyncio.ensure_future(reader.read(1))
        tasks = (answering, leaving)
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        has_ended = answering.done() and answering.exception() is None
        if call.is_whole:
            record["end"] = "answered"
        elif has_ended or self._provider is None:
            record["end"] = "cut"
        else:
            record["end"] = "left"
        record["ended"] = time.time()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _read_body(reader: StreamReader) -> bytes:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    lines = [line.partition(":") for line in head.split("\r\n")]
    return await reader.readexactly(
        next(int(n) for name, _, n in lines if name == "content-length")
    )


if __name__ == "__main__":
    asyncio.run(Misbehaving().serve())
