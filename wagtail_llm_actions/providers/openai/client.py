"""The SDK's client, configured by our settings alone."""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING

from openai import AsyncOpenAI, Timeout

if TYPE_CHECKING:
    from wagtail_llm_actions.providers.openai.provider import OpenAIOptions

LAZY_PARTS = (
    # The SDK looks at a loaded httpx during each call, also while Ollama's adapter just loads it.
    "httpx",
    "openai.resources.chat.chat",
    "openai.resources.chat.completions.completions",
    "openai.resources.models",
    "wagtail_llm_actions.providers.openai.response_parsing",
    "wagtail_llm_actions.providers.openai.errors",
    "anyio._backends._asyncio",
)
"""Imported by a first call, which then waits half a second for them."""


def import_lazy_parts() -> None:
    """Import what the first call would; a part that an SDK release has moved is left to it."""
    for name in LAZY_PARTS:
        with suppress(ImportError):
            import_module(name)


def build_client(*, api_key: str, base_url: str, options: OpenAIOptions) -> AsyncOpenAI:
    """Build a client without retries; the work layer counts, times and bounds every attempt."""
    client = AsyncOpenAI(
        api_key=api_key,
        base_url=base_url,
        timeout=Timeout(None, connect=options.connect_timeout_seconds),
        max_retries=0,
    )
    # What the SDK found in OPENAI_* variables may be meant for another server than this one.
    client.organization = options.organization
    client.project = options.project
    client._custom_headers = {}
    return client
