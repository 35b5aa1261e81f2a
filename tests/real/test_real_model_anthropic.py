"""Anthropic's adapter and a real model, which llama.cpp serves by Anthropic's protocol too."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest

from tests.parts.relay import Relay
from tests.providers.contract import collect
from tests.real.test_real_model import REQUEST
from wagtail_llm_actions.errors import AuthenticationFailed, RequestRejected
from wagtail_llm_actions.generation import FinishReason, GenerationResult, TextDelta
from wagtail_llm_actions.providers.anthropic import AnthropicProvider
from wagtail_llm_actions.providers.streaming import ProviderStream

if TYPE_CHECKING:
    from tests.parts.model_server import ModelServer


pytestmark = pytest.mark.processes


@cache
def provider_at(url: str, api_key: str) -> AnthropicProvider:
    """Return a provider that stays, as in a process of a site, with the connections of its client."""
    return AnthropicProvider(alias="local", api_key=api_key, base_url=url)


@pytest.fixture
def provider(model_server: ModelServer) -> AnthropicProvider:
    return provider_at(model_server.url, model_server.api_key)


def test_the_text_arrives_while_the_model_writes(provider: AnthropicProvider) -> None:
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

    message = next(event["message"] for event in events if event["type"] == "message_start")
    deltas = [event["delta"] for event in events if event["type"] == "content_block_delta"]
    (end,) = [event for event in events if event["type"] == "message_delta"]
    assert text == "".join(delta["text"] for delta in deltas)
    assert end["delta"]["stop_reason"] == "max_tokens"
    assert result.finish_reason is FinishReason.LENGTH
    assert result.response_model == message["model"]
    said = message["usage"] | end["usage"]
    cached = said.get("cache_read_input_tokens", 0)
    assert result.usage is not None
    assert result.usage.input_tokens == said["input_tokens"] + cached
    assert result.usage.cached_input_tokens == cached
    assert result.usage.output_tokens == said["output_tokens"] == REQUEST.max_tokens


def test_the_same_request_again_is_read_from_the_cache(provider: AnthropicProvider) -> None:
    _, first = collect(provider, REQUEST)
    _, second = collect(provider, REQUEST)

    assert first.usage is not None
    assert second.usage is not None
    assert second.usage.input_tokens == first.usage.input_tokens
    assert second.usage.cached_input_tokens > 0


def test_a_short_limit_stops_the_answer(provider: AnthropicProvider) -> None:
    _, result = collect(provider, replace(REQUEST, max_tokens=7))

    assert result.finish_reason is FinishReason.LENGTH
    assert result.usage is not None
    assert result.usage.output_tokens == 7


def test_a_wrong_key_is_refused(model_server: ModelServer) -> None:
    with pytest.raises(AuthenticationFailed) as caught:
        collect(provider_at(model_server.url, "sk-wrong-key"), REQUEST)

    assert caught.value.detail == "Invalid API Key"


def test_a_prompt_beyond_the_context_is_rejected(provider: AnthropicProvider) -> None:
    with pytest.raises(RequestRejected) as caught:
        collect(provider, replace(REQUEST, prompt="bread " * 6000))

    assert "context" in caught.value.detail
