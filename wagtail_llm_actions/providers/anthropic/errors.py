"""From every exception of the ``anthropic`` SDK and its HTTP stack to what happened, in our words."""

from __future__ import annotations

from collections.abc import Mapping
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
    (anthropic.APIResponseValidationError, InvalidOutput),
    (anthropic.APITimeoutError, ProviderTimeout),
    (anthropic.AnthropicError, ModelUnavailable),
    *transport_errors(httpx2),
)

ALL: tuple[type[Exception], ...] = (ResponseError, *(theirs for theirs, _ in KINDS))

TYPES: dict[str, type[ProviderError]] = {
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
}
"""``error.type`` of an error event, which has no status. Source: the SDK's ``ErrorType``."""

CODES: dict[str, type[ProviderError]] = {
    "contract_spend_limit_reached": RateLimited,
    "enforced_spend_limit_reached": RateLimited,
    "organization_on_hold": AuthenticationFailed,
}
"""``error.details.error_code`` says more than the status. Source: the SDK's ``ErrorDetails``."""

WAITING_DOES_NOT_HELP = STATUSES_FOR_LONG.union(
    {
        "billing_error",
        "contract_spend_limit_reached",
        "enforced_spend_limit_reached",
        "not_found_error",
    }
)

CONTENT_FILTER_WORDS = "content filtering policy"
"""A refused prompt has no type or code of its own, only these words."""


def failure_of(error: Exception) -> Failure:
    """Say what an exception of ``ALL`` means."""
    if isinstance(error, ResponseError):
        return error.failure
    if isinstance(error, anthropic.APIStatusError):
        return _reported(error)
    return Failure(kind=error_class_for(error, KINDS), words=describe_exception(error))


def _reported(error: anthropic.APIStatusError) -> Failure:
    """Read an error that the server describes itself, in place of an answer or inside it."""
    # An error event arrives in an answer whose status says that all is well.
    status_code = None if error.response.is_success else error.status_code
    words = _words(error)
    names = {status_code, str(error.type), error.error_code}
    return Failure(
        kind=_kind(error, status_code, words),
        words=words + (f" (request {error.request_id})" if error.request_id else ""),
        status_code=status_code,
        retry_after_seconds=retry_after_seconds(error.response.headers),
        retryable=None if WAITING_DOES_NOT_HELP.isdisjoint(names) else False,
    )


def _kind(
    error: anthropic.APIStatusError, status_code: int | None, words: str
) -> type[ProviderError]:
    if error.error_code in CODES:
        return CODES[error.error_code]
    by_type = TYPES.get(str(error.type), ModelUnavailable)
    kind = by_type if status_code is None else error_class_for_status(status_code)
    is_filtered = kind is RequestRejected and CONTENT_FILTER_WORDS in words
    return ContentFiltered if is_filtered else kind


def _words(error: anthropic.APIStatusError) -> str:
    words = error.api_message or error.body
    if isinstance(words, Mapping):
        words = words.get("message") or words.get("error") or words.get("detail")
    return words if isinstance(words, str) else ""
