"""What the exceptions of the ``anthropic`` SDK and its HTTP library mean; imports both."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import anthropic
import httpx2

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
    (anthropic.APIResponseValidationError, InvalidOutput),
    (anthropic.APITimeoutError, ProviderTimeout),
    (anthropic.AnthropicError, ModelUnavailable),
    *transport_errors(httpx2),
)

NAMES = ErrorNames(
    # ``error.details.error_code``. Source: the SDK's ``ErrorDetails``.
    codes={
        "contract_spend_limit_reached": RateLimited,
        "enforced_spend_limit_reached": RateLimited,
        "organization_on_hold": AuthenticationFailed,
    },
    # Source: the SDK's ``ErrorType``.
    types={
        "api_error": ModelUnavailable,
        "authentication_error": AuthenticationFailed,
        "billing_error": RateLimited,
        "conflict_error": RequestRejected,
        "invalid_request_error": RequestRejected,
        "memory_path_conflict_error": RequestRejected,
        "memory_precondition_failed_error": RequestRejected,
        "not_found_error": ModelUnavailable,
        "overloaded_error": RateLimited,
        "permission_error": AuthenticationFailed,
        "rate_limit_error": RateLimited,
        "timeout_error": ProviderTimeout,
    },
    permanent=frozenset(
        {
            "billing_error",
            "contract_spend_limit_reached",
            "enforced_spend_limit_reached",
            "not_found_error",
        }
    ),
)

CONTENT_FILTER_PHRASE = "content filtering policy"
"""A prompt refused for its content has no type or code of its own, only this phrase."""


def map_error(error: Exception) -> Failure | None:
    """Return what an exception means; ``None`` for one that is not the SDK's."""
    if not isinstance(error, anthropic.APIStatusError):
        return failure_of(error, EXCEPTIONS)
    message = message_in(error.api_message or error.body)
    request_id = f" (request {error.request_id})" if error.request_id else ""
    failure = NAMES.failure(
        # An error event arrives in a response whose status is 200.
        status_code=None if error.response.is_success else error.status_code,
        code=error.error_code or "",
        type_=str(error.type),
        message=message + request_id,
        headers=error.response.headers,
    )
    if failure.kind is RequestRejected and CONTENT_FILTER_PHRASE in message:
        return replace(failure, kind=ContentFiltered)
    return failure
