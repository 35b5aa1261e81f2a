"""OpenAI's adapter and a real model."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

import pytest

from tests.parts.relay import Relay
from tests.providers.contract import collect
from wagtail_llm_actions.errors import AuthenticationFailed, RequestRejected
from wagtail_llm_actions.generation import (
    FinishReason,
    GenerationRequest,
    GenerationResult,
    TextDelta,
)
from wagtail_llm_actions.providers.openai import OpenAIProvider
from wagtail_llm_actions.providers.streaming import ProviderStream

if TYPE_CHECKING:
    from tests.parts.model_server import ModelServer

pytestmark = pytest.mark.processes

REQUEST = GenerationRequest(
    model="smollm2",
    system_instructions="You are a helpful assistant.",
    prompt="Explain in three sentences why bread rises.",
    temperature=0.0,
    max_tokens=40,
)


@cache
def provider_at(url: str, api_key: str) -> OpenAIProvider:
    """Return a provider that stays, as in a process of a site, with the connections of its client."""
    return OpenAIProvider(alias="local", api_key=api_key, base_url=f"{url}/v1")


@pytest.fixture
def provider(model_server: ModelServer) -> OpenAIProvider:
    return provider_at(model_server.url, model_server.api_key)


def test_the_text_arrives_while_the_model_writes(provider: OpenAIProvider) -> None:
    pieces: list[str] = []

    with ProviderStream(provider, REQUEST) as stream:
        while isinstance(item := stream.next(60), TextDelta):
            pieces.append(item.text)

    assert isinstance(item, GenerationResult)
    assert len(pieces) > 3
    assert len("".join(pieces).split()) > 10


def test_the_result_is_what_the_server_said(model_server: ModelServer) -> None:
    with Relay(model_server.url) as relay:
        text, result = collect(provider_at(relay.url, model_server.api_key), REQUEST)
        events = relay.events()

    choices = [choice for event in events for choice in event["choices"]]
    assert text == "".join(choice["delta"].get("content") or "" for choice in choices)
    assert result.finish_reason == choices[-1]["finish_reason"]
    assert result.response_model == events[-1]["model"]
    said = events[-1]["usage"]
    assert result.usage is not None
    assert result.usage.input_tokens == said["prompt_tokens"]
    assert result.usage.output_tokens == said["completion_tokens"]
    assert result.usage.cached_input_tokens == said["prompt_tokens_details"]["cached_tokens"]


def test_a_short_limit_stops_the_answer(provider: OpenAIProvider) -> None:
    _, result = collect(provider, replace(REQUEST, max_tokens=7))

    assert result.finish_reason is FinishReason.LENGTH
    assert result.usage is not None
    assert result.usage.output_tokens == 7


def busy_slots(model_server: ModelServer) -> int:
    request = Request(  # noqa: S310 - our own server
        f"{model_server.url}/slots", headers={"Authorization": f"Bearer {model_server.api_key}"}
    )
    with urlopen(request, timeout=5) as response:  # noqa: S310 - our own server
        return sum(slot["is_processing"] for slot in json.load(response))


def test_closing_stops_the_model(model_server: ModelServer, provider: OpenAIProvider) -> None:
    with ProviderStream(provider, replace(REQUEST, max_tokens=3000)) as stream:
        assert isinstance(stream.next(60), TextDelta)
        assert busy_slots(model_server) == 1

    # The whole answer would take more than half a minute.
    deadline = time.monotonic() + 10
    while busy_slots(model_server) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert busy_slots(model_server) == 0


def test_a_wrong_key_is_refused(model_server: ModelServer) -> None:
    with pytest.raises(AuthenticationFailed) as caught:
        collect(provider_at(model_server.url, "sk-wrong-key"), REQUEST)

    assert caught.value.detail == "Invalid API Key"


def test_a_prompt_beyond_the_context_is_rejected(provider: OpenAIProvider) -> None:
    with pytest.raises(RequestRejected) as caught:
        collect(provider, replace(REQUEST, prompt="bread " * 6000))

    assert "context" in caught.value.detail
