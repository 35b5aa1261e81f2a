"""The wire format of OpenAI's chat completions, checked against the SDK's own types."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from openai.types.chat import ChatCompletionChunk

from tests.providers.contract import KEY, MODEL, Wire
from tests.providers.server import whole
from wagtail_llm_actions.generation import GenerationRequest
from wagtail_llm_actions.providers.openai import OpenAIProvider

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.providers.server import Recorded, Reply
    from wagtail_llm_actions.generation import FinishReason, Usage
    from wagtail_llm_actions.providers.base import Provider

DONE = b"data: [DONE]\n\n"


def event(payload: object) -> bytes:
    return b"data: %s\n\n" % json.dumps(payload).encode()


def chunk(**fields: Any) -> bytes:
    """Build an event that OpenAI could send: the SDK's own type accepts it."""
    payload = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1700000000,
        "model": f"{MODEL}-2026",
        "choices": [],
        **fields,
    }
    ChatCompletionChunk.model_validate(payload, strict=True)
    return event(payload)


def choice(finish_reason: str | None = None, **delta: Any) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "finish_reason": finish_reason}


def usage_fields(usage: Usage) -> dict[str, Any]:
    assert usage.input_tokens is not None
    assert usage.output_tokens is not None
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_input_tokens},
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
    }


class OpenAIWire(Wire):
    no_key_needed = True

    def provider(
        self, url: str, *, api_key: str | None = KEY, options: Mapping[str, object] | None = None
    ) -> Provider:
        return OpenAIProvider(alias="main", api_key=api_key, base_url=f"{url}/v1", options=options)

    def sent(self, recorded: Recorded) -> GenerationRequest:
        assert recorded.path == "/v1/chat/completions"
        assert recorded.body["stream"] is True
        assert recorded.body["stream_options"] == {"include_usage": True}
        messages = {message["role"]: message["content"] for message in recorded.body["messages"]}
        return GenerationRequest(
            model=recorded.body["model"],
            prompt=messages["user"],
            system_instructions=messages.get("system", ""),
            temperature=recorded.body.get("temperature"),
            max_tokens=recorded.body["max_tokens"],
            reasoning_effort=recorded.body.get("reasoning_effort"),
        )

    def user_message(self, recorded: Recorded) -> tuple[str, list[tuple[str, str]]]:
        *images, text = recorded.body["messages"][-1]["content"]
        assert {image["type"] for image in images} == {"image_url"}
        urls = [image["image_url"]["url"].removeprefix("data:") for image in images]
        return text["text"], [tuple(url.split(";base64,")) for url in urls]

    def reasoning(self, text: str) -> list[bytes]:
        return [event({"choices": [choice(reasoning_content=text)]})]

    def beginning(self, usage: Usage | None = None) -> list[bytes]:
        return [chunk(choices=[choice(role="assistant", content="")])]

    def text(self, text: str) -> bytes:
        return chunk(choices=[choice(content=text)])

    def ending(self, finish_reason: FinishReason, usage: Usage | None) -> list[bytes]:
        last = [chunk(usage=usage_fields(usage))] if usage else []
        return [chunk(choices=[choice(finish_reason.value)]), *last, DONE]

    def status(self, *, present: bool) -> list[Reply]:
        names = ["owl-0", *([MODEL] if present else [])]
        listed = [{"id": n, "object": "model", "created": 1, "owned_by": "owls"} for n in names]
        return [whole(200, json.dumps({"object": "list", "data": listed}).encode())]

    def error_body(self, status: int, message: str) -> bytes:
        return error_body(message, code=None, kind="some_error")

    def content_filter_body(self) -> bytes:
        return error_body(self.content_filter_words, code="content_filter")

    def malformed(self) -> Mapping[str, bytes]:
        return {
            "no JSON": b"data: {oops\n\n",
            "no UTF-8": b"data: \xff\xfe\n\n",
            "a list": event([1, 2]),
            "a string": event("hello"),
            "other JSON": event({"hello": "world"}),
            "choices of another type": event({"choices": "none"}),
            "a number for text": event({"choices": [{"delta": {"content": 1}}]}),
        }

    def miscounted(self, count: object) -> bytes:
        usage = {"prompt_tokens": 1, "completion_tokens": count}
        return event({"choices": [choice("stop")], "usage": usage})


def error_body(message: str, *, code: str | None, kind: str = "invalid_request_error") -> bytes:
    error = {"message": message, "type": kind, "param": None, "code": code}
    return json.dumps({"error": error}).encode()
