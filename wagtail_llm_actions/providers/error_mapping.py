"""What HTTP statuses, error bodies and the exceptions of HTTP libraries mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from json import JSONDecodeError
from typing import TYPE_CHECKING, TypeAlias

import anyio

from wagtail_llm_actions.errors import (
    AuthenticationFailed,
    InvalidOutput,
    ModelUnavailable,
    ProviderError,
    ProviderTimeout,
    RateLimited,
    RequestRejected,
)
from wagtail_llm_actions.providers.base import Failure
from wagtail_llm_actions.providers.response_parsing import ResponseError
from wagtail_llm_actions.providers.retry_after import retry_after_seconds

if TYPE_CHECKING:
    from types import ModuleType

ErrorClass: TypeAlias = type[ProviderError]
ExceptionTable: TypeAlias = "tuple[tuple[type[Exception], ErrorClass], ...]"
"""The first row whose class an exception is an instance of decides."""

STATUSES: Mapping[int, ErrorClass] = {
    401: AuthenticationFailed,
    402: RateLimited,
    403: AuthenticationFailed,
    404: ModelUnavailable,
    408: ProviderTimeout,
    429: RateLimited,
    504: ProviderTimeout,
    529: RateLimited,
}

PERMANENT_STATUSES = frozenset({402, 404})
"""A retry does not help: somebody has to pay, or to install a model."""

MESSAGE_KEYS = ("message", "msg", "error", "detail")
MAX_DEPTH = 5
"""How deep a message may be nested in an error body; Mistral nests it four levels deep."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ErrorNames:
    """What the error names of a vendor's protocol mean."""

    codes: Mapping[str, ErrorClass]
    """``code``: more precise than the HTTP status."""
    types: Mapping[str, ErrorClass]
    """``type``: used for error events inside a stream, which have no status."""
    permanent: frozenset[str]
    """Codes and types for which a retry does not help."""

    def failure(
        self,
        *,
        status_code: int | None,
        code: str,
        type_: str,
        message: str,
        headers: Mapping[str, str] | None = None,
    ) -> Failure:
        """Build the failure that a server describes itself.

        Args:
            status_code: HTTP status, ``None`` for an error event inside a stream.
            code: The error's code; empty without one.
            type_: The error's type; empty without one.
            message: The server's message.
            headers: Of the response, with names in lower case.
        """
        kind = self.codes.get(code) or self.codes.get(type_)
        if kind is None and status_code is not None:
            kind = error_class_for_status(status_code)
        is_permanent = status_code in PERMANENT_STATUSES or {code, type_} & self.permanent
        return Failure(
            kind=kind or self.types.get(type_, ModelUnavailable),
            message=message,
            status_code=status_code,
            retry_after_seconds=None if headers is None else retry_after_seconds(headers),
            retryable=False if is_permanent else None,
        )


def error_class_for_status(status_code: int) -> ErrorClass:
    """Return what an HTTP status other than success means."""
    is_client_error = 400 <= status_code < 500  # noqa: PLR2004
    return STATUSES.get(status_code, RequestRejected if is_client_error else ModelUnavailable)


def transport_errors(http: ModuleType) -> ExceptionTable:
    """Return the table for ``httpx`` or its successor ``httpx2``, and what they let through."""
    return (
        (JSONDecodeError, InvalidOutput),
        (UnicodeDecodeError, InvalidOutput),
        (http.DecodingError, InvalidOutput),
        (http.ConnectTimeout, ModelUnavailable),
        (http.TimeoutException, ProviderTimeout),
        (http.HTTPError, ModelUnavailable),
        (http.InvalidURL, ModelUnavailable),
        (http.CookieConflict, ModelUnavailable),
        (http.StreamError, ModelUnavailable),
        (anyio.EndOfStream, ModelUnavailable),
        (OSError, ModelUnavailable),
    )


def failure_of(error: Exception, table: ExceptionTable) -> Failure | None:
    """Return what an exception means that no server has described, or ``None`` for unknown ones.

    An SDK wraps what its HTTP library raises; the cause says more, so it is looked up first.
    """
    if isinstance(error, ResponseError):
        return error.failure
    if not isinstance(error, tuple(theirs for theirs, _ in table)):
        return None
    known = error.__cause__ or error
    kind = next(
        ours
        for candidate in (known, error)
        for theirs, ours in table
        if isinstance(candidate, theirs)
    )
    message = ": ".join(filter(None, (type(known).__name__, str(known))))
    return Failure(kind=kind, message=message)


def message_in(body: object, *, depth: int = MAX_DEPTH) -> str:
    """Return the message in a parsed error body, or an empty text.

    Understands ``{"error": {"message": …}}`` in any nesting, Gemini's list around it, and FastAPI's
    ``{"detail": [{"loc": ["body", "max_tokens"], "msg": …, "input": …}]}``. ``input`` is left out:
    it may quote the prompt.
    """
    if isinstance(body, str):
        return body
    if not depth:
        return ""
    if isinstance(body, list):
        found = [message_in(item, depth=depth - 1) for item in body if isinstance(item, Mapping)]
        return "; ".join(filter(None, found))
    if not isinstance(body, Mapping):
        return ""
    found = [message_in(body.get(key), depth=depth - 1) for key in MESSAGE_KEYS]
    message = next(filter(None, found), "")
    place = body.get("loc")
    if message and isinstance(place, list):
        return f"{'.'.join(map(str, place))}: {message}"
    return message
