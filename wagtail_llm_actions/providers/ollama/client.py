"""The HTTP client, and what an answer looks like on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from wagtail_llm_actions.providers.ollama.provider import OllamaOptions


def build_client(
    *, api_key: str | None, base_url: str, options: OllamaOptions
) -> httpx.AsyncClient:
    """Build a client that waits for an answer without end: loading a model can take minutes."""
    return httpx.AsyncClient(
        base_url=base_url,
        headers={"Authorization": f"Bearer {api_key}"} if api_key else None,
        timeout=httpx.Timeout(None, connect=options.connect_timeout_seconds),
    )


async def lines(response: httpx.Response) -> AsyncGenerator[bytes]:
    """Yield the lines of a body as they arrive, without the empty ones.

    httpx's own lines also end at characters that JSON strings may hold as they are, such as U+0085.
    """
    rest = b""
    async for received in response.aiter_bytes():
        *whole, rest = (rest + received).split(b"\n")
        for line in filter(None, whole):
            yield line
    if rest:
        yield rest
