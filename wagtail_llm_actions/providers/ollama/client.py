"""Build the ``httpx`` client; imports ``httpx``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from wagtail_llm_actions.providers.errors.redirect import refuse_other_server
from wagtail_llm_actions.providers.redaction import hide_queries
from wagtail_llm_actions.providers.sdk import preload

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wagtail_llm_actions.providers.ollama.provider import OllamaOptions

# What the first call would import.
preload(
    (
        "wagtail_llm_actions.providers.ollama.errors",
        "wagtail_llm_actions.providers.ollama.health",
        "anyio._backends._asyncio",
    )
)


def build_client(
    *, api_key: str | None, base_url: str, query: Mapping[str, str], options: OllamaOptions
) -> httpx.AsyncClient:
    """Build a client without a time limit for answers: loading a model can take minutes."""
    hide_queries(base_url, httpx.__name__)
    authorization = {"Authorization": f"Bearer {api_key}"} if api_key else {}
    return httpx.AsyncClient(
        base_url=base_url,
        params=query,
        event_hooks={"response": [refuse_other_server]},
        headers={**authorization, **options.extra_headers},
        timeout=httpx.Timeout(None, connect=options.connect_timeout_seconds),
    )
