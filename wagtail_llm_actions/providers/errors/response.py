"""What a server's own description of an error means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus

from wagtail_llm_actions.errors import QuotaExhausted, RateLimited
from wagtail_llm_actions.providers.base import Failure
from wagtail_llm_actions.providers.errors.body import read_error
from wagtail_llm_actions.providers.errors.classify import classify
from wagtail_llm_actions.providers.errors.echo import without_echo
from wagtail_llm_actions.providers.errors.retry_after import (
    reset_seconds,
    retry_after_in,
    retry_after_seconds,
)

SHORT_WAIT_SECONDS = 120
"""An account whose quota is there again so soon is only rate limited: Google words both alike."""
WAITING_IS_USELESS = re.compile(r"(?i)insufficient_quota|[\w-]*PerDay[\w-]*")
"""Codes that mean this, whatever else the server says; Google names a short wait beside its limit of a day."""


def failure_in(
    body: object,
    *,
    status_code: int | None = None,
    headers: Mapping[str, str] | None = None,
    sent: str = "",
) -> Failure:
    """Return the failure that a server describes itself.

    Args:
        body: As it arrived, or parsed from JSON.
        status_code: HTTP status; ``None`` for an error event inside a stream, or for a body in an
            answer that claims success.
        headers: Of the response, with names in lower case.
        sent: The texts of the request; what the server repeats of them is not taken for its words.
    """
    error = read_error(body)
    status = error.status_code if status_code is None else status_code
    words = without_echo(error.message, sent)
    kind = classify(status, error.codes, words)
    named = retry_after_in(error.parsed, words)
    if (
        issubclass(kind, QuotaExhausted)
        and named is not None
        and named <= SHORT_WAIT_SECONDS
        and not any(map(WAITING_IS_USELESS.fullmatch, error.codes))
    ):
        kind = RateLimited
    wait = retry_after_seconds(headers) if headers else None
    if wait is None:
        wait = named
    if wait is None and headers and issubclass(kind, RateLimited):
        wait = reset_seconds(headers)
    return Failure(
        kind=kind,
        message=error.message or ", ".join(error.codes) or _phrase(status),
        status_code=status,
        retry_after_seconds=wait,
    )


def reports_error(body: object) -> bool:
    """Return whether an event, or an answer with HTTP status 200, is the report of an error."""
    if isinstance(body, list):
        body = body[0] if body else None
    if not isinstance(body, Mapping):
        return False
    result = body.get("base_resp")
    if (
        any(_says_something(body.get(key)) for key in ("error", "errors"))
        or any(body.get(key) for key in ("error_message", "error_msg"))
        or "error" in (body.get("type"), body.get("object"))
        # MiniMax sends it with each answer; 0 stands for success.
        or (isinstance(result, Mapping) and result.get("status_code"))
    ):
        return True
    if any(body.get(key) for key in ("choices", "content", "delta", "id")):
        return False
    words = [body.get(key) for key in ("detail", "message", "msg")]
    return any(isinstance(word, str | list) and bool(word) for word in words)


def _says_something(error: object) -> bool:
    """Return whether a member holds an error: some servers send an empty one with each piece."""
    return any(error.values()) if isinstance(error, Mapping) else bool(error)


def _phrase(status_code: int | None) -> str:
    try:
        return HTTPStatus(status_code or 0).phrase
    except ValueError:
        return ""
