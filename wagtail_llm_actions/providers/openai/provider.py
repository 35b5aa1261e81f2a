"""The adapter of OpenAI; ``client`` and ``errors`` import the SDK, this module does not."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from wagtail_llm_actions.generation import ModelStatus
from wagtail_llm_actions.providers.http import HTTPProvider
from wagtail_llm_actions.providers.openai.address import missing_path
from wagtail_llm_actions.providers.openai.response_parsing import ChatCompletionParser
from wagtail_llm_actions.providers.options import HTTPOptions, expect
from wagtail_llm_actions.providers.sdk import NO_KEY, open_events

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from openai import AsyncOpenAI

    from wagtail_llm_actions.generation import GenerationRequest, ImageInput
    from wagtail_llm_actions.providers.base import Failure
    from wagtail_llm_actions.providers.sse import Event


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenAIOptions(HTTPOptions):
    """``OPTIONS`` of an OpenAI provider."""

    organization: str | None = None
    """OpenAI's organization id, where a key belongs to several."""
    project: str | None = None
    """OpenAI's project id, where a key belongs to several."""
    max_tokens_parameter: str | None = None
    """The body's member for the output limit.

    By default ``max_completion_tokens`` for OpenAI itself, ``max_tokens`` for other servers.
    """
    stream_usage: bool = True
    """Whether token counts are asked for by ``stream_options``, which some servers refuse."""
    system_role: str = "system"
    """The role of the system instructions; with ``user`` they stand before the prompt."""

    def __post_init__(self) -> None:
        # ``super()`` without arguments does not work in a dataclass with slots.
        HTTPOptions.__post_init__(self)
        is_role = self.system_role in {"system", "developer", "user"}
        expect("system_role", "'system', 'developer' or 'user'", is_valid=is_role)
        for name in ("organization", "project", "max_tokens_parameter"):
            value = getattr(self, name)
            expect(name, "a string", is_valid=value is None or isinstance(value, str))
        expect("stream_usage", "True or False", is_valid=isinstance(self.stream_usage, bool))


class OpenAIProvider(HTTPProvider["AsyncOpenAI", OpenAIOptions]):
    """Chat completions of OpenAI (without ``base_url``) or of a compatible server."""

    vendor = "openai"
    default_base_url = "https://api.openai.com/v1"
    api_key_variable = "OPENAI_API_KEY"
    base_url_variable = "OPENAI_BASE_URL"
    requirement = "wagtail-llm-actions[openai]"
    packages = ("openai",)
    sends_images = True
    options_class = OpenAIOptions
    parser_class = ChatCompletionParser

    @classmethod
    def missing_path(cls, base_url: str) -> str:
        """Return the path of a known server, or ``/v1``, where the address has none."""
        return missing_path(base_url)

    max_tokens_parameter: ClassVar[str] = "max_completion_tokens"
    """The vendor's own; OpenAI's reasoning models refuse the old ``max_tokens``."""
    compatible_max_tokens_parameter: ClassVar[str] = "max_tokens"
    """That of compatible servers, of which few know the new one."""

    def build_client(self) -> AsyncOpenAI:
        """Build the SDK's client."""
        from wagtail_llm_actions.providers.openai.client import build_client  # noqa: PLC0415 - the SDK

        return build_client(
            api_key=self.api_key or NO_KEY,
            base_url=self.base_url or self.default_base_url,
            query=self.query,
            options=self.options,
        )

    def request_kwargs(self, request: GenerationRequest) -> dict[str, Any]:
        """Return the arguments of the SDK's ``chat.completions.create``."""
        options = self.options_for(request)
        prompt = request.prompt
        if request.system_instructions and options.system_role == "user":
            prompt = f"{request.system_instructions}\n\n{prompt}"
        messages = [{"role": "user", "content": _content(prompt, request.images)}]
        if request.system_instructions and options.system_role != "user":
            messages.insert(
                0, {"role": options.system_role, "content": request.system_instructions}
            )
        limit = options.max_tokens_parameter or (
            self.max_tokens_parameter
            if self.is_vendors_server
            else self.compatible_max_tokens_parameter
        )
        kwargs: dict[str, Any] = {
            "model": request.model,
            "messages": messages,
            "stream": True,
            "extra_body": {limit: request.max_tokens, **options.extra_body},
        }
        if request.temperature is not None:
            kwargs["temperature"] = request.temperature
        if request.reasoning_effort:
            kwargs["reasoning_effort"] = request.reasoning_effort
        if options.extra_query:
            kwargs["extra_query"] = dict(options.extra_query)
        if request.schema and options.structured_output:
            schema = {"name": "answer", "strict": True, "schema": request.schema}
            kwargs["response_format"] = {"type": "json_schema", "json_schema": schema}
        if options.stream_usage:
            kwargs["stream_options"] = {"include_usage": True}
        return kwargs

    @asynccontextmanager
    async def open_stream(
        self, request: GenerationRequest
    ) -> AsyncGenerator[AsyncGenerator[Event]]:
        """Stream one chat completion."""
        from wagtail_llm_actions.providers.openai.client import error_in  # noqa: PLC0415 - the SDK

        completions = self.client.chat.completions.with_streaming_response
        call = completions.create(**self.corrected_kwargs(request))
        async with open_events(call, error_in) as events:
            yield events

    def map_error(self, error: Exception, model: str, *, sent: str = "") -> Failure | None:
        """Return what an exception of the SDK means."""
        from wagtail_llm_actions.providers.openai.errors import map_error  # noqa: PLC0415 - the SDK

        return map_error(error, sent)

    async def find_model(self, model: str) -> ModelStatus:
        """Look the model up in the server's list, which every compatible server has."""
        names = [listed.id async for listed in self.client.models.list()]
        return ModelStatus(reachable=True, key_accepted=True, present=model in names)


def _content(prompt: str, images: Sequence[ImageInput]) -> str | list[dict[str, Any]]:
    """Return the content of the user's message: parts only where there are images.

    Many compatible servers know no other content than a text.
    """
    if not images:
        return prompt
    urls = (f"data:{image.media_type};base64,{image.base64}" for image in images)
    parts = [{"type": "image_url", "image_url": {"url": url}} for url in urls]
    return [*parts, {"type": "text", "text": prompt}]
