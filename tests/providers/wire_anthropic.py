"""The wire format of Anthropic's messages, checked against the SDK's own types."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from anthropic._constants import ANTHROPIC_API_VERSION
from anthropic.types import RawMessageStreamEvent
from anthropic.types.shared import ErrorResponse
from pydantic import TypeAdapter

from tests.providers.contract import KEY, MODEL, Wire
from tests.providers.server import whole
from wagtail_llm_actions.generation import FinishReason, GenerationRequest
from wagtail_llm_actions.providers.anthropic import AnthropicProvider

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.providers.server import Recorded, Reply
    from wagtail_llm_actions.generation import Usage
    from wagtail_llm_actions.providers.base import Provider

EVENT: TypeAdapter[Any] = TypeAdapter(RawMessageStreamEvent)
STOP_REASONS = {
    FinishReason.STOP: "end_turn",
    FinishReason.LENGTH: "max_tokens",
    FinishReason.CONTENT_FILTER: "refusal",
}
ERROR_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}


def raw_event(name: str, data: bytes) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (name.encode(), data)


def unchecked(**payload: Any) -> bytes:
    return raw_event(payload["type"], json.dumps(payload).encode())


def event(**payload: Any) -> bytes:
    """Build an event that Anthropic could send: the SDK's own type accepts it."""
    EVENT.validate_python(payload, strict=True)
    return unchecked(**payload)


def message_start(**usage: Any) -> bytes:
    message: dict[str, Any] = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": f"{MODEL}-2026",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 1, "output_tokens": 1, **usage},
    }
    return event(type="message_start", message=message)


def message_delta(stop_reason: str | None, *, details: Any = None, **usage: Any) -> bytes:
    delta = {"stop_reason": stop_reason, "stop_sequence": None, "stop_details": details}
    return event(type="message_delta", delta=delta, usage={"output_tokens": 1, **usage})


def without_usage(data: bytes) -> bytes:
    """Take out what Anthropic always reports, and compatible servers may not."""
    payload = json.loads(data.partition(b"data: ")[2])
    payload.get("message", payload).pop("usage")
    return unchecked(**payload)


def block_start(index: int = 0, **block: Any) -> bytes:
    block = block or {"type": "text", "text": ""}
    return event(type="content_block_start", index=index, content_block=block)


def block_delta(index: int = 0, **delta: Any) -> bytes:
    return event(type="content_block_delta", index=index, delta=delta)


class AnthropicWire(Wire):
    no_key_needed = True
    content_filter_words = "Output blocked by content filtering policy"

    def provider(
        self, url: str, *, api_key: str | None = KEY, options: Mapping[str, object] | None = None
    ) -> Provider:
        return AnthropicProvider(alias="main", api_key=api_key, base_url=url, options=options)

    def sent(self, recorded: Recorded) -> GenerationRequest:
        assert recorded.path == "/v1/messages"
        assert recorded.headers["anthropic-version"] == ANTHROPIC_API_VERSION
        assert recorded.body["stream"] is True
        (message,) = recorded.body["messages"]
        assert message["role"] == "user"
        return GenerationRequest(
            model=recorded.body["model"],
            prompt=message["content"],
            system_instructions=recorded.body.get("system", ""),
            temperature=recorded.body.get("temperature"),
            max_tokens=recorded.body["max_tokens"],
            reasoning_effort=recorded.body.get("output_config", {}).get("effort"),
        )

    def user_message(self, recorded: Recorded) -> tuple[str, list[tuple[str, str]]]:
        *images, text = recorded.body["messages"][0]["content"]
        assert {image["type"] for image in images} == {"image"}
        sources = [image["source"] for image in images]
        assert {source["type"] for source in sources} == {"base64"}
        return text["text"], [(source["media_type"], source["data"]) for source in sources]

    def reasoning(self, text: str) -> list[bytes]:
        return [
            block_start(1, type="thinking", thinking="", signature=""),
            block_delta(1, type="thinking_delta", thinking=text),
        ]

    def beginning(self, usage: Usage | None = None) -> list[bytes]:
        if usage is None:
            return [without_usage(message_start()), block_start()]
        cached = usage.cached_input_tokens
        assert usage.input_tokens is not None
        start = message_start(
            input_tokens=usage.input_tokens - cached, cache_read_input_tokens=cached
        )
        return [start, block_start()]

    def text(self, text: str) -> bytes:
        return block_delta(type="text_delta", text=text)

    def ending(self, finish_reason: FinishReason, usage: Usage | None) -> list[bytes]:
        word = STOP_REASONS[finish_reason]
        if usage is None:
            last = without_usage(message_delta(word))
        else:
            details = {"thinking_tokens": usage.reasoning_tokens}
            last = message_delta(
                word, output_tokens=usage.output_tokens, output_tokens_details=details
            )
        return [event(type="content_block_stop", index=0), last, event(type="message_stop")]

    def status(self, *, present: bool) -> list[Reply]:
        names = ["owl-0", *([MODEL] if present else [])]
        listed = [
            {
                "id": name,
                "type": "model",
                "display_name": name,
                "created_at": "2026-01-01T00:00:00Z",
                "lifecycle": "active",
            }
            for name in names
        ]
        return [whole(200, json.dumps({"data": listed, "has_more": False}).encode())]

    def error_body(self, status: int, message: str) -> bytes:
        return error_body(message, kind=ERROR_TYPES.get(status, "api_error"))

    def malformed(self) -> Mapping[str, bytes]:
        delta = {"type": "content_block_delta", "index": 0}
        return {
            "no JSON": raw_event("message_delta", b"{oops"),
            "no UTF-8": raw_event("message_delta", b"\xff\xfe"),
            "a list": raw_event("message_delta", b"[1, 2]"),
            "a string": raw_event("message_delta", b'"hello"'),
            "other JSON": raw_event("message_delta", b'{"hello": "world"}'),
            "a number for the type": raw_event("message_delta", b'{"type": 1}'),
            "a number for text": unchecked(**delta, delta={"type": "text_delta", "text": 1}),
        }

    def miscounted(self, count: object) -> bytes:
        delta = {"stop_reason": "end_turn"}
        return unchecked(type="message_delta", delta=delta, usage={"output_tokens": count})


def error_body(message: str, *, kind: str, **fields: Any) -> bytes:
    payload = {
        "type": "error",
        "error": {"type": kind, "message": message, **fields},
        "request_id": None,
    }
    ErrorResponse.model_validate(payload, strict=True)
    return json.dumps(payload).encode()
