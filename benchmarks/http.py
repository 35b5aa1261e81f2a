"""The least of an HTTP client, so that many visitors cost next to nothing."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter
    from collections.abc import Mapping


class Connection:
    """A connection that is opened when needed, and kept as long as the server keeps it."""

    def __init__(self, port: int, headers: Mapping[str, str]) -> None:
        """Remember where to go, and what every request says."""
        self._port = port
        self._head = _lines(headers)
        self._streams: tuple[StreamReader, StreamWriter] | None = None

    async def ask(
        self, method: str, path: str, body: str = "", *, headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Return the answer's status and body; ask again where the server has hung up since.

        Args:
            method: Of HTTP.
            path: With its query.
            body: A form, encoded.
            headers: Of this request, besides those of the connection.

        Raises:
            OSError: It cannot be reached, or hangs up.
        """
        start = f"{method} {path} HTTP/1.1\r\n{_lines(headers or {})}"
        if self._streams:
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                return await self._exchange(*self._streams, start, body)
        self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            return await self._exchange(*self._streams, start, body)
        except asyncio.IncompleteReadError as error:
            raise ConnectionResetError from error

    def close(self) -> None:
        """Hang up."""
        if self._streams:
            self._streams[1].close()
            self._streams = None

    async def _exchange(
        self,
        reader: StreamReader,
        writer: StreamWriter,
        start: str,
        body: str,
    ) -> tuple[int, bytes]:
        head = f"{start}Host: 127.0.0.1:{self._port}\r\n{self._head}"
        if body:
            head += "Content-Type: application/x-www-form-urlencoded\r\n"
        writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        split = (line.partition(":") for line in lines)
        headers = {name.lower(): value.strip() for name, _, value in split}
        content = await reader.readexactly(int(headers["content-length"]))
        if headers.get("connection") == "close":
            self.close()
        return int(first.split()[1]), content


def _lines(headers: Mapping[str, str]) -> str:
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items())
