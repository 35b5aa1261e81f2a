"""What the exceptions of the ``openai`` SDK and its HTTP library mean; imports both."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import httpx2
import openai

from wagtail_llm_actions.errors import (
    ContentFiltered,
    InvalidOutput,
    ModelUnavailable,
    ProviderTimeout,
)
from wagtail_llm_actions.providers.errors.exceptions import (
    ExceptionTable,
    failure_of,
    transport_errors,
)
from wagtail_llm_actions.providers.errors.response import failure_in

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


def map_error(error: Exception, sent: str = "") -> Failure | None:
    """Return what an exception means; ``None`` for one that is not the SDK's."""
    if isinstance(error, openai.APIStatusError):
        # The SDK keeps only a part of the body, and nothing of a list.
        response = error.response
        failure = failure_in(
            response.content,
            status_code=error.status_code,
            headers=response.headers,
            sent=sent,
        )
        request_id = f" (request {error.request_id})" if error.request_id else ""
        return replace(failure, message=failure.message + request_id)
    if isinstance(error, openai.APIError) and error.body is not None:
        return failure_in(error.body, sent=sent)
    return failure_of(error, EXCEPTIONS)
