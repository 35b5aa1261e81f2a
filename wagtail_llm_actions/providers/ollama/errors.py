"""What the exceptions of ``httpx`` mean for a call to Ollama; imports ``httpx``."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import httpx

from wagtail_llm_actions.providers.errors.exceptions import failure_of, transport_errors
from wagtail_llm_actions.providers.errors.response import failure_in

if TYPE_CHECKING:
    from wagtail_llm_actions.providers.base import Failure
    from wagtail_llm_actions.providers.errors.exceptions import ExceptionTable

EXCEPTIONS: ExceptionTable = transport_errors(httpx)

NOT_FOUND = 404


def map_error(error: Exception, model: str, sent: str = "") -> Failure | None:
    """Return what an exception means; ``None`` for one that is not of ``httpx``."""
    if isinstance(error, httpx.HTTPStatusError):
        return _reported(error.response, model, sent)
    return failure_of(error, EXCEPTIONS)


def _reported(response: httpx.Response, model: str, sent: str) -> Failure:
    failure = failure_in(
        response.content,
        status_code=response.status_code,
        headers=response.headers,
        sent=sent,
    )
    if response.status_code != NOT_FOUND or not _is_of_ollama(response):
        return failure
    advice = f"Pull the model on Ollama's server: ollama pull {model}"
    return replace(failure, message=f"{failure.message.rstrip('.')}. {advice}")


def _is_of_ollama(response: httpx.Response) -> bool:
    """Return whether the body has Ollama's shape, and not that of another server at this address."""
    try:
        body = json.loads(response.content)
    except ValueError:
        return False
    return isinstance(body, dict) and isinstance(body.get("error"), str)
