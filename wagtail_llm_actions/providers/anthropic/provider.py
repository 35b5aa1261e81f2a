"""The adapter of Anthropic; the modules beside it import the SDK, this one only when it is used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from wagtail_llm_actions.generation import ModelStatus, TextDelta
from wagtail_llm_actions.providers.base import NO_KEY, Provider, ProviderNotInstalled
from wagtail_llm_actions.providers.client_pool import ClientPerLoop
from wagtail_llm_actions.providers.response_parsing import closing, release_frames

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from anthropic import AsyncAnthropic, AsyncStream
    from anthropic.types import RawMessageStreamEvent

    from wagtail_llm_actions.generation import GenerationRequest, GenerationResult

ANTHROPIC_URL = "https://api.anthropic.com"
NO_REASONING = "none"


@dataclass(frozen=True, kw_only=True, slots=True)
class AnthropicOptions:
    """``OPTIONS`` of an Anthropic provider."""

    connect_timeout_seconds: float = 5.0
    """To open the connection; the answer has no time limit here."""


class AnthropicProvider(Provider):
    """Messages of Anthropic (without ``base_url``) or of a compatible server."""

    added_paths = ("/v1",)

    def __init__(
        self,
        *,
        alias: str,
        api_key: str | None = None,
        base_url: str | None = None,
        options: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(alias=alias, api_key=api_key, base_url=base_url, options=options)
        self.options = AnthropicOptions(**cast("Mapping[str, Any]", self._options))
        self._clients = ClientPerLoop(self._build_client)

    def warm_up(self) -> None:
        """Import the SDK (1 to 2 s) and build a client (0.1 s)."""
        try:
            from wagtail_llm_actions.providers.anthropic import client  # noqa: PLC0415 - the SDK
        except ImportError as error:
            raise ProviderNotInstalled(
                provider=self.alias, extra="anthropic", reason=error
            ) from None
        client.import_lazy_parts()
        self._clients.build_ahead()

    async def stream(
        self, request: GenerationRequest
    ) -> AsyncGenerator[TextDelta | GenerationResult]:
        """Stream one message."""
        await self._get_ready(request.model)
        from wagtail_llm_actions.providers.anthropic import errors, response_parsing  # noqa: PLC0415 - the SDK

        answer = response_parsing.Answer()
        try:
            async with await self._create(request) as events, closing(events):
                async for event in events:
                    if text := answer.read(event):
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
        """Ask Anthropic for the model by name; its list leaves out the short names.

        A compatible server is asked for its list, because few know a single model.
        """
        await self._get_ready(model)
        from wagtail_llm_actions.providers.anthropic import errors  # noqa: PLC0415 - the SDK

        models = self._clients.get().models
        context_tokens = None
        try:
            if self.base_url is None:
                context_tokens = (await models.retrieve(model)).max_input_tokens
                present = True
            else:
                present = model in [listed.id async for listed in models.list()]
        except errors.ALL as error:
            failure = errors.failure_of(error)
            release_frames(error)
        else:
            return ModelStatus(
                reachable=True, key_accepted=True, present=present, context_tokens=context_tokens
            )
        raise self.error(failure, model)

    async def _get_ready(self, model: str) -> None:
        self.check_key(model, is_needed=self.base_url is None)
        await self._clients.prepare(self.warm_up)

    async def _create(self, request: GenerationRequest) -> AsyncStream[RawMessageStreamEvent]:
        from anthropic import omit  # noqa: PLC0415 - the SDK

        effort = request.reasoning_effort
        has_effort = effort not in {None, NO_REASONING}
        return await self._clients.get().messages.create(
            model=request.model,
            messages=[{"role": "user", "content": request.prompt}],
            system=request.system_instructions or omit,
            max_tokens=request.max_tokens,
            stream=True,
            thinking={"type": "disabled"} if effort == NO_REASONING else omit,
            output_config={"effort": cast("Any", effort)} if has_effort else omit,
            # The SDK has no parameter for it.
            extra_body=None
            if request.temperature is None
            else {"temperature": request.temperature},
        )

    def _build_client(self) -> AsyncAnthropic:
        from wagtail_llm_actions.providers.anthropic.client import build_client  # noqa: PLC0415 - the SDK

        return build_client(
            api_key=self._api_key or NO_KEY,
            base_url=self.base_url or ANTHROPIC_URL,
            options=self.options,
        )
