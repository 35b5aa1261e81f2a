"""Answers byte by byte, as servers and gateways really send them: their text must arrive."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.providers.contract import KEY, collect, fail
from tests.providers.server import Act, ProviderServer, Step, streamed, whole
from tests.providers.wire_anthropic import AnthropicWire
from tests.providers.wire_ollama import OllamaWire
from tests.providers.wire_openai import OpenAIWire
from wagtail_llm_actions.errors import (
    ContentFiltered,
    InvalidOutput,
    ModelUnavailable,
    OnlyReasoning,
    OutOfCredit,
    Overloaded,
    RateLimited,
)
from wagtail_llm_actions.generation import FinishReason
from wagtail_llm_actions.providers.finish_reasons import read_finish_reason
from wagtail_llm_actions.providers.http import HTTPProvider

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.providers.contract import Wire
    from wagtail_llm_actions.errors import ProviderError

TEXT = "The tide came early"
WIRES: dict[str, Wire] = {"o": OpenAIWire(), "a": AnthropicWire(), "l": OllamaWire()}


@pytest.fixture
def server() -> Iterator[ProviderServer]:
    with ProviderServer() as server:
        yield server


def data(*payloads: object) -> bytes:
    return b"".join(b"data: %s\n\n" % json.dumps(payload).encode() for payload in payloads)


def piece(content: object, finish_reason: object = None) -> dict[str, object]:
    return {"choices": [{"delta": {"content": content}, "finish_reason": finish_reason}]}


def named(*payloads: dict[str, object]) -> bytes:
    lines = [
        b"event: %s\ndata: %s\n\n" % (str(p["type"]).encode(), json.dumps(p).encode())
        for p in payloads
    ]
    return b"".join(lines)


def a_text(text: str) -> dict[str, object]:
    return {"type": "content_block_delta", "delta": {"type": "text_delta", "text": text}}


ONE, TWO, STOP, DONE = (
    piece("The tide "),
    piece("came early"),
    piece("", "stop"),
    b"data: [DONE]\n\n",
)
A_START: dict[str, object] = {"type": "message_start", "message": {"model": "m"}}
A_STOP: dict[str, object] = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}}
A_END: dict[str, object] = {"type": "message_stop"}
A_ALL = [A_START, a_text("The tide "), a_text("came early"), A_STOP, A_END]
O_WHOLE = {
    "object": "chat.completion",
    "choices": [{"message": {"role": "assistant", "content": TEXT}, "finish_reason": "stop"}],
}
A_WHOLE = {
    "type": "message",
    "content": [{"type": "text", "text": TEXT}],
    "stop_reason": "end_turn",
}
L_WHOLE = {"message": {"role": "assistant", "content": TEXT}, "done": True, "done_reason": "stop"}


def between(*odd: object) -> bytes:
    return data(ONE, *odd, TWO, *odd, STOP) + DONE


COMPLETE: dict[str, bytes] = {
    "o ping": between({"type": "ping"}),
    "o choices null": between({"choices": None}),
    "o choices missing": between({"id": "c1", "object": "chat.completion.chunk"}),
    "o choices empty": between({"choices": []}),
    "o a null choice": between({"choices": [None]}),
    "o delta null": between({"choices": [{"delta": None, "finish_reason": None}]}),
    "o a role alone": between({"choices": [{"delta": {"role": "assistant"}}]}),
    "o annotations": between({"choices": [{"delta": {"annotations": [{"type": "url_citation"}]}}]}),
    "o prompt filter": between({"choices": [], "prompt_filter_results": [{"prompt_index": 0}]}),
    "o error null": between({"error": None, "choices": []}),
    "o finish reason in each piece": data(
        piece("The tide ", ""), piece("came early", "null"), STOP) + DONE,
    "o list of parts": data(
        piece([{"type": "thinking", "thinking": [{"type": "text", "text": "A tide?"}]}]),
        piece([{"type": "text", "text": "The tide "}, {"type": "reference", "reference_ids": [1]}]),
        piece("came early"), STOP) + DONE,
    "o thoughts and text in one piece": data(
        {"choices": [{"delta": {"reasoning": "Hm", "reasoning_details": [{"text": "Hm"}],
                                "content": TEXT}}]}, STOP) + DONE,
    "o byte order mark": b"\xef\xbb\xbf" + data(ONE, TWO, STOP) + DONE,
    "o comments": b": OPENROUTER PROCESSING\n\n" + data(ONE) + b":\n\n" + data(TWO, STOP) + DONE,
    "o empty data": data(ONE) + b"data:\n\ndata: \n\n" + data(TWO, STOP) + DONE,
    "o a bare word": data(ONE) + b"data: ping\n\n" + data(TWO, STOP) + DONE,
    "o an event without data": b"event: ping\n\n" + data(ONE, TWO, STOP) + DONE,
    "o ids and empty lines": b"id: 1\n" + data(ONE) + b"\n\n\nid: 2\n" + data(TWO, STOP) + DONE,
    "o a byte order mark within": data(ONE) + b"\xef\xbb\xbf" + data(TWO, STOP) + DONE,
    "o two events on a line": (data(ONE) + data(TWO, STOP) + DONE).replace(b"\n\ndata: ", b"data: "),
    "o two values on a line": data(ONE, TWO, STOP).replace(b"\n\ndata: ", b"") + DONE,
    "o control characters in a string": b'data: {"choices": [{"delta": {"content": "The tide '
    b'came early"}, "note": "\t\x0b\x1f"}]}\n\n' + data(STOP) + DONE,
    "o retry": b"retry: 3000\n\n" + data(ONE, TWO, STOP) + DONE,
    "o carriage returns": (data(ONE, TWO, STOP) + DONE).replace(b"\n", b"\r\n"),
    "o no space": (data(ONE, TWO, STOP) + DONE).replace(b"data: ", b"data:"),
    "o no empty lines": (data(ONE, TWO, STOP) + DONE).replace(b"\n\n", b"\n"),
    "o no empty line at the end": (data(ONE, TWO, STOP) + DONE).rstrip(b"\n"),
    "o an event over several lines": b'data: {"choices":\ndata: [{"delta": {"content":\n'
    b'data: "The tide "}}]}\n\n' + data(TWO, STOP) + DONE,
    "o [DONE] alone": data(ONE, TWO) + DONE,
    "o [DONE] without an end of line": data(ONE, TWO) + b"data: [DONE]",
    "o no [DONE]": data(ONE, TWO, STOP),
    "o message for delta": data({"choices": [{"message": {"content": TEXT}}]}, STOP) + DONE,
    "o the whole message at the end": data(ONE, TWO, O_WHOLE) + DONE,
    "o message beside delta": data(
        {"choices": [{"delta": {"content": "The tide "}, "message": {"content": "The tide "}}]},
        {"choices": [{"delta": {"content": "came early"}, "message": {"content": TEXT}}]},
        STOP) + DONE,
    "o text for delta": data({"choices": [{"text": TEXT, "finish_reason": None}]}, STOP) + DONE,
    "o token counts as the end": data(ONE, TWO, {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 4}}),
    "o a part": data(piece({"type": "text", "text": TEXT}), STOP) + DONE,
    "o parts without a type": data(piece([{"text": "The tide "}]), piece(["came early"]), STOP),
    "o text for content": data({"choices": [{"delta": {"text": TEXT}}]}, STOP) + DONE,
    "o a delta that is a text": data({"choices": [{"delta": TEXT}]}, STOP) + DONE,
    "o a text in an object": data(
        piece([{"type": "text", "text": {"value": TEXT, "annotations": []}}]), STOP) + DONE,
    "o parts that are thoughts": data(
        piece([{"type": "text", "thought": True, "text": "Hm"}]), ONE, TWO, STOP) + DONE,
    "o content that is marked as thought": data(
        {"choices": [{"delta": {"content": "Hm", "extra_content": {"google": {"thought": True}}}}]},
        {"choices": [{"delta": {"content": "Hm", "channel": "analysis"}}]},
        {"choices": [{"delta": {"content": "Hm", "role": "reasoning"}}]},
        ONE, TWO, STOP) + DONE,
    "o a reason that is an object": data(ONE, TWO, piece("", {"type": "stop", "matched": 2})),
    "o a reason by another name": data(ONE, TWO, {"choices": [{"delta": {}, "finishReason": "STOP"}]}),
    "o a reason beside the choices": data(ONE, TWO, {"choices": [], "finish_reason": "stop"}),
    "o not finished": data(piece("The tide ", "not_finished"), TWO) + DONE,
    "o stop in each piece": data(piece("The tide ", "stop"), piece("came early", "stop")),
    "o [DONE] as a text": data(ONE, TWO) + b'data: "[DONE]"\n\n',
    "o [DONE] in lower case": data(ONE, TWO) + b"data: [done]\n\n",
    "o an event of the end": data(ONE, TWO) + b"event: done\ndata: {}\n\n",
    "o done": data(ONE, TWO, {"done": True}),
    "o an error behind the text": data(ONE, TWO, STOP, {"error": {"message": "It broke.", "code": 500}}),
    "o an error behind [DONE]": data(ONE, TWO) + DONE + b"event: error\ndata: It broke.\n\n",
    "o an object of choices": data(
        {"choices": {"delta": {"content": TEXT}}}, {"choices": {"delta": {}, "finish_reason": "stop"}}),
    "o a heartbeat": data(ONE) + b"event: heartbeat\ndata: {}\n\n" + data(TWO, STOP) + DONE,
    "o null as an event": data(ONE) + b"data: null\n\n" + data(TWO, STOP) + DONE,
    "o a field name twice": (data(ONE, TWO, STOP) + DONE).replace(b"data: ", b"data: data: "),
    "o an indented field": (data(ONE, TWO, STOP) + DONE).replace(b"data: ", b"  Data: "),
    "o lines without fields": b"".join(json.dumps(p).encode() + b"\n" for p in (ONE, TWO, STOP)),
    "o a list over lines": b"[" + b",\n".join(json.dumps(p).encode() for p in (ONE, TWO, STOP)) + b"]",
    "o a second choice": data(
        {"choices": [{"index": 0, "delta": {"content": "The tide "}}, {"index": 1, "delta": {"content": "Boats"}}]},
        {"choices": [{"index": 1, "delta": {"content": " sink"}, "finish_reason": "stop"}]},
        {"choices": [{"index": 0, "delta": {"content": "came early"}, "finish_reason": "stop"}]}),
    "o whole": json.dumps(O_WHOLE).encode(),
    "o whole over many lines": json.dumps(O_WHOLE, indent=2).encode(),
    "o whole without a reason": json.dumps({"choices": [{"message": {"content": TEXT}}]}).encode(),
    "o whole in one event": data(O_WHOLE),
    "o text of a whole": json.dumps({"choices": [{"text": TEXT}]}).encode(),
    "a as documented": named(*A_ALL),
    "a events without a name": data(*A_ALL),
    "a ping": named(A_START, {"type": "ping"}, a_text(TEXT), {"type": "ping"}, A_STOP, A_END),
    "a nothing but its own end": named(A_START, a_text(TEXT), A_END),
    "a an event without a type": data(A_START, {"hello": 1}, a_text(TEXT), A_STOP),
    "a byte order mark": b"\xef\xbb\xbf" + named(*A_ALL),
    "a thoughts": named(
        A_START,
        {"type": "content_block_start", "content_block": {"type": "redacted_thinking", "data": "x"}},
        {"type": "content_block_delta", "delta": {"type": "thinking_delta", "thinking": "Hm"}},
        {"type": "content_block_delta", "delta": {"type": "citations_delta", "citation": {}}},
        a_text(TEXT), A_STOP, A_END),
    "a a reason beside the delta": named(
        A_START, a_text(TEXT), {"type": "message_delta", "stop_reason": "end_turn"}),
    "a text in the start of a block": named(
        A_START, {"type": "content_block_start", "content_block": {"type": "text", "text": TEXT}}, A_STOP),
    "a an error behind the text": named(*A_ALL[:-1], {"type": "error", "error": {"type": "overloaded_error"}}),
    "a whole as a text": json.dumps({**A_WHOLE, "content": TEXT}).encode(),
    "a whole": json.dumps(A_WHOLE).encode(),
    "a whole over many lines": json.dumps(A_WHOLE, indent=2).encode(),
    "l text by its name in another call": b'{"response": "The tide ", "done": false}\n'
    b'{"response": "came early", "done": true, "done_reason": "stop"}\n',
    "l whole": json.dumps(L_WHOLE).encode(),
    "l whole over many lines": json.dumps(L_WHOLE, indent=2).encode(),
    "l an error behind the text": json.dumps(L_WHOLE).encode() + b'\n{"error": "It broke."}\n',
    "l a status before it": b'{"status": "loading"}\n' + json.dumps(L_WHOLE).encode(),
    "l a last line without a message": json.dumps({**L_WHOLE, "done": False}).encode()
    + b'\n{"done": true}\n',
}  # fmt: skip


@pytest.mark.parametrize("name", COMPLETE)
def test_a_whole_text_arrives(server: ProviderServer, name: str) -> None:
    body = COMPLETE[name]
    server.play(streamed([body]))

    text, result = collect(WIRES[name[0]].provider(server.url))

    assert (text, result.finish_reason) == (TEXT, FinishReason.STOP)


@pytest.mark.parametrize("name", [name for name in COMPLETE if "[DONE]" in name or "line" in name])
def test_a_text_arrives_byte_by_byte(server: ProviderServer, name: str) -> None:
    steps: list[Step] = [bytes([byte]) for byte in COMPLETE[name]]
    server.play(streamed(steps))

    assert collect(WIRES[name[0]].provider(server.url))[0] == TEXT


@pytest.mark.parametrize("name", [name for name in COMPLETE if " whole" in name[1:7]])
def test_one_message_of_a_server_that_ignores_stream_gives_its_text(
    server: ProviderServer, name: str
) -> None:
    server.play(whole(200, COMPLETE[name]))

    assert collect(WIRES[name[0]].provider(server.url))[0] == TEXT


ENDED = ["o no [DONE]", "o [DONE] alone", "a as documented", "a nothing but its own end", "l whole"]


@pytest.mark.parametrize("name", ENDED)
def test_a_connection_that_breaks_after_the_end_of_a_text_takes_nothing_from_it(
    server: ProviderServer, name: str
) -> None:
    cut = streamed([COMPLETE[name] + b"\n"])[:-1]
    server.play(cut)

    text, result = collect(WIRES[name[0]].provider(server.url))

    assert (text, result.finish_reason) == (TEXT, FinishReason.STOP)


@pytest.mark.parametrize("name", ENDED)
def test_a_connection_that_is_never_closed_ends_with_the_text(
    server: ProviderServer, name: str
) -> None:
    server.play(streamed([COMPLETE[name] + b"\n", Act.HANG]))
    provider = WIRES[name[0]].provider(server.url)
    assert isinstance(provider, HTTPProvider)
    provider.end_seconds = 0.1

    assert collect(provider)[0] == TEXT


BROKEN: dict[str, tuple[bytes, type[ProviderError], str]] = {
    "o no end": (data(ONE, TWO), ModelUnavailable, "The answer broke off."),
    "o token counts in the middle": (
        data(ONE, {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 1}}, TWO),
        ModelUnavailable,
        "broke off.",
    ),
    "o a refusal in a part": (
        data(piece([{"type": "refusal", "refusal": "I cannot."}]), STOP),
        ContentFiltered,
        "I cannot.",
    ),
    "o half an event": (data(ONE) + b'data: {"choices": [{"del', ModelUnavailable, "broke off."),
    "o error": (data(ONE, piece("", "error")) + DONE, ModelUnavailable, "(finish reason: error)"),
    "o resources": (
        data(ONE, piece("", "insufficient_system_resource")) + DONE,
        ModelUnavailable,
        "insufficient_system_resource",
    ),
    "o error before text": (data(piece("", "ERROR")), ModelUnavailable, "reason: ERROR"),
    "o an error by name": (
        data(ONE) + b'event: error\ndata: {"message": "It broke."}\n\n',
        ModelUnavailable,
        "It broke.",
    ),
    "o an error in words": (
        data(ONE) + b"event: error\ndata: It broke.\n\n",
        ModelUnavailable,
        "It broke.",
    ),
    "o an error as a whole": (
        b'{"object": "error", "message": "It broke."}',
        ModelUnavailable,
        "It broke.",
    ),
    "o an error in a list": (b'[{"error": {"message": "No."}}]', ModelUnavailable, "No."),
    "o an error in a choice": (
        data(
            ONE,
            {
                "choices": [
                    {"error": {"code": 429, "message": "Slow down."}, "finish_reason": "error"}
                ]
            },
        ),
        RateLimited,
        "Slow down.",
    ),
    "o token counts before the text": (
        data({"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 1}}, ONE),
        ModelUnavailable,
        "broke off.",
    ),
    "o a web page": (
        b"<html>\n<head><title>Log in &amp; go on</title></head>\n<body>Hello</body></html>",
        InvalidOutput,
        "Is BASE_URL right? It sent: Log in & go on",
    ),
    "l words": (b"no healthy upstream", InvalidOutput, "It sent: no healthy upstream"),
    "o nothing but blocks of thoughts": (
        data({"choices": [{"delta": {"thinking_blocks": [{"thinking": "Hm"}]}}]}, STOP),
        OnlyReasoning,
        "no visible text",
    ),
    "o the protocol of Gemini": (
        data(
            {
                "candidates": [{"content": {"parts": [{"text": TEXT}]}, "finishReason": "STOP"}],
                "usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": 4},
            }
        ),
        InvalidOutput,
        "The server did not stream a chat completion. Is BASE_URL right?",
    ),
    "o an error behind a text that failed": (
        data(ONE, piece("", "error"), {"error": {"message": "It broke.", "code": 500}}),
        ModelUnavailable,
        "It broke.",
    ),
    "o an error in place of text": (
        data(piece("", "stop"), {"error": {"message": "It broke.", "code": 500}}),
        ModelUnavailable,
        "It broke.",
    ),
    "o nothing but pings": (
        data({"type": "ping"}) + DONE,
        InvalidOutput,
        "did not stream a chat completion",
    ),
    "o [DONE] without text": (data(piece("")) + DONE, InvalidOutput, "no visible text"),
    "o filtered": (data(piece("", "SAFETY")) + DONE, ContentFiltered, "filter"),
    "a an error without a name": (
        data(A_START, a_text("The"), {"type": "error", "error": {"message": "Overloaded"}}),
        Overloaded,
        "Overloaded",
    ),
    "a no end": (named(A_START, a_text("The tide")), ModelUnavailable, "The answer broke off."),
    "l no end": (b'{"message": {"content": "The"}}\n', ModelUnavailable, "The answer broke off."),
}


@pytest.mark.parametrize("name", BROKEN)
def test_an_answer_that_is_none_says_why(server: ProviderServer, name: str) -> None:
    body, kind, words = BROKEN[name]
    server.play(streamed([body]))

    error = fail(WIRES[name[0]].provider(server.url))

    assert type(error) is kind
    assert words in error.detail


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("stop STOP end_turn endTurn stop_sequence eos eos_token complete COMPLETE completed done "
         "finished FINISH_REASON_STOP FinishReason.STOP stop_sequence_reached eos_found", FinishReason.STOP),
        ("length max_tokens MAX_TOKENS maxTokens model_length model_context_window_exceeded "
         "FINISH_REASON_MAX_TOKENS maximum_tokens MaxTokens time_limit truncated max-tokens-reached",
         FinishReason.LENGTH),
        ("content_filter content-filter safety SAFETY RECITATION BLOCKLIST PROHIBITED_CONTENT SPII "
         "refusal sensitive guardrail_intervened MODEL_ARMOR output_sensitive", FinishReason.CONTENT_FILTER),
        ("error network_error insufficient_system_resource MALFORMED_FUNCTION_CALL cancelled abort preempted",
         FinishReason.ERROR),
        ("null FINISH_REASON_UNSPECIFIED not_finished", ""),
    ],
)  # fmt: skip
def test_finish_reasons_in_use_have_their_meaning(words: str, reason: str) -> None:
    assert {word: read_finish_reason(word) for word in words.split()} == dict.fromkeys(
        words.split(), reason
    )


@pytest.mark.parametrize("word", ["tool_calls", "function_call", "pause_turn", "OTHER", "bored"])
def test_a_text_with_an_unknown_finish_reason_is_kept_with_its_name(
    server: ProviderServer, word: str
) -> None:
    server.play(streamed([data(ONE, TWO, piece("", word)), DONE]))

    text, result = collect(OpenAIWire().provider(server.url))

    assert (text, result.finish_reason) == (TEXT, word.lower())


def filtered(reason: str, **beside: object) -> bytes:
    return data(ONE, {"choices": [{"delta": {}, "finish_reason": reason, **beside}]}) + DONE


AZURE = {
    "hate": {"filtered": False, "severity": "safe"},
    "violence": {"filtered": True, "severity": "high"},
    "protected_material_text": {"detected": True, "filtered": True},
    "custom_blocklists": {"filtered": True, "details": [{"filtered": True, "id": "owls"}]},
}
GEMINI = [
    {"category": "HARM_CATEGORY_HATE_SPEECH", "probability": "NEGLIGIBLE", "blocked": False},
    {"category": "HARM_CATEGORY_HARASSMENT", "probability": "HIGH", "blocked": True},
]
FILTERED: dict[str, tuple[bytes, list[str], list[str]]] = {
    "o Azure": (
        filtered("content_filter", content_filter_results=AZURE),
        ["violence (high)", "protected_material_text", "custom_blocklists"],
        ["hate", "finish reason"],
    ),
    "o Gemini": (
        filtered("SAFETY", safety_ratings=GEMINI),
        ["SAFETY", "HARM_CATEGORY_HARASSMENT (HIGH)"],
        ["HATE"],
    ),
    "o OpenRouter": (
        filtered("content_filter", native_finish_reason="RECITATION"),
        ["RECITATION"],
        [],
    ),
    "o a refusal in words": (
        data(ONE, {"choices": [{"delta": {"refusal": "I can't."}}]}, piece("", "content_filter")),
        ["I can't."],
        [],
    ),
    "o Zhipu": (filtered("sensitive"), ["sensitive"], []),
    "o a key in the words": (filtered("content_filter", finishMessage=f"Ask {KEY}"), ["Ask"], []),
    "a a category": (
        named(
            A_START,
            a_text("The tide "),
            {
                "type": "message_delta",
                "delta": {"stop_reason": "refusal", "stop_details": {"category": "bio"}},
            },
        ),
        ["bio"],
        [],
    ),
}


@pytest.mark.parametrize("name", FILTERED)
def test_a_filter_that_strikes_in_mid_answer_says_what_the_provider_says(
    server: ProviderServer, name: str
) -> None:
    body, words, others = FILTERED[name]
    server.play(streamed([body]))

    provider = WIRES[name[0]].provider(server.url)
    if "refusal" in name:
        detail = fail(provider).detail
    else:
        text, result = collect(provider)
        assert (text, result.finish_reason) == ("The tide ", FinishReason.CONTENT_FILTER)
        detail = result.detail

    assert [word for word in words if word not in detail] == []
    assert [word for word in [*others, KEY] if word in detail] == []


@pytest.mark.parametrize("holder", ["delta", "message"])
def test_token_counts_beside_the_text_are_read(server: ProviderServer, holder: str) -> None:
    counts = {"prompt_tokens": 9, "completion_tokens": 4}
    event = {"choices": [{holder: {"content": TEXT, "usage": counts}, "finish_reason": "stop"}]}
    server.play(streamed([data(event), DONE]))

    usage = collect(OpenAIWire().provider(server.url))[1].usage

    assert usage is not None
    assert (usage.input_tokens, usage.output_tokens) == (9, 4)


def test_the_tier_that_a_chunk_names_is_kept(server: ProviderServer) -> None:
    end = {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 4}}
    server.play(streamed([data({**ONE, "service_tier": "flex"}, TWO, STOP, end), DONE]))

    usage = collect(OpenAIWire().provider(server.url))[1].usage

    assert usage is not None
    assert usage.service_tier == "flex"


@pytest.mark.parametrize(
    ("events", "is_unbilled"),
    [([], True), ([{"choices": [{"delta": {"role": "assistant"}}]}], False), ([ONE], False)],
    ids=["at once", "after an event", "after text"],
)
def test_a_refusal_in_place_of_an_answer_costs_nothing(
    server: ProviderServer, events: list[object], is_unbilled: bool
) -> None:
    refusal = {"error": {"message": "Insufficient credits", "code": 402}}
    server.play(streamed([data(*events, refusal)]))

    error = fail(OpenAIWire().provider(server.url))

    assert type(error) is OutOfCredit
    assert error.is_unbilled == is_unbilled
