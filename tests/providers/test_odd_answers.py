"""Answers of gateways that repeat, wrap or mark what a server said, after public reports of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.providers.contract import collect, fail
from tests.providers.server import ProviderServer, streamed
from tests.providers.test_raw_answers import TEXT, WIRES, data, piece
from wagtail_llm_actions.errors import ContentFiltered, ContextExceeded, InvalidOutput

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wagtail_llm_actions.errors import ProviderError

LONG = ["The tide at the harbour came ", "two hours early, and the boats ", "lay aground."]
DONE = b"data: [DONE]\n\n"
END = piece("", "stop")
WRAPPED = {"choices": [{"message": {"content": TEXT}, "finish_reason": "stop"}]}
BEGINNING = {"type": "message_start", "message": {"model": "m"}}


def pieces(*texts: str) -> bytes:
    return data(*map(piece, texts), END) + DONE


def a_text(text: str) -> dict[str, object]:
    return {"type": "content_block_delta", "delta": {"type": "text_delta", "text": text}}


ARRIVING: dict[str, tuple[bytes, str]] = {
    # github.com/infiniflow/ragflow/pull/15443
    "o the whole text again at the end": (pieces(*LONG, "".join(LONG)), "".join(LONG)),
    # github.com/openclaw/openclaw/pull/142888
    "o the text so far again in the middle": (
        pieces(LONG[0], LONG[1], LONG[0] + LONG[1], LONG[2]),
        "".join(LONG),
    ),
    "o each piece with the text so far": (
        pieces(LONG[0], LONG[0] + LONG[1], "".join(LONG)),
        "".join(LONG),
    ),
    "a the whole text in the start of a block": (
        data(
            BEGINNING,
            {"type": "content_block_start", "content_block": {"type": "text", "text": LONG[1]}},
            a_text(LONG[1]),
            {"type": "message_delta", "delta": {"stop_reason": "end_turn"}},
        ),
        LONG[1],
    ),
    "o words that are repeated": (pieces("very ", "very ", "early"), "very very early"),
    "o a sentence that is repeated later": (
        pieces(LONG[0], LONG[1], LONG[1]),
        LONG[0] + LONG[1] + LONG[1],
    ),
    # github.com/smallmain/vscode-unify-chat-provider/pull/71
    "o wrapped in data": (data({"code": 0, "data": WRAPPED}), TEXT),
    "o wrapped in result": (data({"success": True, "result": WRAPPED, "errors": []}), TEXT),
    "o an index that is a text": (
        data({"choices": [{"index": "0", "delta": {"content": "The tide "}}]})
        + data({"choices": [{"index": 0, "delta": {"content": "came early"}}]}, END),
        TEXT,
    ),
    "o the reason in the delta": (
        data({"choices": [{"delta": {"content": TEXT, "finish_reason": "stop"}}]}),
        TEXT,
    ),
    "o an empty error in each piece": (
        data({**piece(TEXT), "error": {"code": 0, "message": ""}}, END),
        TEXT,
    ),
    "o a number as the name of the model": (data({**piece(TEXT), "model": 7}, END), TEXT),
}

FAILING: dict[str, tuple[bytes, type[ProviderError], str]] = {
    # github.com/NousResearch/hermes-agent/issues/65631: DeepInfra, and then llama.cpp.
    "o an error beside the id of a chunk": (
        data(
            {
                "id": "chatcmpl-1",
                "choices": None,
                "error_type": "BadRequestError",
                "error_message": "This model's maximum context length is 32768 tokens.",
            }
        )
        + DONE,
        ContextExceeded,
        "This model's maximum context length is 32768 tokens.",
    ),
    "o nothing but the end": (
        DONE,
        InvalidOutput,
        "The server sent nothing but the end of an answer.",
    ),
    "o a refusal that is an object": (
        data({"choices": [{"delta": {"refusal": {"text": "I will not."}}}]}, END),
        ContentFiltered,
        "I will not.",
    ),
}


@pytest.fixture
def server() -> Iterator[ProviderServer]:
    with ProviderServer() as server:
        yield server


@pytest.mark.parametrize("name", ARRIVING)
def test_a_text_arrives_once(server: ProviderServer, name: str) -> None:
    body, text = ARRIVING[name]
    server.play(streamed([body]))

    assert collect(WIRES[name[0]].provider(server.url))[0] == text


@pytest.mark.parametrize("name", FAILING)
def test_the_reason_of_a_failure_is_found(server: ProviderServer, name: str) -> None:
    body, kind, detail = FAILING[name]
    server.play(streamed([body]))

    error = fail(WIRES[name[0]].provider(server.url))

    assert (type(error), error.detail) == (kind, detail)
