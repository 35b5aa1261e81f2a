"""Requests that are corrected after a refusal that names a parameter."""

from __future__ import annotations

import ast
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.providers.contract import REQUEST, collect, fail
from tests.providers.server import ProviderServer, whole
from tests.providers.wire_anthropic import AnthropicWire
from tests.providers.wire_ollama import OllamaWire
from tests.providers.wire_openai import OpenAIWire
from wagtail_llm_actions.errors import RequestRejected
from wagtail_llm_actions.providers.corrections.correction import Correction, setting_of
from wagtail_llm_actions.providers.corrections.refusals import find_corrections

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.providers.contract import Wire
    from tests.providers.server import Recorded, Reply

WIRE = OpenAIWire()
SENT = {
    "model": "m",
    "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hoo?"}],
    "stream": True,
    "temperature": 1.5,
    "reasoning_effort": "none",
    "stream_options": {"include_usage": True},
    "response_format": {"type": "json_schema"},
    "extra_body": {"max_tokens": 5000},
}
OLLAMA = {
    "json": {
        "model": "m",
        "messages": SENT["messages"],
        "think": "low",
        "truncate": False,
        "keep_alive": "5m",
        "format": {"type": "object"},
        "options": {"num_predict": 5000, "temperature": 1.5, "num_ctx": 32768},
    }
}
ANTHROPIC = {
    "model": "m",
    "messages": [{"role": "user", "content": "Hoo?"}],
    "max_tokens": 5000,
    "temperature": 1.5,
    "output_config": {"effort": "low", "format": {"type": "json_schema", "schema": {}}},
    "thinking": {"type": "disabled"},
}
RENAMED = Correction(parameter="max_tokens", other_name="max_completion_tokens")


@pytest.fixture
def server() -> Iterator[ProviderServer]:
    with ProviderServer() as server:
        yield server


@pytest.mark.parametrize(
    ("words", "parameter", "correction"),
    [
        ("Unsupported parameter: 'max_tokens' is not supported with this model. Use "
         "'max_completion_tokens' instead.", "max_tokens", RENAMED),
        ("Unsupported parameter: 'max_tokens' is not supported with this model. Use "
         "'max_completion_tokens' instead.", "", RENAMED),
        ("this model is not supported MaxTokens, please use max_completion_tokens instead; max_tokens"
         " is unknown", "", RENAMED),
        ("body.stream_options.include_usage: Extra inputs are not permitted", "",
         Correction(parameter="stream_options")),
        ("Unrecognized request argument supplied: stream_options", "",
         Correction(parameter="stream_options")),
        ("Additional properties are not allowed ('stream_options' was unexpected)", "",
         Correction(parameter="stream_options")),
        ("Unsupported value: 'temperature' does not support 0.3 with this model. Only the default (1) "
         "value is supported.", "temperature", Correction(parameter="temperature")),
        ("`temperature` is deprecated for this model.", "", Correction(parameter="temperature")),
        ("Unrecognized request argument supplied: reasoning_effort", "",
         Correction(parameter="reasoning_effort")),
        ('Invalid JSON payload received. Unknown name "reasoning_effort": Cannot find field.', "",
         Correction(parameter="reasoning_effort")),
        ("Unsupported value: 'messages[0].role' does not support 'system' with this model.",
         "messages[0].role", Correction(parameter="system")),
        ("Developer instruction is not enabled for models/gemma-3-27b-it", "",
         Correction(parameter="system")),
        ("System role not supported", "", Correction(parameter="system")),
        ("max_tokens is too large: 5000. This model supports at most 4096 completion tokens, whereas "
         "you provided 5000.", "max_tokens", Correction(parameter="max_tokens", limit=4096)),
        ("Invalid max_tokens value, the valid range of max_tokens is [1, 4096]", "",
         Correction(parameter="max_tokens", limit=4096)),
        ("max_tokens: 5000 > 4096, which is the maximum allowed number of output tokens for m", "",
         Correction(parameter="max_tokens", limit=4096)),
        ("`max_tokens` must be less than or equal to `4096`, the maximum value", "",
         Correction(parameter="max_tokens", limit=4096)),
        ("temperature: range: 0..1", "", Correction(parameter="temperature", limit=1)),
        ("body.temperature: Input should be less than or equal to 1", "",
         Correction(parameter="temperature", limit=1)),
        ("invalid temperature: only 1 is allowed for this model", "",
         Correction(parameter="temperature")),
        ("`temperature` may only be set to 1 when thinking is enabled.", "",
         Correction(parameter="temperature")),
        ("Requested max_tokens of 5000 exceeds the model's maximum output tokens 4096", "",
         Correction(parameter="max_tokens", limit=4096)),
        ("The maximum tokens you requested exceeds the model limit of 4096. Try again with a maximum "
         "tokens value that is lower than 4096.", "", Correction(parameter="max_tokens", limit=4095)),
        ("Unable to submit request because it has a maxOutputTokens value of 5000 but the supported "
         "range is from 1 (inclusive) to 4097 (exclusive).", "",
         Correction(parameter="max_tokens", limit=4096)),
        ("'max_tokens' is unsupported since 2024", "", RENAMED),
        ("max_tokens must be greater than budget_tokens, which is 1024", "", None),
        ("Conversation roles must alternate user/assistant/user/assistant/...", "",
         Correction(parameter="system")),
        ("Only user and assistant roles are supported!", "", Correction(parameter="system")),
        ("'system' is not one of ['user', 'assistant'] - 'messages.0.role'", "",
         Correction(parameter="system")),
        ('property "stream_options" should not exist', "", Correction(parameter="stream_options")),
        ("stream_options can only be used with stream", "", Correction(parameter="stream_options")),
        ("invalid argument: stream_options", "", Correction(parameter="stream_options")),
        ("Invalid value: 'low'. Supported values are: 'none' and 'high'.", "reasoning_effort",
         Correction(parameter="reasoning_effort")),
        ("The 'stream_options' parameter is only allowed when 'stream' is enabled.", "",
         Correction(parameter="stream_options")),
        ("`max_tokens` must be less than or equal to `4096`, the maximum value for `max_tokens` is less "
         "than the `context_window` for this model", "", Correction(parameter="max_tokens", limit=4096)),
        # Words that only mention one of ours.
        ("This model's maximum context length is 4096 tokens. However, you requested 5100 tokens (100 "
         "in the messages, 5000 in the completion). Please reduce max_tokens.", "", None),
        ("The temperature of the sea is not a topic.", "", None),
        ("Unsupported parameter: 'top_k' is not supported.", "top_k", None),
        ("Your credit balance is too low", "", None),
        ("model 'm' does not support chat", "", None),
        ("", "", None),
    ],
)  # fmt: skip
def test_the_words_of_a_refusal_say_what_to_change(
    words: str, parameter: str, correction: Correction | None
) -> None:
    found = find_corrections(words, parameter=parameter, sent=SENT)

    assert found == ((correction,) if correction else ())


@pytest.mark.parametrize(
    ("words", "parameters"),
    [
        ("body.stream_options: Extra inputs are not permitted; body.reasoning_effort: Extra inputs are "
         "not permitted", ["stream_options", "reasoning_effort"]),
        ("Unrecognized request arguments supplied: reasoning_effort, stream_options",
         ["reasoning_effort", "stream_options"]),
        ("litellm.UnsupportedParamsError: m does not support parameters: ['reasoning_effort', "
         "'temperature'], for model=owl.", ["reasoning_effort", "temperature"]),
        ("litellm.UnsupportedParamsError: m does not support parameters: {'temperature': 1.5, "
         "'reasoning_effort': 'none'}, for model=owl.", ["temperature", "reasoning_effort"]),
        ("Additional properties are not allowed ('reasoning_effort', 'stream_options' were unexpected)",
         ["reasoning_effort", "stream_options"]),
        ("Neither `temperature` nor `stream_options` is supported.", ["temperature", "stream_options"]),
        ("temperature and reasoning_effort are not supported.", ["temperature", "reasoning_effort"]),
        # What only stands beside it was not refused.
        ("`temperature` may only be set to 1 when `reasoning_effort` is set.", ["temperature"]),
        ("stream_options is not supported. Send temperature instead.", ["stream_options"]),
    ],
)  # fmt: skip
def test_all_parameters_that_a_refusal_names_are_corrected_at_once(
    words: str, parameters: list[str]
) -> None:
    found = find_corrections(words, parameter="", sent=SENT)

    assert [correction.parameter for correction in found] == parameters


@pytest.mark.parametrize(
    ("sent", "words", "parameters"),
    [
        (SENT, "invalid request: stream_options is not supported", ["stream_options"]),
        (
            SENT,
            "Malformed input request: #: extraneous key [stream_options] is not permitted, please reformat your input and try again.",
            ["stream_options"],
        ),
        (
            SENT,
            "Malformed input request: #: extraneous key [stream_options] is not permitted#: extraneous key [reasoning_effort] is not permitted, please reformat",
            ["stream_options", "reasoning_effort"],
        ),
        (
            SENT,
            "Invalid value at 'reasoning_effort' (type.googleapis.com/google.x.ReasoningEffort), \"none\"",
            ["reasoning_effort"],
        ),
        (
            SENT,
            "Extra inputs are not permitted, field: 'reasoning_effort', value: 'none'",
            ["reasoning_effort"],
        ),
        (
            SENT,
            "2 request validation errors: Extra inputs are not permitted, field: 'stream_options', value: {'include_usage': True}; Extra inputs are not permitted, field: 'reasoning_effort', value: 'none'",
            ["stream_options", "reasoning_effort"],
        ),
        (
            SENT,
            "`reasoning_effort` must be one of `low`, `medium`, or `high`",
            ["reasoning_effort"],
        ),
        (SENT, "reasoning_effort is not supported with this model", ["reasoning_effort"]),
        (SENT, "Model grok-4 does not support parameter reasoningEffort.", ["reasoning_effort"]),
        (SENT, "Argument not supported on this model: reasoning_effort", ["reasoning_effort"]),
        (
            SENT,
            "Unsupported value: 'reasoning_effort' does not support 'none' with this model. Supported values are: 'minimal', 'low', 'medium', and 'high'.",
            ["reasoning_effort"],
        ),
        (SENT, "Unknown parameter: 'reasoning_effort'.", ["reasoning_effort"]),
        (SENT, "Range of max_tokens should be [1, 4096]", ["max_tokens"]),
        (
            SENT,
            "The parameter 'temperature' is not supported for reasoning models",
            ["temperature"],
        ),
        (SENT, "'temperature' must be 1 for this model", ["temperature"]),
        (SENT, "This model requires temperature=1", ["temperature"]),
        (SENT, "temperature: only 1 is accepted", ["temperature"]),
        (SENT, "`temperature` must be set to 1.0 for this model.", ["temperature"]),
        (SENT, "Expected temperature to be at most 1, but got 1.5 instead.", ["temperature"]),
        (SENT, "temperature must be less than or equal to 1", ["temperature"]),
        (SENT, "temperature must be in [0, 1]", ["temperature"]),
        (SENT, "temperature: 1.5 is greater than the maximum of 1", ["temperature"]),
        (
            SENT,
            "Invalid 'max_tokens': integer above maximum value. Expected a value <= 4096, but got 5000 instead.",
            ["max_tokens"],
        ),
        (SENT, "max_tokens: must be no more than 4096", ["max_tokens"]),
        (SENT, "maxTokens must not exceed 4096", ["max_tokens"]),
        (SENT, "max_new_tokens must be <= 4096. Given: 5000", ["max_tokens"]),
        (
            SENT,
            "Unrecognized request arguments supplied: stream_options, reasoning_effort",
            ["stream_options", "reasoning_effort"],
        ),
        (SENT, 'json: unknown field "stream_options"', ["stream_options"]),
        (
            SENT,
            "Failed to deserialize the JSON body into the target type: stream_options: unknown field `include_usage`, expected `x`",
            ["stream_options"],
        ),
        (
            SENT,
            "Failed to deserialize the JSON body into the target type: reasoning_effort: unknown variant `none`, expected one of `low`, `medium`, `high`",
            ["reasoning_effort"],
        ),
        (
            SENT,
            "Invalid input: body -> stream_options: Additional properties are not allowed; body -> temperature: must be <= 1",
            ["stream_options", "temperature"],
        ),
        (
            SENT,
            "parameters ['temperature', 'reasoning_effort'] are not supported for this model",
            ["temperature", "reasoning_effort"],
        ),
        (
            SENT,
            "Setting 'temperature' and 'reasoning_effort' at the same time is not supported",
            ["temperature", "reasoning_effort"],
        ),
        (
            SENT,
            "You passed system message, but this model does not support system messages",
            ["system"],
        ),
        (SENT, "System messages are not supported by this model", ["system"]),
        (SENT, "Conversation roles must alternate user/assistant/user/assistant/...", ["system"]),
        (
            SENT,
            "Jinja Exception: Only user, assistant and tool roles are supported, but got system.",
            ["system"],
        ),
        (SENT, "messages.0.role: Input should be 'user' or 'assistant'", ["system"]),
        (OLLAMA, '"owl" does not support thinking', ["think"]),
        (OLLAMA, 'think value "low" is not supported for this model', ["think"]),
        (
            OLLAMA,
            'invalid think value: "low" (must be "high", "medium", "low", true, or false)',
            ["think"],
        ),
        (OLLAMA, 'json: unknown field "truncate"', ["truncate"]),
        (
            OLLAMA,
            "model requires more system memory (9.1 GiB) than is available (5.9 GiB)",
            ["num_ctx"],
        ),
        (
            OLLAMA,
            "llama runner process has terminated: cudaMalloc failed: out of memory",
            ["num_ctx"],
        ),
        (OLLAMA, "memory layout cannot be allocated", ["num_ctx"]),
        (
            OLLAMA,
            "model failed to load, this may be due to resource limitations or an internal error, check ollama server logs for details",
            ["num_ctx"],
        ),
        (ANTHROPIC, "temperature: Extra inputs are not permitted", ["temperature"]),
        (ANTHROPIC, "`temperature` is deprecated for this model.", ["temperature"]),
        (
            ANTHROPIC,
            "output_config.effort: Input should be 'low', 'medium' or 'high'",
            ["output_config"],
        ),
        (ANTHROPIC, "output_config.format: Extra inputs are not permitted", ["format"]),
        (ANTHROPIC, "'claude-old' does not support output format.", ["format"]),
        (
            OLLAMA,
            "json: cannot unmarshal object into Go struct field ChatRequest.format",
            ["format"],
        ),
        (
            SENT,
            "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.",
            ["response_format"],
        ),
        (SENT, "This response_format type is unavailable now", ["response_format"]),
        (SENT, "This model does not support response format `json_schema`.", ["response_format"]),
        (
            SENT,
            "Invalid schema for response_format 'answer': 'enum' is too long",
            ["response_format"],
        ),
        (ANTHROPIC, "This model does not support the effort parameter.", ["output_config"]),
        (
            ANTHROPIC,
            '"thinking.type.disabled" is not supported for this model. Use "thinking.type.adaptive"',
            ["thinking"],
        ),
        (ANTHROPIC, "adaptive thinking is not supported on this model", ["thinking"]),
        (
            ANTHROPIC,
            "thinking: Extra inputs are not permitted; output_config: Extra inputs are not permitted",
            ["thinking", "output_config"],
        ),
        (
            SENT,
            "This model's maximum context length is 4096 tokens. However, your request has 4000 input tokens plus 5000 'max_tokens'.",
            [],
        ),
        (SENT, "Your request was rejected: unknown user", []),
        (SENT, "The model `owl` does not exist", []),
        (SENT, "Invalid API key", []),
        (SENT, "The system is overloaded and not available", []),
        (OLLAMA, "llama runner process has terminated: exit status 2", []),
    ],
)
def test_refusals_of_many_servers_are_understood(
    sent: dict[str, Any], words: str, parameters: list[str]
) -> None:
    found = find_corrections(words, parameter="", sent=sent)

    assert [correction.parameter for correction in found] == parameters


def test_each_problem_of_a_list_has_its_own_correction() -> None:
    words = (
        "body.temperature: Input should be less than or equal to 1; body.stream_options: Extra inputs "
        "are not permitted"
    )

    assert find_corrections(words, parameter="", sent=SENT) == (
        Correction(parameter="temperature", limit=1),
        Correction(parameter="stream_options"),
    )


@pytest.mark.parametrize(
    ("words", "name", "value"),
    [
        ("output_config.effort: Input should be 'medium' or 'high'", "output_config", {}),
        ("This model does not support the effort parameter.", "output_config", {}),
        ("thinking cannot be disabled for this model", "thinking", {"type": "disabled"}),
        ('invalid think value: "low" (must be true or false)', "think", "low"),
        ("json: cannot unmarshal string into Go struct field ChatRequest.think", "think", "low"),
        ('json: unknown field "keep_alive"', "keep_alive", "5m"),
    ],
)
def test_an_effort_that_a_model_does_not_take_is_left_out(
    words: str, name: str, value: object
) -> None:
    sent = {"messages": [{}], "json": {name: value}}

    assert find_corrections(words, parameter="", sent=sent) == (Correction(parameter=name),)


def test_what_was_not_sent_is_not_corrected() -> None:
    sent = {"model": "m", "messages": [{}], "extra_body": {"max_completion_tokens": 5}}

    assert find_corrections("Unsupported: temperature", parameter="", sent=sent) == ()


def refusing(
    wire: Wire, is_wrong: Callable[[Any], object], words: str, status: int = 400
) -> Callable[[Recorded], Reply]:
    def reply(recorded: Recorded) -> Reply:
        if is_wrong(recorded.body):
            return whole(status, wire.error_body(status, words))
        return wire.answer("Hoo.")

    return reply


def test_azures_new_models_get_their_name_for_the_limit(server: ProviderServer) -> None:
    words = (
        "Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead."
    )
    server.play(*[refusing(WIRE, lambda body: "max_tokens" in body, words)] * 3)
    provider = WIRE.provider(server.url)

    answers = [collect(provider)[0] for _ in range(2)]

    assert answers == ["Hoo.", "Hoo."]
    assert [request.body.get("max_completion_tokens") for request in server.requests] == [
        None,
        77,
        77,
    ]
    assert [c.setting for c in provider.corrections(REQUEST.model)] == [
        "'OPTIONS': {'max_tokens_parameter': 'max_completion_tokens'}"
    ]


def test_what_makes_several_corrections_permanent_is_one_setting() -> None:
    corrections = [
        Correction(parameter="max_tokens", other_name="max_completion_tokens"),
        Correction(parameter="stream_options"),
        Correction(parameter="truncate"),
        Correction(parameter="keep_alive"),
        Correction(parameter="temperature", limit=1.0),
    ]

    assert ast.literal_eval(f"{{{setting_of(corrections)}}}") == {
        "OPTIONS": {
            "max_tokens_parameter": "max_completion_tokens",
            "stream_usage": False,
            "extra_body": {"truncate": None, "keep_alive": None},
        },
        "MAX_TEMPERATURE": 1,
    }


def test_several_parameters_are_corrected_one_after_the_other(server: ProviderServer) -> None:
    def picky(recorded: Recorded) -> Reply:
        for name in ("temperature", "reasoning_effort", "stream_options"):
            if name in recorded.body:
                body = {
                    "detail": [{"loc": ["body", name], "msg": "Extra inputs are not permitted"}]
                }
                return whole(422, json.dumps(body).encode())
        return WIRE.answer("Hoo.")

    server.play(*[picky] * 4)

    assert collect(WIRE.provider(server.url))[0] == "Hoo."


def test_instructions_are_kept_where_the_system_role_is_refused(server: ProviderServer) -> None:
    words = "System role not supported"
    server.play(*[refusing(WIRE, lambda body: len(body["messages"]) > 1, words)] * 2)

    collect(WIRE.provider(server.url))

    assert server.requests[-1].body["messages"] == [
        {"role": "user", "content": f"{REQUEST.system_instructions}\n\n{REQUEST.prompt}"}
    ]


def test_a_limit_that_the_server_names_is_sent(server: ProviderServer) -> None:
    wire = AnthropicWire()
    words = "max_tokens: 9000 > 8192, which is the maximum allowed number of output tokens for owl"
    server.play(*[refusing(wire, lambda body: body["max_tokens"] > 8192, words)] * 2)

    collect(wire.provider(server.url), replace(REQUEST, max_tokens=9000))

    assert server.requests[-1].body["max_tokens"] == 8192


def test_a_model_of_ollama_that_cannot_think_is_not_told_how(server: ProviderServer) -> None:
    wire = OllamaWire()
    words = '"owl-1" does not support thinking'
    server.play(*[refusing(wire, lambda body: "think" in body, words)] * 2)

    assert collect(wire.provider(server.url))[0] == "Hoo."


def test_an_ollama_that_does_not_know_truncate_is_asked_without_it(server: ProviderServer) -> None:
    wire = OllamaWire()
    server.play(*[refusing(wire, lambda body: "truncate" in body, "unknown field: truncate")] * 2)
    provider = wire.provider(server.url)

    assert collect(provider)[0] == "Hoo."
    (correction,) = provider.corrections(REQUEST.model)
    assert correction.setting == "'OPTIONS': {'extra_body': {'truncate': None}}"


@pytest.mark.parametrize("status", [403, 404, 405, 422, 500, 501, 502])
def test_a_gateway_may_give_a_refusal_another_status(server: ProviderServer, status: int) -> None:
    words = "BadRequestError: Unsupported parameter: 'temperature'"
    server.play(*[refusing(WIRE, lambda body: "temperature" in body, words, status)] * 2)

    assert collect(WIRE.provider(server.url))[0] == "Hoo."


def test_a_setting_makes_a_correction_permanent(server: ProviderServer) -> None:
    wire = OllamaWire()
    server.play(wire.answer("Hoo."))

    collect(wire.provider(server.url, options={"extra_body": {"truncate": None}}))

    assert "truncate" not in server.requests[0].body


def test_a_server_that_refuses_on_is_not_asked_for_ever(server: ProviderServer) -> None:
    server.play(*[refusing(WIRE, lambda body: True, "Unsupported parameter: temperature")] * 2)

    assert type(fail(WIRE.provider(server.url))) is RequestRejected
    assert len(server.requests) == 2


@pytest.mark.parametrize("wire", [OpenAIWire(), AnthropicWire(), OllamaWire()], ids=["o", "a", "l"])
def test_a_model_has_options_of_its_own(server: ProviderServer, wire: Wire) -> None:
    of_provider = {"extra_query": {"api-version": "1"}, "extra_headers": {"X-Team": "owls"}}
    of_model = {"extra_query": {"api-version": "2"}, "extra_body": {"top_k": 3}}
    server.play(wire.answer("Hoo."), wire.answer("Hoo."))
    provider = wire.provider(server.url, options=of_provider)

    collect(provider, replace(REQUEST, options=of_model))
    collect(provider)

    first, second = server.requests
    assert (first.path.partition("?")[2], second.path.partition("?")[2]) == (
        "api-version=2",
        "api-version=1",
    )
    assert (first.body["top_k"], first.headers["x-team"]) == (3, "owls")
    assert "top_k" not in second.body
