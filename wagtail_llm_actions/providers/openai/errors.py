"""From every exception of the ``openai`` SDK and its HTTP stack to what happened, in our words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from json import JSONDecodeError
from typing import TYPE_CHECKING

import anyio
import httpx2
import openai

from wagtail_llm_actions.errors import (
    AuthenticationFailed,
    ContentFiltered,
    InvalidOutput,
    ModelUnavailable,
    ProviderTimeout,
    RateLimited,
    RequestRejected,
)
from wagtail_llm_actions.providers.base import Failure
from wagtail_llm_actions.providers.openai.answers import AnswerError
from wagtail_llm_actions.providers.retry_after import retry_after_seconds

if TYPE_CHECKING:
    from wagtail_llm_actions.errors import ProviderError

KINDS: tuple[tuple[type[Exception], type[ProviderError]], ...] = (
    (openai.APIResponseValidationError, InvalidOutput),
    (openai.APITimeoutError, ProviderTimeout),
    (openai.ContentFilterFinishReasonError, ContentFiltered),
    (openai.LengthFinishReasonError, InvalidOutput),
    (openai.OpenAIError, ModelUnavailable),
    # The SDK lets these through while it reads an error's body or an event.
    (JSONDecodeError, InvalidOutput),
    (UnicodeDecodeError, InvalidOutput),
    (httpx2.DecodingError, InvalidOutput),
    (httpx2.ConnectTimeout, ModelUnavailable),
    (httpx2.TimeoutException, ProviderTimeout),
    (httpx2.HTTPError, ModelUnavailable),
    (httpx2.InvalidURL, ModelUnavailable),
    (httpx2.CookieConflict, ModelUnavailable),
    (httpx2.StreamError, ModelUnavailable),
    (anyio.EndOfStream, ModelUnavailable),
    (OSError, ModelUnavailable),
)
"""The first class that an exception is an instance of decides."""

ALL: tuple[type[Exception], ...] = (AnswerError, *(theirs for theirs, _ in KINDS))

CODES: dict[str, type[ProviderError]] = {
    "billing_hard_limit_reached": RateLimited,
    "billing_not_active": RateLimited,
    "content_filter": ContentFiltered,
    "content_policy_violation": ContentFiltered,
    "context_length_exceeded": RequestRejected,
    "insufficient_quota": RateLimited,
    "invalid_api_key": AuthenticationFailed,
    "model_not_found": ModelUnavailable,
    "rate_limit_exceeded": RateLimited,
}
"""``error.code`` says more than the status. Source: OpenAI's and Azure's error references."""

TYPES: dict[str, type[ProviderError]] = {
    "authentication_error": AuthenticationFailed,
    "invalid_request_error": RequestRejected,
    "overloaded_error": RateLimited,
    "permission_error": AuthenticationFailed,
    "rate_limit_error": RateLimited,
}
"""``error.type`` of an error event, which has no status."""

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

WAITING_DOES_NOT_HELP = frozenset(
    {
        402,
        404,
        "billing_hard_limit_reached",
        "billing_not_active",
        "insufficient_quota",
        "model_not_found",
    }
)


def failure_of(error: Exception) -> Failure:
    """Say what an exception of ``ALL`` means."""
    if isinstance(error, AnswerError):
        return error.failure
    if isinstance(error, openai.APIStatusError):
        waiting = retry_after_seconds(error.response.headers)
        return _reported(error, error.status_code, error.request_id, waiting)
    if isinstance(error, openai.APIError) and error.body is not None:
        return _reported(error, _status_in(error))
    return Failure(kind=_kind(error), words=_words(error))


def _reported(
    error: openai.APIError,
    status_code: int | None,
    request_id: str | None = None,
    waiting_seconds: float | None = None,
) -> Failure:
    """Read an error that the server describes itself."""
    names = (str(error.code), str(error.type))
    by_name = [CODES[name] for name in names if name in CODES]
    by_type = TYPES.get(names[1], ModelUnavailable)
    return Failure(
        kind=by_name[0] if by_name else _kind_of_status(status_code) or by_type,
        words=_body_words(error.body) + (f" (request {request_id})" if request_id else ""),
        status_code=status_code,
        retry_after_seconds=waiting_seconds,
        retryable=None if WAITING_DOES_NOT_HELP.isdisjoint((status_code, *names)) else False,
    )


def _kind_of_status(status_code: int | None) -> type[ProviderError] | None:
    if status_code is None:
        return None
    is_client_error = 400 <= status_code < 500  # noqa: PLR2004
    return STATUSES.get(status_code, RequestRejected if is_client_error else ModelUnavailable)


def _status_in(error: openai.APIError) -> int | None:
    """Some servers write an HTTP status into the code of an error event."""
    code = error.code or ""
    return int(code) if re.fullmatch(r"[45][0-9]{2}", code) else None


def _body_words(body: object) -> str:
    if isinstance(body, Mapping):
        body = body.get("message") or body.get("detail")
    return body if isinstance(body, str) else ""


def _kind(error: Exception) -> type[ProviderError]:
    # The SDK wraps what its HTTP stack raises; what is wrapped says more.
    return next(
        ours
        for candidate in (error.__cause__, error)
        for theirs, ours in KINDS
        if isinstance(candidate, theirs)
    )


def _words(error: Exception) -> str:
    known = error.__cause__ or error
    return ": ".join(filter(None, (type(known).__name__, str(known))))
