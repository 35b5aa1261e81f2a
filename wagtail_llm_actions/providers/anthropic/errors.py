"""What the exceptions of the ``anthropic`` SDK and its HTTP library mean; imports both."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import anthropic
import httpx2

from wagtail_llm_actions.errors import InvalidOutput, ModelUnavailable, ProviderTimeout
from wagtail_llm_actions.providers.errors.exceptions import (
    ExceptionTable,
    failure_of,
    transport_errors,
)
from wagtail_llm_actions.providers.errors.response import failure_in

if TYPE_CHECKING:
    from wagtail_llm_actions.providers.base import Failure

EXCEPTIONS: ExceptionTable = (
    (anthropic.APIResponseValidationError, InvalidOutput),
    (anthropic.APITimeoutError, ProviderTimeout),
    (anthropic.AnthropicError, ModelUnavailable),
    *transport_errors(httpx2),
)


def map_error(error: Exception, sent: str = "") -> Failure | None:
    """Return what an exception means; ``None`` for one that is not the SDK's."""
    if not isinstance(error, anthropic.APIStatusError):
        return failure_of(error, EXCEPTIONS)
    response = error.response
    # An error event arrives in a response whose status is 200, and whose body is the stream.
    if response.is_success:
        failure = failure_in(error.body if error.body is not None else str(error), sent=sent)
    else:
        failure = failure_in(
            response.content,
            status_code=error.status_code,
            headers=response.headers,
            sent=sent,
        )
    request_id = f" (request {error.request_id})" if error.request_id else ""
    return replace(failure, message=failure.message + request_id)
