"""The adapter of Anthropic; ``client`` and ``errors`` import the SDK, this module does not."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from wagtail_llm_actions.generation import ModelStatus
from wagtail_llm_actions.providers.anthropic.response_parsing import MessageParser
from wagtail_llm_actions.providers.http import HTTPProvider
from wagtail_llm_actions.providers.options import HTTPOptions
from wagtail_llm_actions.providers.sdk import NO_KEY, open_events

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from anthropic import AsyncAnthropic

    from wagtail_llm_actions.generation import GenerationRequest
    from wagtail_llm_actions.providers.base import Failure
    from wagtail_llm_actions.providers.sse import Event

NO_REASONING = "none"


class AnthropicProvider(HTTPProvider["AsyncAnthropic", HTTPOptions]):
    """Messages of Anthropic (without ``base_url``) or of a compatible server."""

    vendor = "anthropic"
    default_base_url = "https://api.anthropic.com"
    api_key_variable = "ANTHROPIC_API_KEY"
    base_url_variable = "ANTHROPIC_BASE_URL"
    requirement = "wagtail-llm-actions[anthropic]"
    packages = ("anthropic",)
    added_paths = ("/v1",)
    sends_images = True
    options_class = HTTPOptions
    parser_class = MessageParser

    def build_client(self) -> AsyncAnthropic:
        """Build the SDK's client."""
        from wagtail_llm_actions.providers.anthropic.client import build_client  # noqa: PLC0415 - the SDK

        return build_client(
            api_key=self.api_key or NO_KEY,
            base_url=self.base_url or self.default_base_url,
            query=self.query,
            options=self.options,
        )

    def request_kwargs(self, request: GenerationRequest) -> dict[str, Any]:
        """Return the arguments of the SDK's ``messages.create``."""
        options = self.options_for(request)
        kwargs: dict[str, Any] = {
            "model": request.model,
            "messages": [{"role": "user", "content": _content(request)}],
            "max_tokens": request.max_tokens,
            "stream": True,
        }
        if options.extra_query:
            kwargs["extra_query"] = dict(options.extra_query)
        if request.system_instructions:
            kwargs["system"] = request.system_instructions
        if request.reasoning_effort == NO_REASONING:
            kwargs["thinking"] = {"type": "disabled"}
        elif request.reasoning_effort is not None:
            kwargs["output_config"] = {"effort": request.reasoning_effort}
        if request.schema and options.structured_output:
            schema = {"type": "json_schema", "schema": request.schema}
            kwargs.setdefault("output_config", {})["format"] = schema
        # The SDK has no parameter for the temperature, which the older models accept.
        has_temperature = request.temperature is not None
        temperature = {"temperature": request.temperature} if has_temperature else {}
        kwargs["extra_body"] = {**temperature, **options.extra_body}
        return kwargs

    @asynccontextmanager
    async def open_stream(
        self, request: GenerationRequest
    ) -> AsyncGenerator[AsyncGenerator[Event]]:
        """Stream one message."""
        from wagtail_llm_actions.providers.anthropic.client import error_in  # noqa: PLC0415 - the SDK

        messages = self.client.messages.with_streaming_response
        call = messages.create(**self.corrected_kwargs(request))
        async with open_events(call, error_in) as events:
            yield events

    def map_error(self, error: Exception, model: str, *, sent: str = "") -> Failure | None:
        """Return what an exception of the SDK means."""
        from wagtail_llm_actions.providers.anthropic.errors import map_error  # noqa: PLC0415 - the SDK

        return map_error(error, sent)

    async def find_model(self, model: str) -> ModelStatus:
        """Ask Anthropic for the model by name, because its list leaves out aliases.

        A compatible server is asked for its list, because few can return a single model.
        """
        models = self.client.models
        if self.is_vendors_server:
            context_tokens = (await models.retrieve(model)).max_input_tokens
            present = True
        else:
            context_tokens = None
            present = model in [listed.id async for listed in models.list()]
        return ModelStatus(
            reachable=True, key_accepted=True, present=present, context_tokens=context_tokens
        )


def _content(request: GenerationRequest) -> str | list[dict[str, Any]]:
    """Return the content of the user's message; images come first, as Anthropic advises."""
    if not request.images:
        return request.prompt
    images = [
        {
            "type": "image",
            "source": {"type": "base64", "media_type": image.media_type, "data": image.base64},
        }
        for image in request.images
    ]
    return [*images, {"type": "text", "text": request.prompt}]
