"""Build the SDK's client from our settings alone; imports the SDK."""

from __future__ import annotations

from typing import TYPE_CHECKING

from anthropic import APIStatusError, AsyncAnthropic, Timeout

from wagtail_llm_actions.providers.errors.response import reports_error
from wagtail_llm_actions.providers.sdk import preload, set_up

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx2

    from wagtail_llm_actions.providers.options import HTTPOptions
    from wagtail_llm_actions.providers.sse import JSONObject

# What the first call, or the first failure, would import; it would wait half a second for it.
preload(
    (
        "anthropic.resources.messages",
        "anthropic.resources.models",
        "anthropic.types.shared.error_details",
        "wagtail_llm_actions.providers.anthropic.errors",
        "anyio._backends._asyncio",
    )
)


def build_client(
    *, api_key: str, base_url: str, query: Mapping[str, str], options: HTTPOptions
) -> AsyncAnthropic:
    """Build a client without retries: attempts are counted, timed and limited by the caller."""
    client = AsyncAnthropic(
        api_key=api_key,
        base_url=base_url,
        timeout=Timeout(None, connect=options.connect_timeout_seconds),
        max_retries=0,
        default_query=query,
        # Any value keeps an environment variable from writing prompts into traces.
        open_telemetry={},
    )
    set_up(client, headers=options.extra_headers)
    return client


def error_in(event: JSONObject, response: httpx2.Response) -> APIStatusError | None:
    """Return the error that an event reports, or ``None``."""
    if not reports_error(event):
        return None
    message = "An event of the stream reports an error."
    return APIStatusError(message, response=response, body=event)
