"""The adapter of Ollama; ``client``, ``errors`` and ``health`` import ``httpx``, this module does not."""

from __future__ import annotations

from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wagtail_llm_actions.providers.http import HTTPProvider
from wagtail_llm_actions.providers.ollama.address import full_address
from wagtail_llm_actions.providers.ollama.response_parsing import ChatParser
from wagtail_llm_actions.providers.options import HTTPOptions, expect, is_number
from wagtail_llm_actions.providers.sse import read_events

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from httpx import AsyncClient

    from wagtail_llm_actions.generation import GenerationRequest, ModelStatus
    from wagtail_llm_actions.providers.base import Failure
    from wagtail_llm_actions.providers.sse import Event


@dataclass(frozen=True, kw_only=True, slots=True)
class OllamaOptions(HTTPOptions):
    """``OPTIONS`` of an Ollama provider."""

    keep_alive: str | float | None = None
    """How long the model stays loaded after an answer: seconds, or a text such as ``"30m"``.

    A negative number keeps it loaded for good; ``None`` leaves it to the server (five minutes).
    """

    def __post_init__(self) -> None:
        # ``super()`` without arguments does not work in a dataclass with slots.
        HTTPOptions.__post_init__(self)
        keep = self.keep_alive
        is_duration = keep is None or isinstance(keep, str) or is_number(keep)
        expect("keep_alive", 'a number of seconds, or a text such as "30m"', is_valid=is_duration)


class OllamaProvider(HTTPProvider["AsyncClient", OllamaOptions]):
    """Chats of an Ollama server, by default the one on this machine.

    ``base_url`` may be as short as ``OLLAMA_HOST``: a host, a port after a colon, or both.
    """

    vendor = "ollama"
    default_base_url = full_address(None)
    is_local = True
    base_url_variable = "OLLAMA_HOST"
    requirement = "wagtail-llm-actions[ollama]"
    packages = ("httpx",)
    added_paths = ("/api", "/v1")
    sends_images = True
    options_class = OllamaOptions
    parser_class = ChatParser

    def __init__(
        self,
        *,
        alias: str,
        api_key: str | None = None,
        base_url: str | None = None,
        options: Mapping[str, object] | None = None,
    ) -> None:
        address = full_address(base_url)
        super().__init__(alias=alias, api_key=api_key, base_url=address, options=options)

    @classmethod
    def serves_vendor_models(cls, base_url: str | None) -> bool:
        """Return ``True``: the models are Ollama's wherever the server is."""
        return True

    @classmethod
    def context_tokens(cls, options: Mapping[str, Any]) -> int | None:
        """Return the context that the server is told to load for each request."""
        body = options.get("extra_body") or {}
        num_ctx = (body.get("options") or {}).get("num_ctx")
        return num_ctx if isinstance(num_ctx, int) else super().context_tokens(options)

    def build_client(self) -> AsyncClient:
        """Build the ``httpx`` client."""
        from wagtail_llm_actions.providers.ollama.client import build_client  # noqa: PLC0415 - httpx

        return build_client(
            api_key=self.api_key,
            base_url=self.base_url or "",
            query=self.query,
            options=self.options,
        )

    def request_kwargs(self, request: GenerationRequest) -> dict[str, Any]:
        """Return the arguments of ``httpx``'s ``stream``: ``json`` is the body of ``/api/chat``.

        ``options`` in ``extra_body`` is added to our own. Source: Ollama's API reference.
        """
        given = self.options_for(request)
        message: dict[str, Any] = {"role": "user", "content": request.prompt}
        if request.images:
            message["images"] = [image.base64 for image in request.images]
        messages = [message]
        if request.system_instructions:
            messages.insert(0, {"role": "system", "content": request.system_instructions})
        options = {
            "num_predict": request.max_tokens,
            "temperature": request.temperature,
            "num_ctx": given.context_tokens or request.context_tokens,
        }
        extra = dict(given.extra_body)
        body = {
            "model": request.model,
            "messages": messages,
            "stream": True,
            # By default Ollama cuts a prompt that is too long, without saying so.
            "truncate": False,
            "think": _think(request.reasoning_effort),
            "keep_alive": given.keep_alive,
            "format": request.schema if given.structured_output else None,
            "options": {**_without_none(options), **extra.pop("options", {})},
            **extra,
        }
        return {"json": _without_none(body), "params": dict(given.extra_query)}

    @asynccontextmanager
    async def open_stream(
        self, request: GenerationRequest
    ) -> AsyncGenerator[AsyncGenerator[Event]]:
        """Stream one chat."""
        kwargs = self.corrected_kwargs(request)
        async with self.client.stream("POST", "/api/chat", **kwargs) as response:
            if not response.is_success:
                await response.aread()
                response.raise_for_status()
            async with aclosing(read_events(response.aiter_bytes())) as events:
                yield events

    def map_error(self, error: Exception, model: str, *, sent: str = "") -> Failure | None:
        """Return what an exception of ``httpx`` means."""
        from wagtail_llm_actions.providers.ollama.errors import map_error  # noqa: PLC0415 - httpx

        return map_error(error, model, sent)

    async def find_model(self, model: str) -> ModelStatus:
        """Ask which models are pulled, and which of them are loaded."""
        from wagtail_llm_actions.providers.ollama.health import find_model  # noqa: PLC0415 - httpx

        return await find_model(self.client, model)


def _think(effort: str | None) -> bool | str | None:
    """Return an effort in Ollama's terms: some models take a level, the others only yes or no."""
    return False if effort == "none" else effort


def _without_none(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
