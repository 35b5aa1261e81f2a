"""What the exceptions of the ``openai`` SDK and its HTTP library mean; imports both."""

from __future__ import annotations

import re
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
from wagtail_llm_actions.providers.error_mapping import (
    ErrorNames,
    ExceptionTable,
    failure_of,
    message_in,
    transport_errors,
)

if TYPE_CHECKING:
    from wagtail_llm_actions.providers.base import Failure

EXCEPTIONS: ExceptionTable = (
    (openai.APIResponseValidationError, InvalidOutput),
    (openai.APITimeoutError, ProviderTimeout),
    (openai.ContentFilterFinishReasonError, ContentFiltered),
    (openai.LengthFinishReasonError, InvalidOutput),
    (openai.OpenAIError, ModelUnavailable),
    *transport_errors(httpx2),
)

NAMES = ErrorNames(
    # Source: the error references of OpenAI and Azure OpenAI.
    codes={
        "billing_hard_limit_reached": RateLimited,
        "billing_not_active": RateLimited,
        "content_filter": ContentFiltered,
        "content_policy_violation": ContentFiltered,
        "context_length_exceeded": RequestRejected,
        "insufficient_quota": RateLimited,
        "invalid_api_key": AuthenticationFailed,
        "model_not_found": ModelUnavailable,
        "rate_limit_exceeded": RateLimited,
    },
    types={
        "authentication_error": AuthenticationFailed,
        "invalid_request_error": RequestRejected,
        "overloaded_error": RateLimited,
        "permission_error": AuthenticationFailed,
        "rate_limit_error": RateLimited,
    },
    permanent=frozenset(
        {
            "billing_hard_limit_reached",
            "billing_not_active",
            "insufficient_quota",
            "model_not_found",
        }
    ),
)


def map_error(error: Exception) -> Failure | None:
    """Return what an exception means; ``None`` for one that is not the SDK's."""
    if isinstance(error, openai.APIStatusError):
        request_id = f" (request {error.request_id})" if error.request_id else ""
        return NAMES.failure(
            status_code=error.status_code,
            code=str(error.code),
            type_=str(error.type),
            message=message_in(error.body) + request_id,
            headers=error.response.headers,
        )
    if isinstance(error, openai.APIError) and error.body is not None:
        return NAMES.failure(
            status_code=_status_in(error),
            code=str(error.code),
            type_=str(error.type),
            message=message_in(error.body),
        )
    return failure_of(error, EXCEPTIONS)


def _status_in(error: openai.APIError) -> int | None:
    """Return the HTTP status that some servers write into the code of an error event."""
    code = error.code or ""
    return int(code) if re.fullmatch(r"[45][0-9]{2}", code) else None
