"""A loopback HTTP server that plays scripted replies byte by byte, and sees clients leave."""

from __future__ import annotations

import json
import os
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from http.client import responses
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import Any

HANG_SECONDS = 120.0
"""Longer than a test waits for anything: on a busy machine, the server must not go on before the test does."""


class Act(Enum):
    """What a server does besides sending bytes."""

    HANG = auto()
    """Send nothing more until the client leaves."""
    RESET = auto()
    """Cut the connection."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """A request as it arrived."""

    path: str
    headers: Mapping[str, str]
    """By names in lower case."""
    body: Any
    """Parsed JSON."""


Step = bytes | Act | threading.Event
"""Bytes to send, something else to do, or an event to wait for."""
Reply = Sequence[Step]
Script = Reply | Callable[[Recorded], Reply]


def whole(status: int, body: bytes, *, headers: Mapping[str, str] | None = None) -> Reply:
    """Build a reply that is sent at once, JSON if the headers say nothing else."""
    merged = {
        "content-type": "application/json",
        "content-length": str(len(body)),
        **(headers or {}),
    }
    return [_head(status, merged), body]


def streamed(steps: Iterable[Step], *, keep_alive: bool = False) -> Reply:
    """Build a reply that is sent in chunks."""
    headers = {"content-type": "text/event-stream", "transfer-encoding": "chunked"}
    chunks = [b"%x\r\n%s\r\n" % (len(s), s) if isinstance(s, bytes) else s for s in steps]
    return [_head(200, headers, keep_alive=keep_alive), *chunks, b"0\r\n\r\n"]


def _head(status: int, headers: Mapping[str, str], *, keep_alive: bool = False) -> bytes:
    connection = "keep-alive" if keep_alive else "close"
    lines = [f"{name}: {value}" for name, value in {**headers, "connection": connection}.items()]
    return "\r\n".join(
        [f"HTTP/1.1 {status} {responses.get(status, 'Unknown')}", *lines, "", ""]
    ).encode()


class ProviderServer(ThreadingTCPServer):
    """Give it replies with ``play``; each request takes the next one."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.requests: list[Recorded] = []
        self.connections = 0
        self.was_asked = threading.Event()
        self.client_left = threading.Event()
        self.scripts: deque[Script] = deque()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,))

    def __enter__(self) -> ProviderServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def play(self, *scripts: Script) -> None:
        self.scripts.extend(scripts)

    def forget(self) -> None:
        """Be as new for the next test."""
        self.requests.clear()
        self.scripts.clear()
        self.connections = 0
        self.client_left.clear()


@dataclass
class _Buffer:
    connection: socket.socket
    data: bytes = field(default=b"")

    def until(self, mark: bytes) -> bytes:
        while mark not in self.data:
            self._receive()
        part, _, self.data = self.data.partition(mark)
        return part

    def exactly(self, count: int) -> bytes:
        while len(self.data) < count:
            self._receive()
        part, self.data = self.data[:count], self.data[count:]
        return part

    def _receive(self) -> None:
        received = self.connection.recv(65536)
        if not received:
            raise ConnectionError
        self.data += received


class _Connection(BaseRequestHandler):
    server: ProviderServer
    request: socket.socket

    def handle(self) -> None:
        self.server.connections += 1
        self.request.settimeout(HANG_SECONDS)
        # Without it the second small packet waits 40 ms for the acknowledgement of the first.
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        buffer = _Buffer(self.request)
        try:
            while self._exchange(buffer):
                pass
        except ConnectionError:
            self.server.client_left.set()

    def _exchange(self, buffer: _Buffer) -> bool:
        """Answer one request; true while the connection is to be kept."""
        start, *lines = buffer.until(b"\r\n\r\n").decode().split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        length = int(headers.get("content-length", "0"))
        body = json.loads(buffer.exactly(length)) if length else None
        request = Recorded(path=start.split()[1], headers=headers, body=body)
        self.server.requests.append(request)
        self.server.was_asked.set()
        script = self.server.scripts.popleft()
        reply = script(request) if callable(script) else script
        for step in reply:
            if step is Act.HANG:
                buffer.until(b"something that clients never send")
            elif step is Act.RESET:
                self._reset()
                return False
            elif isinstance(step, threading.Event):
                step.wait(HANG_SECONDS)
            else:
                self.request.sendall(step)
        return b"connection: keep-alive" in b"".join(s for s in reply if isinstance(s, bytes))

    def _reset(self) -> None:
        self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.request.detach())
