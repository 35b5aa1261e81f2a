"""What the exceptions of ``httpx`` mean for a call to Ollama; imports ``httpx``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

import httpx

from wagtail_llm_actions.providers.base import Failure
from wagtail_llm_actions.providers.error_mapping import (
    PERMANENT_STATUSES,
    error_class_for_status,
    failure_of,
    transport_errors,
)
from wagtail_llm_actions.providers.retry_after import retry_after_seconds

if TYPE_CHECKING:
    from wagtail_llm_actions.providers.error_mapping import ExceptionTable

EXCEPTIONS: ExceptionTable = transport_errors(httpx)

NOT_FOUND = 404


def map_error(error: Exception, model: str) -> Failure | None:
    """Return what an exception means; ``None`` for one that is not of ``httpx``."""
    if isinstance(error, httpx.HTTPStatusError):
        return _reported(error.response, model)
    return failure_of(error, EXCEPTIONS)


def _reported(response: httpx.Response, model: str) -> Failure:
    status_code = response.status_code
    message = _message(response)
    if status_code == NOT_FOUND and message is not None:
        message = f"{message.rstrip('.')}. Pull the model on Ollama's server: ollama pull {model}"
    return Failure(
        kind=error_class_for_status(status_code),
        message=response.text if message is None else message,
        status_code=status_code,
        retry_after_seconds=retry_after_seconds(response.headers),
        retryable=False if status_code in PERMANENT_STATUSES else None,
    )


def _message(response: httpx.Response) -> str | None:
    """Return Ollama's message, or ``None`` where another server answers at this address."""
    try:
        body = json.loads(response.content)
    except ValueError:
        return None
    message = body.get("error") if isinstance(body, Mapping) else None
    return message if isinstance(message, str) else None
