"""From every exception of ``httpx`` to what happened, in our words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

import httpx

from wagtail_llm_actions.providers.base import Failure
from wagtail_llm_actions.providers.error_mapping import (
    STATUSES_FOR_LONG,
    describe_exception,
    error_class_for,
    error_class_for_status,
    transport_errors,
)
from wagtail_llm_actions.providers.response_parsing import ResponseError
from wagtail_llm_actions.providers.retry_after import retry_after_seconds

if TYPE_CHECKING:
    from wagtail_llm_actions.providers.error_mapping import Kinds

KINDS: Kinds = transport_errors(httpx)

ALL: tuple[type[Exception], ...] = (ResponseError, *(theirs for theirs, _ in KINDS))

NOT_FOUND = 404


def failure_of(error: Exception, model: str) -> Failure:
    """Say what an exception of ``ALL`` means."""
    if isinstance(error, ResponseError):
        return error.failure
    if isinstance(error, httpx.HTTPStatusError):
        return _reported(error.response, model)
    return Failure(kind=error_class_for(error, KINDS), words=describe_exception(error))


def _reported(response: httpx.Response, model: str) -> Failure:
    """Read the answer to a call that the server refused."""
    status_code = response.status_code
    words = _words(response)
    if status_code == NOT_FOUND and words is not None:
        words = f"{words.rstrip('.')}. Pull the model on Ollama's server: ollama pull {model}"
    return Failure(
        kind=error_class_for_status(status_code),
        words=response.text if words is None else words,
        status_code=status_code,
        retry_after_seconds=retry_after_seconds(response.headers),
        retryable=False if status_code in STATUSES_FOR_LONG else None,
    )


def _words(response: httpx.Response) -> str | None:
    """Return what Ollama itself says, or ``None`` where something else answered at this address."""
    try:
        body = json.loads(response.content)
    except ValueError:
        return None
    words = body.get("error") if isinstance(body, Mapping) else None
    return words if isinstance(words, str) else None
