"""The adapter of OpenAI; the modules beside it import the SDK, this one only when it is used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from wagtail_llm_actions.generation import ModelStatus, TextDelta
from wagtail_llm_actions.providers.base import NO_KEY, Provider, ProviderNotInstalled
from wagtail_llm_actions.providers.client_pool import ClientPerLoop
from wagtail_llm_actions.providers.response_parsing import closing, release_frames

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from openai import AsyncOpenAI, AsyncStream
    from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam
    from openai.types.shared_params import ReasoningEffort

    from wagtail_llm_actions.generation import GenerationRequest, GenerationResult

OPENAI_URL = "https://api.openai.com/v1"
OPENAI_HOST = "api.openai.com"


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenAIOptions:
    """``OPTIONS`` of an OpenAI provider."""

    connect_timeout_seconds: float = 5.0
    """To open the connection; the answer has no time limit here."""
    organization: str | None = None
    """OpenAI's organization id, where a key belongs to several."""
    project: str | None = None
    """OpenAI's project id, where a key belongs to several."""


class OpenAIProvider(Provider):
    """Chat completions of OpenAI (without ``base_url``) or of a compatible server."""

    def __init__(
        self,
        *,
        alias: str,
        api_key: str | None = None,
        base_url: str | None = None,
        options: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(alias=alias, api_key=api_key, base_url=base_url, options=options)
        self.options = OpenAIOptions(**cast("Mapping[str, Any]", self._options))
        self._clients = ClientPerLoop(self._build_client)

    @property
    def is_openai(self) -> bool:
        """Whether this is OpenAI itself, in any of its regions."""
        host = urlsplit(self.base_url or OPENAI_URL).hostname or ""
        return host == OPENAI_HOST or host.endswith(f".{OPENAI_HOST}")

    def warm_up(self) -> None:
        """Import the SDK (1 to 2 s) and build a client (0.1 s)."""
        try:
            from wagtail_llm_actions.providers.openai import client  # noqa: PLC0415 - the SDK
        except ImportError as error:
            raise ProviderNotInstalled(provider=self.alias, extra="openai", reason=error) from None
        client.import_lazy_parts()
        self._clients.build_ahead()

    async def stream(
        self, request: GenerationRequest
    ) -> AsyncGenerator[TextDelta | GenerationResult]:
        """Stream one chat completion."""
        await self._get_ready(request.model)
        from wagtail_llm_actions.providers.openai import errors, response_parsing  # noqa: PLC0415 - the SDK

        answer = response_parsing.Answer()
        try:
            async with await self._create(request) as chunks, closing(chunks):
                async for chunk in chunks:
                    if text := answer.read(chunk):
                        yield TextDelta(text=text)
            yield answer.result(request.model)
        except errors.ALL as error:
            failure = errors.failure_of(error)
            release_frames(error)
        else:
            return
        # Outside the block, so that the error does not keep the SDK's.
        raise self.error(failure, request.model)

    async def check_model(self, model: str) -> ModelStatus:
        """Look for the model in the server's list, which every compatible server has."""
        await self._get_ready(model)
        from wagtail_llm_actions.providers.openai import errors  # noqa: PLC0415 - the SDK

        try:
            names = [listed.id async for listed in self._clients.get().models.list()]
        except errors.ALL as error:
            failure = errors.failure_of(error)
            release_frames(error)
        else:
            return ModelStatus(reachable=True, key_accepted=True, present=model in names)
        raise self.error(failure, model)

    async def _get_ready(self, model: str) -> None:
        self.check_key(model, is_needed=self.is_openai)
        await self._clients.prepare(self.warm_up)

    async def _create(self, request: GenerationRequest) -> AsyncStream[ChatCompletionChunk]:
        from openai import omit  # noqa: PLC0415 - the SDK

        return await self._clients.get().chat.completions.create(
            model=request.model,
            messages=_messages(request),
            # OpenAI's reasoning models refuse the old name; few other servers know the new one.
            max_completion_tokens=request.max_tokens if self.is_openai else omit,
            max_tokens=omit if self.is_openai else request.max_tokens,
            temperature=omit if request.temperature is None else request.temperature,
            reasoning_effort=cast("ReasoningEffort", request.reasoning_effort or omit),
            stream=True,
            stream_options={"include_usage": True},
        )

    def _build_client(self) -> AsyncOpenAI:
        from wagtail_llm_actions.providers.openai.client import build_client  # noqa: PLC0415 - the SDK

        return build_client(
            api_key=self._api_key or NO_KEY,
            base_url=self.base_url or OPENAI_URL,
            options=self.options,
        )


def _messages(request: GenerationRequest) -> list[ChatCompletionMessageParam]:
    messages: list[ChatCompletionMessageParam] = [{"role": "user", "content": request.prompt}]
    if request.system_instructions:
        messages.insert(0, {"role": "system", "content": request.system_instructions})
    return messages
