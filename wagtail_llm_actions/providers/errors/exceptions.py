"""What the exceptions of HTTP libraries mean."""

from __future__ import annotations

from json import JSONDecodeError
from typing import TYPE_CHECKING, TypeAlias

import anyio

from wagtail_llm_actions.errors import InvalidOutput, ModelUnavailable, ProviderTimeout
from wagtail_llm_actions.providers.base import Failure
from wagtail_llm_actions.providers.response_parsing import ResponseError

if TYPE_CHECKING:
    from types import ModuleType

    from wagtail_llm_actions.providers.errors.table import ErrorClass

ExceptionTable: TypeAlias = "tuple[tuple[type[Exception], ErrorClass], ...]"
"""The first row whose class an exception is an instance of decides."""


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
    for raised in (error, error.__cause__):
        if isinstance(raised, ResponseError):
            return raised.failure
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
