"""The adapter of Ollama; the modules beside it import ``httpx``, this one only when it is used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from wagtail_llm_actions.generation import TextDelta
from wagtail_llm_actions.providers.base import Provider, ProviderNotInstalled
from wagtail_llm_actions.providers.client_pool import ClientPerLoop
from wagtail_llm_actions.providers.ollama.address import full_address
from wagtail_llm_actions.providers.response_parsing import release_frames

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from httpx import AsyncClient

    from wagtail_llm_actions.generation import (
        GenerationRequest,
        GenerationResult,
        ModelStatus,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class OllamaOptions:
    """``OPTIONS`` of an Ollama provider."""

    connect_timeout_seconds: float = 5.0
    """To open the connection; the answer has no time limit here."""
    keep_alive: str | float | None = None
    """How long the model stays loaded after an answer: seconds, or words such as ``"30m"``.

    Below 0 it stays for good; ``None`` leaves it to the server, which says five minutes.
    """
    context_tokens: int | None = None
    """Tokens of prompt and answer together; ``None`` leaves it to the server."""


class OllamaProvider(Provider):
    """Chats of an Ollama server, by default the one on this machine.

    ``base_url`` may be as short as in ``OLLAMA_HOST``: a host, a port after a colon, or both.
    """

    added_paths = ("/api", "/v1")

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
        self.options = OllamaOptions(**cast("Mapping[str, Any]", self._options))
        self._clients = ClientPerLoop(self._build_client)

    def warm_up(self) -> None:
        """Import ``httpx`` and build a client (0.1 s each)."""
        try:
            from wagtail_llm_actions.providers.ollama import client, errors, response_parsing  # noqa: F401, PLC0415 - httpx
        except ImportError as error:
            raise ProviderNotInstalled(provider=self.alias, extra="ollama", reason=error) from None
        self._clients.build_ahead()

    async def stream(
        self, request: GenerationRequest
    ) -> AsyncGenerator[TextDelta | GenerationResult]:
        """Stream one chat."""
        await self._get_ready(request.model)
        from wagtail_llm_actions.providers.ollama import client, errors, response_parsing  # noqa: PLC0415 - httpx

        answer = response_parsing.Answer()
        call = self._clients.get().stream("POST", "/api/chat", json=self._body(request))
        try:
            async with call as response:
                if not response.is_success:
                    await response.aread()
                    response.raise_for_status()
                async for line in client.lines(response):
                    if text := answer.read(line):
                        yield TextDelta(text=text)
            yield answer.result(request.model)
        except errors.ALL as error:
            failure = errors.failure_of(error, request.model)
            release_frames(error)
        else:
            return
        # Outside the block, so that the error does not keep the SDK's.
        raise self.error(failure, request.model)

    async def check_model(self, model: str) -> ModelStatus:
        """Ask which models are pulled and which of them are loaded."""
        await self._get_ready(model)
        from wagtail_llm_actions.providers.ollama import errors, health  # noqa: PLC0415 - httpx

        try:
            found = await health.look(self._clients.get(), model)
        except errors.ALL as error:
            failure = errors.failure_of(error, model)
            release_frames(error)
        else:
            return found
        raise self.error(failure, model)

    async def _get_ready(self, model: str) -> None:
        self.check_key(model, is_needed=False)
        await self._clients.prepare(self.warm_up)

    def _body(self, request: GenerationRequest) -> dict[str, Any]:
        messages = [{"role": "user", "content": request.prompt}]
        if request.system_instructions:
            messages.insert(0, {"role": "system", "content": request.system_instructions})
        options = {
            "num_predict": request.max_tokens,
            "temperature": request.temperature,
            "num_ctx": self.options.context_tokens,
        }
        body = {
            "model": request.model,
            "messages": messages,
            "stream": True,
            # Ollama would otherwise cut a prompt that is too long, and not say so.
            "truncate": False,
            "think": _think(request.reasoning_effort),
            "options": _given(options),
            "keep_alive": self.options.keep_alive,
        }
        return _given(body)

    def _build_client(self) -> AsyncClient:
        from wagtail_llm_actions.providers.ollama.client import build_client  # noqa: PLC0415 - httpx

        return build_client(
            api_key=self._api_key, base_url=self.base_url or "", options=self.options
        )


def _think(effort: str | None) -> bool | str | None:
    """Write an effort as Ollama does: some models take a level, the others only yes or no."""
    return False if effort == "none" else effort


def _given(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
