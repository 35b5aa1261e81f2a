"""What the SDKs of OpenAI and Anthropic need beyond their public API.

One generator (Stainless) writes both, so one module serves both; nothing else touches their
private attributes.
"""

from __future__ import annotations

from contextlib import aclosing, asynccontextmanager, suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

from wagtail_llm_actions.providers.errors.redirect import refuse_other_server
from wagtail_llm_actions.providers.redaction import hide_queries
from wagtail_llm_actions.providers.sse import JSONObject, read_events

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
    from contextlib import AbstractAsyncContextManager

    from wagtail_llm_actions.providers.sse import Event

NO_KEY = "no-key"
"""Sent to servers that need no key, because the SDKs insist on one."""


def preload(modules: Iterable[str]) -> None:
    """Import modules that the SDK would import in the first call; missing ones are skipped.

    An SDK release may move a module; then the first call is slower, and nothing breaks.
    """
    for name in modules:
        with suppress(ImportError):
            import_module(name)


def set_up(client: Any, *, headers: Mapping[str, str]) -> None:
    """Keep a client from what it does by default: follow redirects, log queries, read headers.

    Exactly ``headers`` are sent in addition. The SDKs also take headers from an environment variable (``OPENAI_CUSTOM_HEADERS``,
    ``ANTHROPIC_CUSTOM_HEADERS``), which may be meant for another server than this one; no argument
    of theirs prevents it.
    """
    client._custom_headers = dict(headers)
    client._client.event_hooks = {"response": [refuse_other_server]}
    for logger in ("httpx", "httpx2", f"{type(client).__module__.partition('.')[0]}._base_client"):
        hide_queries(str(client.base_url), logger)


@asynccontextmanager
async def open_events(
    call: AbstractAsyncContextManager[Any],
    error_in: Callable[[JSONObject, Any], Exception | None],
) -> AsyncGenerator[AsyncGenerator[Event]]:
    """Send a request, and read the events of its response.

    Args:
        call: What ``with_streaming_response`` of the SDK returns.
        error_in: Builds the SDK's exception for an event, whose response is given too, that
            reports an error.
    """
    async with call as response, aclosing(_events(response, error_in)) as events:
        yield events


async def _events(
    response: Any, error_in: Callable[[JSONObject, Any], Exception | None]
) -> AsyncGenerator[Event]:
    async with aclosing(read_events(response.iter_bytes())) as events:
        async for received in events:
            # Google puts a list around an error.
            event = received[0] if isinstance(received, list) and received else received
            if isinstance(event, JSONObject) and (error := error_in(event, response.http_response)):
                raise error
            yield event
