"""The SDK's client, configured by our settings alone."""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING

from anthropic import AsyncAnthropic, Timeout

if TYPE_CHECKING:
    from wagtail_llm_actions.providers.anthropic.provider import AnthropicOptions

LAZY_PARTS = (
    "anthropic.resources.messages",
    "anthropic.resources.models",
    "anthropic.types.shared.error_details",
    "wagtail_llm_actions.providers.anthropic.response_parsing",
    "wagtail_llm_actions.providers.anthropic.errors",
    "anyio._backends._asyncio",
)
"""Imported by a first call, or by a first failure, which then waits for them."""


def import_lazy_parts() -> None:
    """Import what the first call would; a part that an SDK release has moved is left to it."""
    for name in LAZY_PARTS:
        with suppress(ImportError):
            import_module(name)


def build_client(*, api_key: str, base_url: str, options: AnthropicOptions) -> AsyncAnthropic:
    """Build a client without retries; the work layer counts, times and bounds every attempt."""
    client = AsyncAnthropic(
        api_key=api_key,
        base_url=base_url,
        timeout=Timeout(None, connect=options.connect_timeout_seconds),
        max_retries=0,
        # Given at all, it keeps a variable from writing prompts into traces.
        open_telemetry={},
    )
    # What the SDK found in ANTHROPIC_CUSTOM_HEADERS may be meant for another server than this one.
    client._custom_headers = {}
    return client
