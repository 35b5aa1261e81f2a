"""The scripted provider that sites use in their tests."""

from __future__ import annotations

import pytest

from tests.providers.contract import collect
from wagtail_llm_actions.errors import ContentFiltered, RateLimited
from wagtail_llm_actions.generation import (
    FinishReason,
    GenerationRequest,
    GenerationResult,
    TextDelta,
    Usage,
)
from wagtail_llm_actions.providers.streaming import ProviderStream
from wagtail_llm_actions.providers.testing import ScriptedProvider

REQUEST = GenerationRequest(
    model="owl-1", prompt="What do the owls plan?", system_instructions="Be brief.", max_tokens=50
)


def test_without_a_script_it_answers_with_the_prompt_in_pieces() -> None:
    provider = ScriptedProvider(alias="test", options={"delay_seconds": 0.02, "pieces": 3})

    with ProviderStream(provider, REQUEST) as stream:
        items = [stream.next(5) for _ in range(4)]

    assert items == [
        TextDelta(text="Scripted answe"),
        TextDelta(text="r to: What do "),
        TextDelta(text="the owls plan?"),
        GenerationResult(
            finish_reason=FinishReason.STOP,
            response_model="owl-1",
            usage=Usage(input_tokens=7, output_tokens=8),
        ),
    ]


def test_scripts_are_played_in_their_order() -> None:
    provider = ScriptedProvider(alias="test")
    usage = Usage(input_tokens=1, output_tokens=2)
    provider.script("One, ", "two", usage, FinishReason.LENGTH)
    provider.script("Three")

    assert collect(provider, REQUEST) == (
        "One, two",
        GenerationResult(finish_reason=FinishReason.LENGTH, response_model="owl-1", usage=usage),
    )
    assert collect(provider, REQUEST)[0] == "Three"
    assert collect(provider, REQUEST)[0] == "Scripted answer to: What do the owls plan?"
    assert provider.requests == [REQUEST] * 3
    assert provider.cancelled == []


def test_a_script_in_the_options_is_played_each_time() -> None:
    provider = ScriptedProvider(alias="test", options={"script": ["A ", 0.01, "title"]})

    assert collect(provider, REQUEST)[0] == "A title"
    assert collect(provider, REQUEST)[0] == "A title"


def test_a_script_can_fail_by_a_class_of_error() -> None:
    provider = ScriptedProvider(alias="test")
    provider.script("Hoo", RateLimited)

    with pytest.raises(RateLimited) as caught:
        collect(provider, REQUEST)

    assert (caught.value.provider, caught.value.model) == ("test", "owl-1")
    assert caught.value.detail == "As the script says."


def test_a_script_can_fail_by_an_error_with_facts() -> None:
    provider = ScriptedProvider(alias="test")
    error = ContentFiltered(provider="test", model="owl-1", detail="No owls.")
    provider.script(error)

    with pytest.raises(ContentFiltered) as caught:
        collect(provider, REQUEST)

    assert caught.value is error


def test_a_number_is_a_time_to_wait() -> None:
    provider = ScriptedProvider(alias="test")
    provider.script(1.0, "Hoo")

    with ProviderStream(provider, REQUEST) as stream:
        assert stream.next(0) is None
        assert stream.next(10) == TextDelta(text="Hoo")


def test_an_unknown_option_is_refused() -> None:
    with pytest.raises(TypeError, match="'scripts'"):
        ScriptedProvider(alias="test", options={"scripts": []})
