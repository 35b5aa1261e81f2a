"""Build the SDK's client from our settings alone; imports the SDK."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openai import APIError, AsyncOpenAI, Timeout

from wagtail_llm_actions.providers.errors.response import reports_error
from wagtail_llm_actions.providers.sdk import preload, set_up

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx2

    from wagtail_llm_actions.providers.openai.provider import OpenAIOptions
    from wagtail_llm_actions.providers.sse import JSONObject

# What the first call would import; it would wait half a second for it.
preload(
    (
        # The SDK inspects a loaded httpx in each call, also while Ollama's adapter is loading it.
        "httpx",
        "openai.resources.chat.chat",
        "openai.resources.chat.completions.completions",
        "openai.resources.models",
        "wagtail_llm_actions.providers.openai.errors",
        "anyio._backends._asyncio",
    )
)


def build_client(
    *, api_key: str, base_url: str, query: Mapping[str, str], options: OpenAIOptions
) -> AsyncOpenAI:
    """Build a client without retries: attempts are counted, timed and limited by the caller."""
    client = AsyncOpenAI(
        api_key=api_key,
        base_url=base_url,
        timeout=Timeout(None, connect=options.connect_timeout_seconds),
        max_retries=0,
        default_query=query,
    )
    # The SDK has read OPENAI_* variables, which may be meant for another server than this one.
    client.organization = options.organization
    client.project = options.project
    set_up(client, headers=options.extra_headers)
    return client


def error_in(event: JSONObject, response: httpx2.Response) -> APIError | None:
    """Return the error that an event reports, or ``None``."""
    if not reports_error(event):
        return None
    return APIError("An event of the stream reports an error.", response.request, body=event)
