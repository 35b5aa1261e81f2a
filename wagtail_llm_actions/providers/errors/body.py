"""Read what a server says about an error: its words, its codes, and how long to wait.

Bodies come as JSON of many shapes, JSON in a string, server-sent events, HTML pages or plain text;
gateways put one into another.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

MESSAGE_KEYS = (
    *("message", "msg", "error_message", "errormessage", "error_msg", "status_msg", "errormsg"),
    *(
        "error_description",
        "detail",
        "details",
        "error",
        "errors",
        "base_resp",
        "title",
        "description",
    ),
)
"""Members that hold a message or lead to one, the most exact first; compared in lower case."""
CODE_KEYS = frozenset(
    {
        *("code", "type", "status", "reason", "error_code", "errorcode", "error_type", "errortype"),
        *("error", "__type", "quotaid", "status_code", "statuscode", "http_status"),
    }
)
ECHOES = frozenset({"input", "flagged_input", "messages", "content", "prompt", "url", "loc", "ctx"})
"""Members that may quote the prompt."""
RAW = "raw"
"""Where OpenRouter keeps the answer of the provider behind it: JSON in a string, or a text."""
MAX_DEPTH = 5
"""How deep a message may be nested in an error body; Mistral nests it four levels deep."""
MAX_CHARS = 5_000
"""More is no message, and would be searched for words."""
MAX_CODE_DEPTH = 8
"""Google names the quota that is used up in a list within a list within a list."""

HTML_PAGE = re.compile(r"\s*(?:<!doctype\b|<html\b|<head\b|<\?xml\b)", re.IGNORECASE)
HTML_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
HTML_TAG = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.IGNORECASE | re.DOTALL)
NAME = re.compile(r"[\w.#:/-]{1,80}", re.ASCII)
STATUS = re.compile(r"[45][0-9]{2}")


@dataclass(frozen=True, kw_only=True, slots=True)
class ErrorBody:
    """What a server says about an error."""

    message: str
    """Its own words, not yet redacted; empty where it gives none."""
    codes: tuple[str, ...]
    """All names and numbers of errors, as they are written, the outermost first."""
    status_code: int | None
    """An HTTP status that is written into the body."""
    parsed: object
    """The body after parsing; a text where it is none of the known formats."""


def read_error(body: object) -> ErrorBody:
    """Read the body of an error.

    Args:
        body: As it arrived, or already parsed from JSON.
    """
    parsed = _parsed(body)
    codes = list(dict.fromkeys(_codes(parsed, MAX_CODE_DEPTH)))
    statuses = [int(code) for code in codes if STATUS.fullmatch(code)]
    return ErrorBody(
        message=_message(parsed, MAX_DEPTH).strip()[:MAX_CHARS],
        codes=tuple(code for code in codes if code != "error" and not STATUS.fullmatch(code)),
        status_code=statuses[0] if statuses else None,
        parsed=parsed,
    )


def _parsed(body: object) -> object:
    if isinstance(body, bytes):
        body = body.decode("utf-8-sig", errors="replace")
    if not isinstance(body, str):
        return body
    text = body.strip()
    if HTML_PAGE.match(text):
        title = HTML_TITLE.search(text)
        return " ".join(html.unescape(title[1] if title else HTML_TAG.sub(" ", text)).split())
    for candidate in (text, *re.findall(r"^data:\s*([{\[].*)$", text, re.MULTILINE)):
        with suppress(ValueError, RecursionError):
            return json.loads(candidate)
    return text


def _members(body: Mapping[object, object]) -> dict[str, object]:
    return {str(name).lower(): value for name, value in body.items()}


def _message(body: object, depth: int) -> str:
    """Return the message in a parsed body, or an empty text.

    Each problem of FastAPI's list names its place: ``body.max_tokens: Too big``.
    """
    if isinstance(body, str):
        parsed = _parsed(body) if depth else body
        return body if isinstance(parsed, str) else _message(parsed, depth - 1) or body
    if not depth:
        return ""
    if isinstance(body, list):
        # A list around everything holds errors; texts alone are no error that anybody sends.
        items = (item for item in body if depth < MAX_DEPTH or isinstance(item, Mapping))
        found = [_message(item, depth - 1) for item in items]
        return "; ".join(dict.fromkeys(filter(None, found)))
    if not isinstance(body, Mapping):
        return ""
    members = _members(body)
    found = [_message(members[key], depth - 1) for key in MESSAGE_KEYS if key in members]
    message = next(filter(None, found), "")
    place = members.get("loc")
    if message and isinstance(place, list):
        message = f"{'.'.join(map(str, place))}: {message}"
    if inner := _raw_message(members, depth):
        return inner if inner.startswith(message) else f"{message}: {inner}"
    return message


def _raw_message(members: Mapping[str, object], depth: int) -> str:
    metadata = members.get("metadata")
    raw = _members(metadata).get(RAW) if isinstance(metadata, Mapping) else None
    return _message(_parsed(raw), depth - 1)


def _codes(body: object, depth: int) -> Iterator[str]:
    if isinstance(body, str):
        body = _parsed(body)
    if isinstance(body, list) and depth:
        for item in body:
            yield from _codes(item, depth - 1)
    if isinstance(body, Mapping) and depth:
        members = _members(body)
        named = (str(value) for key, value in members.items() if key in CODE_KEYS)
        yield from filter(NAME.fullmatch, named)
        for key in members.keys() - ECHOES:
            yield from _codes(members[key], depth - 1)
