"""What HTTP statuses and the exceptions of an HTTP library mean, for every adapter that uses one."""

from __future__ import annotations

from json import JSONDecodeError
from typing import TYPE_CHECKING, TypeAlias

import anyio

from wagtail_llm_actions.errors import (
    AuthenticationFailed,
    InvalidOutput,
    ModelUnavailable,
    ProviderTimeout,
    RateLimited,
    RequestRejected,
)

if TYPE_CHECKING:
    from types import ModuleType

    from wagtail_llm_actions.errors import ProviderError

Kinds: TypeAlias = "tuple[tuple[type[Exception], type[ProviderError]], ...]"
"""The first class that an exception is an instance of decides."""

STATUSES: dict[int, type[ProviderError]] = {
    401: AuthenticationFailed,
    402: RateLimited,
    403: AuthenticationFailed,
    404: ModelUnavailable,
    408: ProviderTimeout,
    429: RateLimited,
    504: ProviderTimeout,
    529: RateLimited,
}

STATUSES_FOR_LONG = frozenset({402, 404})
"""Waiting does not help: somebody has to pay, or to install a model."""


def error_class_for_status(status_code: int) -> type[ProviderError]:
    """Say what a status other than success means."""
    is_client_error = 400 <= status_code < 500  # noqa: PLR2004
    return STATUSES.get(status_code, RequestRejected if is_client_error else ModelUnavailable)


def transport_errors(http: ModuleType) -> Kinds:
    """Map what ``httpx``, or its successor ``httpx2``, lets through while it reads an answer."""
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


def error_class_for(error: Exception, kinds: Kinds) -> type[ProviderError]:
    """Look an exception up; an SDK wraps what its HTTP library raises, and that says more."""
    return next(
        ours
        for candidate in (error.__cause__, error)
        for theirs, ours in kinds
        if isinstance(candidate, theirs)
    )


def describe_exception(error: Exception) -> str:
    """Name an exception that is not a server's own words."""
    known = error.__cause__ or error
    return ": ".join(filter(None, (type(known).__name__, str(known))))
