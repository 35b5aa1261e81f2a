"""Read from a response when a call may be repeated.

Sources: RFC 9110, section 10.2.3, for ``Retry-After``; OpenAI's and Anthropic's SDKs, and Azure, for
``retry-after-ms``; Google's ``RetryInfo``; the rate limit headers of OpenAI, Anthropic and Groq.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from email.utils import parsedate_to_datetime

MILLISECONDS = ("retry-after-ms", "x-ms-retry-after-ms")
KEYS = {
    "retryafter": 1.0,
    "retryafterseconds": 1.0,
    "retrydelay": 1.0,
    "xratelimitreset": 1.0,
    "resetsinseconds": 1.0,
    "resetsat": 1.0,
    "estimatedtime": 1.0,
    "retryafterms": 0.001,
}
"""Members of a body, without case and punctuation, and the seconds of their unit if they are numbers.

A text such as ``34s`` has a unit of its own.
"""
MAX_DEPTH = 5
FIRST_EPOCH_SECONDS = 1_000_000_000
"""A larger number is a moment in seconds since 1970, or in milliseconds."""

UNITS = {"d": 86_400.0, "h": 3_600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
DURATION = (
    r"(?:\d+(?:\.\d+)?\s*(?:milliseconds?|ms|days?|d|hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s)\b"
    r"(?:,?\s*(?:and\s+)?)?|\d+(?:\.\d+)?(?:d|h|m)(?=\d))+"
)
PART = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|milli|[dhms])", re.IGNORECASE)
WORDS = re.compile(
    r"\b(?:(?:try|retry|retried)(?: \w+){0,3}?[ -](?:in|after)|wait(?: for)?|resets? (?:in|after)"
    r"|available(?: again)? in|replenished in|cooldown):? (?:about |approximately |at least )?"
    rf"(?P<duration>{DURATION}|(?P<clock>\d+:\d\d:\d\d)|\d+(?![\w:.-]| [a-z]))",
    re.IGNORECASE,
)


def retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """Read ``Retry-After-Ms`` or ``Retry-After`` (seconds or an HTTP date).

    Args:
        headers: Looked up by names in lower case.

    Returns:
        Seconds from now, never negative, or ``None`` without a usable header.
    """
    for name in MILLISECONDS:
        milliseconds = _number(headers.get(name))
        if milliseconds is not None:
            return milliseconds / 1000
    value = headers.get("retry-after", "")
    seconds = _number(value)
    return seconds if seconds is not None else _seconds_until(value)


def retry_after_in(body: object, message: str) -> float | None:
    """Read the wait that a body names, as a member or in its words.

    Args:
        body: Parsed from JSON.
        message: The server's words, such as "Please try again in 6m0s."
    """
    named = next(_named(body, MAX_DEPTH), None)
    if named is not None:
        return named
    found = WORDS.search(message)
    if not found:
        return None
    if found["clock"]:
        hours, minutes, seconds = map(int, found["clock"].split(":"))
        return 3600.0 * hours + 60 * minutes + seconds
    return _number(found["duration"]) or _duration(found["duration"])


def reset_seconds(headers: Mapping[str, str]) -> float | None:
    """Read when the rate limits that are used up are reset; the longest wait counts.

    A limit of which something remains is not what stopped the call.
    """
    waits = [
        wait
        for name, value in headers.items()
        if "ratelimit-" in name.lower()
        and "reset" in name.lower()
        and _number(headers.get(name.lower().replace("reset", "remaining"), "0")) == 0
        and (wait := _moment_or_duration(value)) is not None
    ]
    return max(waits, default=None)


def _named(body: object, depth: int) -> Iterator[float]:
    if isinstance(body, list) and depth:
        for item in body:
            yield from _named(item, depth - 1)
    if isinstance(body, Mapping) and depth:
        for name, value in body.items():
            seconds_per_unit = KEYS.get(re.sub(r"[^a-z]", "", str(name).lower()))
            seconds = _moment_or_duration(value) if seconds_per_unit else None
            if seconds_per_unit and seconds is not None:
                yield seconds * seconds_per_unit
            else:
                yield from _named(value, depth - 1)


def _moment_or_duration(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = str(value).strip()
    number = _number(text)
    if number is not None:
        if number < FIRST_EPOCH_SECONDS:
            return number
        seconds = number / 1000 if number > 1000 * FIRST_EPOCH_SECONDS else number
        return max(seconds - time.time(), 0.0)
    if re.fullmatch(DURATION, text, re.IGNORECASE):
        return _duration(text)
    with suppress(ValueError, OverflowError):
        return max(datetime.fromisoformat(text).timestamp() - time.time(), 0.0)
    return None


def _duration(text: str) -> float:
    """Return the seconds of ``6m0s``, ``1.5s``, ``500ms`` or "2 minutes"."""
    parts = PART.findall(text)
    return sum(
        float(n) * UNITS["ms" if unit.lower() == "milli" else unit.lower()] for n, unit in parts
    )


def _number(value: str | None) -> float | None:
    try:
        number = float(value or "")
    except ValueError:
        return None
    return max(number, 0.0) if math.isfinite(number) else None


def _seconds_until(http_date: str) -> float | None:
    try:
        moment = parsedate_to_datetime(http_date)
        return max(moment.timestamp() - time.time(), 0.0)
    except (ValueError, OverflowError):
        return None
