"""Read JSON from a response body: server-sent events, lines, or one whole message.

The SDKs' own readers lose or refuse what servers really send: a byte order mark, events without a
name, empty ``data`` lines, a last event without an empty line after it, one message in place of a
stream, two events on one line, control characters in strings. They also hide ``[DONE]``, which tells
a whole answer from one that broke off.
"""

from __future__ import annotations

import codecs
import json
import re
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterable, Iterator


class JSONObject(dict[str, Any]):
    """A parsed object, whose members are attributes too; ``None`` where one is missing."""

    def __getattr__(self, name: str) -> Any:
        return self.get(name)


class Done:
    """The server said that the answer is complete."""


Event: TypeAlias = JSONObject | Done | object
"""A ``Done`` or a JSON value; a protocol's events are objects."""

DONE = Done()
_JSON = json.JSONDecoder(object_hook=JSONObject, strict=False)
"""Takes control characters in strings, as some servers write them."""
_REPEATED_FIELD = re.compile(r"\A\s*(?:data:\s*)+")
DONE_MARK = re.compile(r"\"?\[done\]\"?|done", re.IGNORECASE)
END_EVENTS = frozenset({"done", "end", "complete", "completed", "finish", "close"})
"""Names of events without data of their own, by which gateways end a stream."""


async def read_lines(chunks: AsyncIterable[bytes]) -> AsyncGenerator[bytes]:
    """Yield the lines of a body as they arrive, with their ends.

    ``aiter_lines`` of HTTP libraries also splits at characters that JSON strings may contain, such
    as U+0085.
    """
    rest = b""
    async for received in chunks:
        # A carriage return at the end may be the first half of a line end.
        *whole, last = (rest + received).splitlines(keepends=True) or [b""]
        rest = b"" if last.endswith(b"\n") else last
        for line in whole if rest else [*whole, last]:
            yield line
    if rest:
        yield rest


async def read_events(chunks: AsyncIterable[bytes]) -> AsyncGenerator[Event]:
    """Yield the events of a body.

    An event named ``error`` becomes an object with a member ``error``.

    Raises:
        JSONDecodeError: Something that begins like JSON is not.
        UnicodeDecodeError: The body is not in UTF-8.
    """
    reader = _EventReader()
    async with aclosing(read_lines(chunks)) as lines:
        async for line in lines:
            # A gateway that joins bodies leaves a byte order mark within the stream, too.
            text = line.removeprefix(codecs.BOM_UTF8)
            for event in reader.feed(text.decode().strip("\r\n")):
                yield event
    for event in reader.end():
        yield event


class _EventReader:
    """Takes one line after another; an event ends as soon as its data is complete JSON.

    So it needs no empty line after it, which some servers leave out.
    """

    def __init__(self) -> None:
        self._data = ""
        self._name = ""
        self._bare = 0
        """Values that stood in lines without a field name."""
        self._has_fields = False

    def feed(self, line: str) -> Iterator[Event]:
        if not line.strip():
            yield from self._end_of_event()
            return
        field, colon, value = line.partition(":")
        field = field.strip().lower()
        if colon and field in {"", "event", "id", "retry"}:
            self._has_fields = True
            self._name = value.strip() if field == "event" else self._name
        elif field == "data":
            self._has_fields = True
            # Some proxies put their own field name before that of the server.
            yield from self._add(_REPEATED_FIELD.sub("", value).strip())
        elif self._data or line.lstrip().startswith(("{", "[")):
            self._bare += not self._data
            yield from self._add(line)
        else:
            # A field or a word of no meaning: noted, should no answer come.
            yield line.strip()

    def end(self) -> Iterator[Event]:
        """Finish the body: one whole message cannot be half an answer, a half event is one."""
        if self._data and not self._has_fields:
            _JSON.decode(self._data)
        if self._bare == 1 and not self._has_fields:
            yield DONE

    def _add(self, data: str) -> Iterator[Event]:
        self._data = f"{self._data}\n{data}" if self._data else data
        if DONE_MARK.fullmatch(self._data):
            self._data = ""
            yield DONE
        elif self._data.endswith(("}", "]")):
            try:
                value, end = _JSON.raw_decode(self._data)
            except json.JSONDecodeError:
                return
            rest, self._data = self._data[end:], ""
            yield from self._named(value)
            if rest := _REPEATED_FIELD.sub("", rest).strip():
                # Some proxies lose the end of the line between two events.
                yield from self._add(rest)

    def _end_of_event(self) -> Iterator[Event]:
        if self._has_fields and self._data:
            data, self._data = self._data, ""
            if self._name != "error" and data.startswith(("{", "[")):
                _JSON.decode(data)
            yield from self._named(data)
        self._name = ""

    def _named(self, value: object) -> Iterator[Event]:
        """Yield an event, or each one of a list."""
        if self._name in END_EVENTS and not value:
            yield DONE
            return
        for item in value if isinstance(value, list) else [value]:
            is_error = self._name == "error" and not (isinstance(item, dict) and "error" in item)
            yield JSONObject(error=item) if is_error else item
