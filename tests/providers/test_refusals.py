"""Refusals that name a parameter in other words, in another language, or by a code alone."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.providers.contract import REQUEST, collect
from tests.providers.server import ProviderServer, whole
from tests.providers.test_corrections import ANTHROPIC, OLLAMA, SENT
from tests.providers.wire_openai import OpenAIWire
from wagtail_llm_actions.providers.corrections.correction import Correction
from wagtail_llm_actions.providers.corrections.refusals import find_corrections

WIRE = OpenAIWire()
REQUESTS: dict[str, dict[str, Any]] = {"openai": SENT, "anthropic": ANTHROPIC, "ollama": OLLAMA}


@pytest.mark.parametrize(
    ("protocol", "words", "parameter"),
    [
        # OpenRouter, of models that always think.
        ("openai", "Reasoning is mandatory for this endpoint and cannot be disabled.", "reasoning_effort"),
        # Gemini, which makes a budget of the effort.
        ("openai", "Budget 0 is invalid. This model only works in thinking mode.", "reasoning_effort"),
        ("openai", "Thinking level is not supported for this model.", "reasoning_effort"),
        ("openai", "Unable to submit request because thinking budget 0 is not supported by this model",
         "reasoning_effort"),
        # github.com/ctrl-space-labs/gendox-core/issues/480
        ("openai", "Invalid reasoning_effort: none.\nValid values are: high, low, medium",
         "reasoning_effort"),
        # github.com/nguyenphutrong/quotio/issues/287
        ("openai", 'level "none" not supported, valid levels: low, medium, high, xhigh',
         "reasoning_effort"),
        # github.com/router-for-me/CLIProxyAPI/issues/1307
        ("openai", "Validation error for `reasoning_effort`: expected one of 'low' | 'medium' | 'high', "
         "received 'none'", "reasoning_effort"),
        # github.com/Oaklight/llm-rosetta/issues/243
        ("openai", "Expected one of ('minimal', 'low', 'medium', 'high', 'max') at 'reasoning.effort', "
         "got 'none'", "reasoning_effort"),
        ("openai", "Model m does not support effort level 'none'. Supported levels: high, low.",
         "reasoning_effort"),
        ("openai", "Model 'm' does not support reasoning", "reasoning_effort"),
        ("anthropic", "This model does not support thinking.", "thinking"),
        ("anthropic", "output_config: level 'low' is invalid, expected one of high, max", "output_config"),
        # github.com/peonist-ai/halogen-flash-server/issues/32
        ("openai", "chat template rejected the request: Unexpected message role.", "system"),
        # Bedrock.
        ("openai", "A conversation must start with a user message. Try again with a conversation that "
         "starts with a user message.", "system"),
        ("openai", "Invalid 'messages': first message role must be 'user'", "system"),
        # Groq, Gemini, Bedrock, llama.cpp, Anthropic and Ollama.
        ("openai", "Failed to generate JSON. Please adjust your prompt. See 'failed_generation'.",
         "response_format"),
        ("openai", "A schema in GenerationConfig in the request exceeds the maximum allowed nesting depth.",
         "response_format"),
        ("openai", "The specified schema produces a constraint that has too many states for serving.",
         "response_format"),
        ("openai", "Grammar error: Invalid type", "response_format"),
        ("openai", "'response_format.type' must be 'json_object' or 'text'", "response_format"),
        ("anthropic", "The compiled grammar is too large, which would cause performance issues.", "format"),
        ("ollama", "failed to parse grammar", "format"),
        ("ollama", 'invalid format: expected "json" or a JSON schema', "format"),
        # Zhipu, and gateways behind it.
        ("openai", "API 调用参数有误。stream_options 参数不支持", "stream_options"),
        ("openai", "参数 reasoning_effort 无效", "reasoning_effort"),
        ("openai", "该模型不支持 system 角色", "system"),
        ("openai", "stream_options.include_usage must be false", "stream_options"),
    ],
)  # fmt: skip
def test_a_refusal_in_other_words_is_understood(protocol: str, words: str, parameter: str) -> None:
    found = find_corrections(words, parameter="", sent=REQUESTS[protocol])

    assert found == (Correction(parameter=parameter),)


@pytest.mark.parametrize(
    ("words", "name", "limit"),
    [
        (
            "Requested 5000 output tokens but model m supports a maximum of 4,096",
            "max_tokens",
            4096,
        ),
        ("max_tokens must be <= 4,096", "max_tokens", 4096),
        ("max_tokens is above the maximum of this model (4,096)", "max_tokens", 4096),
        ("max_tokens has to be within [1,512]", "max_tokens", 512),
        ("max_tokens 参数非法。取值范围 [1,4096]", "max_tokens", 4096),
        ("temperature参数非法 取值范围 (0,1)", "temperature", 0.99),
        ("temperature must be in [0.0, 1.0)", "temperature", 0.99),
    ],
)
def test_a_limit_is_read_as_it_is_written(words: str, name: str, limit: float) -> None:
    found = find_corrections(words, parameter=name, sent=SENT)

    assert found == (Correction(parameter=name, limit=limit),)


@pytest.mark.parametrize(
    "words",
    [
        "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4097. Given: 100 `inputs` "
        "tokens and 5000 `max_new_tokens`",
        "Budget has been exceeded! Current cost: 10.2, Max budget: 10.0",
        "The reasoning service is overloaded.",
        "The first message is too long.",
    ],
)  # fmt: skip
def test_what_refuses_no_parameter_corrects_none(words: str) -> None:
    assert find_corrections(words, parameter="", sent=SENT) == ()


@pytest.mark.parametrize(
    ("code", "parameter", "member"),
    [
        ("unsupported_parameter", "temperature", "temperature"),
        ("unsupported_value", "reasoning_effort", "reasoning_effort"),
        ("unknown_parameter", "stream_options.include_usage", "stream_options"),
    ],
)
def test_a_code_and_the_name_of_a_parameter_are_enough(
    code: str, parameter: str, member: str
) -> None:
    refusal = {"error": {"message": "Bad Request", "code": code, "param": parameter}}
    refused = whole(400, json.dumps(refusal).encode())
    request = replace(REQUEST, temperature=1.5, reasoning_effort="none")
    with ProviderServer() as server:
        server.play(refused, WIRE.answer("Hoo."))

        text, _result = collect(WIRE.provider(server.url), request)

        assert text == "Hoo."
        assert [member in sent.body for sent in server.requests] == [True, False]


@pytest.mark.parametrize(
    ("body", "messages"),
    [
        (
            {"messages": [{"role": "system", "content": "Be brief."},
                          {"role": "user", "content": [{"type": "image_url"}]}]},
            [{"role": "user", "content": [{"type": "text", "text": "Be brief."}, {"type": "image_url"}]}],
        ),
        (
            {"json": {"messages": [{"role": "system", "content": "Be brief."},
                                   {"role": "user", "content": "Hoo?", "images": ["b64"]}]}},
            [{"role": "user", "content": "Be brief.\n\nHoo?", "images": ["b64"]}],
        ),
        (
            {"system": "Be brief.", "messages": [{"role": "user", "content": "Hoo?"}]},
            [{"role": "user", "content": "Be brief.\n\nHoo?"}],
        ),
    ],
    ids=["openai", "ollama", "anthropic"],
)  # fmt: skip
def test_images_and_instructions_stay_where_the_system_role_is_refused(
    body: dict[str, Any], messages: list[dict[str, Any]]
) -> None:
    Correction(parameter="system").apply(body)

    assert body.get("json", body) == {"messages": messages}
