"""Redirects to another server, which would get the prompt."""

from __future__ import annotations

from typing import Any

from wagtail_llm_actions.errors import ModelUnavailable
from wagtail_llm_actions.providers.base import Failure
from wagtail_llm_actions.providers.response_parsing import ResponseError


async def refuse_other_server(response: Any) -> None:
    """Stop at a redirect to another server; a hook for responses of ``httpx``.

    From HTTP to HTTPS of the same host, and to another path, a client may go on.

    Raises:
        ResponseError: The redirect leads to another host or port, or away from HTTPS.
    """
    location = response.headers.get("location")
    if not location or not response.has_redirect_location:
        return
    here = response.request.url
    there = here.join(location)
    is_here = (there.host or here.host, there.port) == (here.host, here.port)
    if is_here and there.scheme in {here.scheme, "https"}:
        return
    message = (
        f"The server redirects to another one, {there.scheme}://{there.netloc.decode()}, where no "
        "prompt is sent. If that is right, set BASE_URL to it."
    )
    raise ResponseError.of(
        Failure(
            kind=ModelUnavailable,
            message=message,
            status_code=response.status_code,
            retryable=False,
        )
    )
