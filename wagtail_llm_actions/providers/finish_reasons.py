"""What the finish reasons of vendors and gateways mean, in one table for all protocols.

Sources: the API references of OpenAI, Anthropic, Ollama, Gemini, Mistral, DeepSeek, Cohere, Zhipu,
Amazon Bedrock, OpenRouter, Hugging Face's TGI, vLLM and SGLang.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wagtail_llm_actions.generation import FinishReason

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMES: Mapping[FinishReason, str] = {
    FinishReason.STOP: (
        "stop end_turn stop_sequence stop_token stopped eos eos_token eos_token_id end_of_text "
        "end_of_turn stop_sequence_reached stop_string stop_word eos_found matched_stop matched_eos end complete completed done finish finished success normal"
    ),
    FinishReason.LENGTH: (
        "length max_tokens max_token max_length max_output_tokens max_completion_tokens "
        "max_new_tokens max_tokens_reached token_limit token_limit_reached limit incomplete "
        "maximum_tokens output_limit length_limit time_limit truncated budget_exhausted "
        "model_length context_length context_length_exceeded context_window_exceeded "
        "model_context_window_exceeded"
    ),
    FinishReason.CONTENT_FILTER: (
        "content_filter content_filtered content_filtering filtered safety recitation blocklist "
        "blocked prohibited_content spii image_safety language refusal refused sensitive "
        "model_armor input_sensitive output_sensitive risk_control content_policy_violation "
        "guardrail_intervened guardrails error_toxic toxic flagged moderation"
    ),
    FinishReason.ERROR: (
        "error errored failed failure internal_error server_error network_error error_limit "
        "engine_error timeout insufficient_system_resource insufficient_system_resources "
        "malformed_function_call malformed_response malformed_tool_call unexpected_tool_call "
        "malformed_model_output too_many_tool_calls preempted "
        "missing_thought_signature overloaded cancel cancelled canceled abort aborted interrupted "
        "user_cancel"
    ),
}

_BY_NAME: Mapping[str, FinishReason] = {
    name: reason for reason, names in NAMES.items() for name in names.split()
}
MAX_NAME_CHARS = 100
"""Of an unknown reason; a run stores no longer one."""
_NOT_YET = {"", "null", "none", "unspecified", "not_finished", "unfinished", "in_progress"}
"""Sent with each piece by some servers, while the answer is still being written."""


_WORDS = ("type", "reason", "finish_reason", "name")
"""Members of a finish reason that is an object, as SGLang's are."""


def finish_word(value: object) -> str:
    """Return the word of a finish reason, as the server writes it; empty where there is none."""
    if isinstance(value, dict):
        value = next(filter(None, map(value.get, _WORDS)), "")
    return value if isinstance(value, str) else ""


def read_finish_reason(value: object) -> str:
    """Return a ``FinishReason``, or the server's own word where it is none of them.

    Args:
        value: As the server writes it, in any case: ``MAX_TOKENS``, ``FINISH_REASON_STOP``,
            ``endTurn``, ``{"type": "length"}``.

    Returns:
        Empty where the answer has not ended.
    """
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", finish_word(value).strip())
    name = re.sub(r"[\s.\-]+", "_", words).lower().removeprefix("finish_reason_")
    name = name.removeprefix("finishreason_")
    return "" if name in _NOT_YET else _BY_NAME.get(name, name[:MAX_NAME_CHARS])
