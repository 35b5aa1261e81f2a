"""The wire format of Ollama's chats.

Its own types are in Go, so the replies are checked against a schema written after them:
``ChatResponse``, ``Message`` and ``Metrics`` of ``api/types.go`` in https://github.com/ollama/ollama,
and ``docs/api/errors.mdx`` there (commit fb3076099, August 2026).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from tests.providers.contract import KEY, MODEL, Wire
from tests.providers.server import whole
from wagtail_llm_actions.generation import GenerationRequest
from wagtail_llm_actions.providers.ollama import OllamaProvider

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.providers.server import Recorded, Reply
    from wagtail_llm_actions.generation import FinishReason, Usage
    from wagtail_llm_actions.providers.base import Provider


class Schema(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Message(Schema):
    role: Literal["assistant"]
    content: str
    thinking: str = ""


class ChatResponse(Schema):
    model: str
    created_at: AwareDatetime
    message: Message
    done: bool
    done_reason: str = ""
    total_duration: int = 0
    """Nanoseconds, like all durations."""
    load_duration: int = 0
    prompt_eval_count: int = 0
    prompt_eval_duration: int = 0
    eval_count: int = 0
    eval_duration: int = 0


class ErrorResponse(Schema):
    error: str


def line(payload: object) -> bytes:
    return json.dumps(payload, ensure_ascii=False).encode() + b"\n"


def part(content: str = "", /, *, thinking: str | None = None, **fields: Any) -> bytes:
    """Build a line that Ollama could send."""
    message = {"role": "assistant", "content": content}
    if thinking is not None:
        message["thinking"] = thinking
    payload = {
        "model": f"{MODEL}-2026",
        "created_at": "2026-08-21T18:48:22.110293Z",
        "message": message,
        "done": False,
        **fields,
    }
    ChatResponse.model_validate_json(json.dumps(payload))
    return line(payload)


def last(done_reason: str = "stop", /, **fields: Any) -> bytes:
    durations: dict[str, Any] = {"total_duration": 5_191_566_416, "load_duration": 2_154_458}
    return part(done=True, done_reason=done_reason, **durations, **fields)


class OllamaWire(Wire):
    no_key_needed = True
    reports_parts_of_usage = False
    all_reasoning_words = "All that it wrote was reasoning."

    def provider(
        self, url: str, *, api_key: str | None = KEY, options: Mapping[str, object] | None = None
    ) -> Provider:
        return OllamaProvider(alias="main", api_key=api_key, base_url=url, options=options)

    def sent(self, recorded: Recorded) -> GenerationRequest:
        assert recorded.path == "/api/chat"
        assert recorded.body["stream"] is True
        assert recorded.body["truncate"] is False
        messages = {message["role"]: message["content"] for message in recorded.body["messages"]}
        options = recorded.body["options"]
        return GenerationRequest(
            model=recorded.body["model"],
            prompt=messages["user"],
            system_instructions=messages.get("system", ""),
            temperature=options.get("temperature"),
            max_tokens=options["num_predict"],
            reasoning_effort=recorded.body.get("think"),
        )

    def user_message(self, recorded: Recorded) -> tuple[str, list[tuple[str, str]]]:
        message = recorded.body["messages"][-1]
        # Ollama finds out what it is by itself.
        return message["content"], [("image/jpeg", data) for data in message["images"]]

    def reasoning(self, text: str) -> list[bytes]:
        return [part(thinking=text)]

    def beginning(self, usage: Usage | None = None) -> list[bytes]:
        thinks = usage is not None and usage.reasoning_tokens > 0
        return [part(thinking="Owls plan?")] if thinks else [part()]

    def text(self, text: str) -> bytes:
        return part(text)

    def ending(self, finish_reason: FinishReason, usage: Usage | None) -> list[bytes]:
        if usage is None:
            return [last(finish_reason.value)]
        counts = {
            "prompt_eval_count": usage.input_tokens,
            "prompt_eval_duration": 383_809_000,
            "eval_count": usage.output_tokens,
            "eval_duration": 4_799_921_000,
        }
        return [last(finish_reason.value, **counts)]

    def status(self, *, present: bool) -> list[Reply]:
        names = ["owl-0:latest", *([f"{MODEL}:latest"] if present else [])]
        tags = {"models": [{"name": name, "model": name} for name in names]}
        if not present:
            return [whole(200, json.dumps(tags).encode())]
        loaded = {"models": [{"name": f"{MODEL}:latest", "context_length": 32768}]}
        shown = {"model_info": {"owl.context_length": 131072, "owl.head_count": 8}}
        return [whole(200, json.dumps(body).encode()) for body in (tags, loaded, shown)]

    def error_body(self, status: int, message: str) -> bytes:
        return error_body(message)

    def malformed(self) -> Mapping[str, bytes]:
        return {
            "no JSON": b"{oops\n",
            "no UTF-8": b'{"message": "\xff\xfe"}\n',
            "a list": line([1, 2]),
            "a string": line("hello"),
            "other JSON": line({"hello": "world"}),
            "a message of another type": line({"message": "none"}),
            "a number for text": line({"message": {"content": 1}}),
            "words for done": line({"message": {"content": ""}, "done": "yes"}),
        }

    def miscounted(self, count: object) -> bytes:
        counts = {"eval_count": count, "prompt_eval_count": 1}
        return line({"message": {}, "done": True, "done_reason": "stop", **counts})


def error_body(message: str) -> bytes:
    payload = {"error": message}
    ErrorResponse.model_validate(payload)
    return json.dumps(payload).encode()
