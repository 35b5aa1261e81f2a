"""What the SDKs of OpenAI and Anthropic need beyond their public API.

One generator (Stainless) writes both, so one module serves both; nothing else touches their
private attributes.
"""

from __future__ import annotations

from contextlib import asynccontextmanager, suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable, Mapping

NO_KEY = "no-key"
"""Sent to servers that need no key, because the SDKs insist on one."""


def preload(modules: Iterable[str]) -> None:
    """Import modules that the SDK would import in the first call; missing ones are skipped.

    An SDK release may move a module; then the first call is slower, and nothing breaks.
    """
    for name in modules:
        with suppress(ImportError):
            import_module(name)


def replace_default_headers(client: Any, headers: Mapping[str, str]) -> None:
    """Send exactly these additional headers.

    The SDKs also take headers from an environment variable (``OPENAI_CUSTOM_HEADERS``,
    ``ANTHROPIC_CUSTOM_HEADERS``), which may be meant for another server than this one; no argument
    of theirs prevents it.
    """
    client._custom_headers = dict(headers)


@asynccontextmanager
async def closing(stream: Any) -> AsyncGenerator[None]:
    """Close the async generator inside an SDK's stream at the end of the block.

    The two reference each other, so the stream's own ``close``, which closes the connection only,
    leaves the generator to the garbage collector, which may run on another thread.
    """
    try:
        yield
    finally:
        await stream._iterator.aclose()
