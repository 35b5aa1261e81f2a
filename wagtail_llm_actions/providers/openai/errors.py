"""From every exception of the ``openai`` SDK and its HTTP stack to what happened, in our words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

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
from wagtail_llm_actions.providers.error_mapping import (
    STATUSES_FOR_LONG,
    Kinds,
    describe_exception,
    error_class_for,
    error_class_for_status,
    transport_errors,
)
from wagtail_llm_actions.providers.response_parsing import ResponseError
from wagtail_llm_actions.providers.retry_after import retry_after_seconds

if TYPE_CHECKING:
    from wagtail_llm_actions.errors import ProviderError

KINDS: Kinds = (
    (openai.APIResponseValidationError, InvalidOutput),
    (openai.APITimeoutError, ProviderTimeout),
    (openai.ContentFilterFinishReasonError, ContentFiltered),
    (openai.LengthFinishReasonError, InvalidOutput),
    (openai.OpenAIError, ModelUnavailable),
    *transport_errors(httpx2),
)

ALL: tuple[type[Exception], ...] = (ResponseError, *(theirs for theirs, _ in KINDS))

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

WAITING_DOES_NOT_HELP = STATUSES_FOR_LONG.union(
    {
        "billing_hard_limit_reached",
        "billing_not_active",
        "insufficient_quota",
        "model_not_found",
    }
)


def failure_of(error: Exception) -> Failure:
    """Say what an exception of ``ALL`` means."""
    if isinstance(error, ResponseError):
        return error.failure
    if isinstance(error, openai.APIStatusError):
        waiting = retry_after_seconds(error.response.headers)
        return _reported(error, error.status_code, error.request_id, waiting)
    if isinstance(error, openai.APIError) and error.body is not None:
        return _reported(error, _status_in(error))
    return Failure(kind=error_class_for(error, KINDS), words=describe_exception(error))


def _reported(
    error: openai.APIError,
    status_code: int | None,
    request_id: str | None = None,
    waiting_seconds: float | None = None,
) -> Failure:
    """Read an error that the server describes itself."""
    names = (str(error.code), str(error.type))
    return Failure(
        kind=_reported_kind(names, status_code),
        words=_body_words(error.body) + (f" (request {request_id})" if request_id else ""),
        status_code=status_code,
        retry_after_seconds=waiting_seconds,
        retryable=None if WAITING_DOES_NOT_HELP.isdisjoint((status_code, *names)) else False,
    )


def _reported_kind(names: tuple[str, str], status_code: int | None) -> type[ProviderError]:
    by_name = [CODES[name] for name in names if name in CODES]
    if by_name:
        return by_name[0]
    if status_code is not None:
        return error_class_for_status(status_code)
    return TYPES.get(names[1], ModelUnavailable)


def _status_in(error: openai.APIError) -> int | None:
    """Some servers write an HTTP status into the code of an error event."""
    code = error.code or ""
    return int(code) if re.fullmatch(r"[45][0-9]{2}", code) else None


def _body_words(body: object) -> str:
    if isinstance(body, Mapping):
        body = body.get("message") or body.get("detail")
    return body if isinstance(body, str) else ""
