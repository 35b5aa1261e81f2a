"""A loopback relay that keeps what a server said, to compare it with what we made of it."""

from __future__ import annotations

import json
import socket
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit


class Relay(ThreadingTCPServer):
    """Passes bytes on in both directions, one connection per call."""

    daemon_threads = True

    def __init__(self, url: str) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        parts = urlsplit(url)
        self.upstream = (str(parts.hostname), int(parts.port or 80))
        self.said = b""
        self._thread = Thread(target=self.serve_forever, args=(0.01,))

    def __enter__(self) -> Relay:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def events(self) -> list[dict[str, Any]]:
        """Return the JSON of all server-sent events so far."""
        lines = [line for line in self.said.splitlines() if line.startswith(b"data: {")]
        return [json.loads(line.removeprefix(b"data: ")) for line in lines]


class _Connection(BaseRequestHandler):
    server: Relay
    request: socket.socket

    def handle(self) -> None:
        with socket.create_connection(self.server.upstream) as upstream:
            asking = Thread(target=self._pass_requests, args=(upstream,))
            asking.start()
            while data := upstream.recv(65536):
                self.server.said += data
                self.request.sendall(data)
            self.request.shutdown(socket.SHUT_RDWR)
            asking.join()

    def _pass_requests(self, upstream: socket.socket) -> None:
        while data := self.request.recv(65536):
            upstream.sendall(data)
        upstream.shutdown(socket.SHUT_WR)
