"""Token counts in the shapes in which vendors, servers and gateways send them."""

from __future__ import annotations

import json
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from wagtail_llm_actions.providers.usage.reader import UsageReader

Counts = tuple[int | None, int | None, int, int, int]
"""Input, output, cached input, reasoning, and input written to the cache."""

SHAPES: dict[str, tuple[list[dict[str, Any]], Counts]] = {
    "vertex cached": (
        [
            {
                "promptTokenCount": 1000,
                "candidatesTokenCount": 20,
                "cachedContentTokenCount": 900,
                "totalTokenCount": 1020,
            }
        ],
        (1000, 20, 900, 0, 0),
    ),
    "vertex no thoughts field": (
        [{"promptTokenCount": 100, "candidatesTokenCount": 20, "totalTokenCount": 170}],
        (100, 70, 0, 50, 0),
    ),
    "converse cache": (
        [
            {
                "inputTokens": 10,
                "outputTokens": 5,
                "totalTokens": 1015,
                "cacheReadInputTokens": 1000,
                "cacheWriteInputTokens": 0,
            }
        ],
        (1010, 5, 1000, 0, 0),
    ),
    "converse write": (
        [
            {
                "inputTokens": 10,
                "outputTokens": 5,
                "totalTokens": 1015,
                "cacheReadInputTokens": 0,
                "cacheWriteInputTokens": 1000,
            }
        ],
        (1010, 5, 0, 0, 1000),
    ),
    "bedrock metrics": (
        [
            {
                "inputTokenCount": 10,
                "outputTokenCount": 5,
                "invocationLatency": 300,
                "firstByteLatency": 20,
            }
        ],
        (10, 5, 0, 0, 0),
    ),
    "deepseek": (
        [
            {
                "prompt_tokens": 1000,
                "completion_tokens": 50,
                "total_tokens": 1050,
                "prompt_cache_hit_tokens": 900,
                "prompt_cache_miss_tokens": 100,
                "prompt_tokens_details": {"cached_tokens": 900},
            }
        ],
        (1000, 50, 900, 0, 0),
    ),
    "moonshot": (
        [
            {
                "prompt_tokens": 1000,
                "completion_tokens": 50,
                "total_tokens": 1050,
                "cached_tokens": 900,
            }
        ],
        (1000, 50, 900, 0, 0),
    ),
    "groq": (
        [
            {
                "queue_time": 0.03,
                "prompt_tokens": 22,
                "prompt_time": 0.001,
                "completion_tokens": 9,
                "completion_time": 0.02,
                "total_tokens": 31,
                "total_time": 0.021,
            }
        ],
        (22, 9, 0, 0, 0),
    ),
    "cohere v2": (
        [
            {
                "billed_units": {"input_tokens": 10, "output_tokens": 5},
                "tokens": {"input_tokens": 500, "output_tokens": 5},
            }
        ],
        (10, 5, 0, 0, 0),
    ),
    "xai": (
        [
            {
                "prompt_tokens": 32,
                "completion_tokens": 9,
                "total_tokens": 135,
                "prompt_tokens_details": {
                    "text_tokens": 32,
                    "audio_tokens": 0,
                    "image_tokens": 0,
                    "cached_tokens": 6,
                },
                "completion_tokens_details": {
                    "reasoning_tokens": 94,
                    "audio_tokens": 0,
                    "accepted_prediction_tokens": 0,
                    "rejected_prediction_tokens": 0,
                },
                "num_sources_used": 0,
                "cost_in_usd_ticks": 37756000,
            }
        ],
        (32, 103, 6, 94, 0),
    ),
    "sambanova": (
        [
            {
                "completion_tokens": 50,
                "completion_tokens_after_first_per_sec": 200.1,
                "end_time": 1,
                "is_last_response": True,
                "prompt_tokens": 43,
                "start_time": 1.0,
                "stop_reason": "stop",
                "time_to_first_token": 0.1,
                "total_latency": 0.5,
                "total_tokens": 93,
            }
        ],
        (43, 50, 0, 0, 0),
    ),
    "continuous vllm": (
        [
            {"prompt_tokens": 10, "completion_tokens": 0, "total_tokens": 10},
            {"prompt_tokens": 10, "completion_tokens": 1, "total_tokens": 11},
            {"prompt_tokens": 10, "completion_tokens": 7, "total_tokens": 17},
        ],
        (10, 7, 0, 0, 0),
    ),
    "snowflake guard": (
        [{"prompt_tokens": 10, "completion_tokens": 5, "guard_tokens": 3, "total_tokens": 18}],
        (10, 8, 0, 3, 0),
    ),
    "dashscope": (
        [
            {
                "input_tokens": 100,
                "output_tokens": 50,
                "total_tokens": 150,
                "input_tokens_details": {"text_tokens": 100, "cached_tokens": 40},
                "output_tokens_details": {"text_tokens": 50, "reasoning_tokens": 20},
            }
        ],
        (100, 50, 40, 20, 0),
    ),
    "deepinfra": (
        [
            {
                "prompt_tokens": 11,
                "total_tokens": 31,
                "completion_tokens": 20,
                "estimated_cost": 2.58e-06,
            }
        ],
        (11, 20, 0, 0, 0),
    ),
    "vercel": (
        [
            {
                "prompt_tokens": 11,
                "total_tokens": 31,
                "completion_tokens": 20,
                "cost": "0.0015",
                "is_byok": False,
                "market_cost": 0.002,
            }
        ],
        (11, 20, 0, 0, 0),
    ),
    "openrouter anthropic": (
        [
            {
                "prompt_tokens": 2000,
                "completion_tokens": 50,
                "total_tokens": 2050,
                "cost": 0.0123,
                "is_byok": False,
                "prompt_tokens_details": {
                    "cached_tokens": 1500,
                    "cache_write_tokens": 400,
                    "audio_tokens": 0,
                },
                "cost_details": {
                    "upstream_inference_cost": None,
                    "upstream_inference_prompt_cost": 0.01,
                    "upstream_inference_completions_cost": 0.0023,
                },
                "completion_tokens_details": {"reasoning_tokens": 0, "image_tokens": 0},
            }
        ],
        (2000, 50, 1500, 0, 400),
    ),
    "litellm anthropic": (
        [
            {
                "prompt_tokens": 2000,
                "completion_tokens": 50,
                "total_tokens": 2050,
                "prompt_tokens_details": {
                    "cached_tokens": 1500,
                    "text_tokens": None,
                    "image_tokens": None,
                    "cache_creation_tokens": 400,
                },
                "cache_creation_input_tokens": 400,
                "cache_read_input_tokens": 1500,
            }
        ],
        (2000, 50, 1500, 0, 400),
    ),
    "litellm bedrock beside": (
        [
            {
                "prompt_tokens": 100,
                "completion_tokens": 50,
                "total_tokens": 150,
                "cache_creation_input_tokens": 400,
                "cache_read_input_tokens": 1500,
            }
        ],
        (2000, 50, 1500, 0, 400),
    ),
    "mistral": (
        [
            {
                "prompt_audio_seconds": None,
                "prompt_tokens": 20,
                "total_tokens": 30,
                "completion_tokens": 10,
                "num_cached_tokens": 16,
            }
        ],
        (20, 10, 16, 0, 0),
    ),
    "mistral details": (
        [
            {
                "prompt_tokens": 20,
                "total_tokens": 30,
                "completion_tokens": 10,
                "prompt_token_details": {"cached_tokens": 16},
            }
        ],
        (20, 10, 16, 0, 0),
    ),
    "watsonx": ([{"input_token_count": 20, "generated_token_count": 10}], (20, 10, 0, 0, 0)),
    "langchain": (
        [
            {
                "input_tokens": 20,
                "output_tokens": 10,
                "total_tokens": 30,
                "input_token_details": {"cache_read": 15, "cache_creation": 3},
                "output_token_details": {"reasoning": 4},
            }
        ],
        (20, 10, 15, 4, 3),
    ),
    "anthropic thinking": (
        [
            {
                "input_tokens": 20,
                "output_tokens": 100,
                "output_tokens_details": {"thinking_tokens": 60},
            }
        ],
        (20, 100, 0, 60, 0),
    ),
    "databricks": (
        [
            {
                "prompt_tokens": 20,
                "completion_tokens": 100,
                "total_tokens": 120,
                "completion_tokens_details": {"reasoning_tokens": 60},
                "prompt_cache_read_tokens": 5,
            }
        ],
        (20, 100, 0, 60, 0),
    ),
    "zhipu": (
        [
            {
                "prompt_tokens": 20,
                "completion_tokens": 100,
                "total_tokens": 120,
                "prompt_tokens_details": {"cached_tokens": 12},
                "completion_tokens_details": {"reasoning_tokens": 90},
            }
        ],
        (20, 100, 12, 90, 0),
    ),
    "dashscope cache": (
        [
            {
                "prompt_tokens": 50,
                "completion_tokens": 14,
                "total_tokens": 64,
                "prompt_tokens_details": {"cached_tokens": 40, "cache_creation_input_tokens": 5},
            }
        ],
        (50, 14, 40, 0, 5),
    ),
    "a write that was taken back": (
        [
            {
                "prompt_tokens": 58354,
                "completion_tokens": 10,
                "total_tokens": 58364,
                "cache_read_input_tokens": 58352,
                "cache_creation_input_tokens": 58352,
            }
        ],
        (58354, 10, 58352, 0, 2),
    ),
    # github.com/BerriAI/litellm/issues/15270
    "litellm bedrock reads within, writes beside": (
        [
            {
                "prompt_tokens": 1010,
                "completion_tokens": 5,
                "total_tokens": 1515,
                "prompt_tokens_details": {"cached_tokens": 1000},
                "cache_creation_input_tokens": 500,
                "cache_read_input_tokens": 1000,
            }
        ],
        (1510, 5, 1000, 0, 500),
    ),
    "reads within, writes beside, no total": (
        [
            {
                "prompt_tokens": 1010,
                "completion_tokens": 5,
                "prompt_tokens_details": {"cached_tokens": 1000},
                "cache_creation_input_tokens": 500,
            }
        ],
        (1510, 5, 1000, 0, 500),
    ),
    "writes within, reads beside": (
        [
            {
                "prompt_tokens": 510,
                "completion_tokens": 5,
                "total_tokens": 1515,
                "cache_creation_input_tokens": 500,
                "cache_read_input_tokens": 1000,
            }
        ],
        (1510, 5, 1000, 0, 500),
    ),
    "responses cache write": (
        [
            {
                "input_tokens": 100,
                "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 50},
                "output_tokens": 10,
                "total_tokens": 110,
            }
        ],
        (100, 10, 0, 0, 50),
    ),
    # github.com/CultivateLabs/raif/pull/470
    "gemini search": (
        [
            {
                "promptTokenCount": 100,
                "toolUsePromptTokenCount": 400,
                "candidatesTokenCount": 50,
                "thoughtsTokenCount": 30,
                "totalTokenCount": 580,
            }
        ],
        (500, 80, 0, 30, 0),
    ),
    "azure empty then usage": (
        [{}, {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}],
        (9, 2, 0, 0, 0),
    ),
}

COSTS = {
    "DeepInfra": ({"estimated_cost": 2.58e-06}, "0.00000258"),
    "Perplexity": ({"cost": {"output_tokens_cost": 0.001, "total_cost": 0.033}}, "0.033"),
    "a gateway": ({"cost": {"total": 0.01, "currency": "USD"}}, "0.01"),
    "a text": ({"cost": "0.0015", "is_byok": False, "market_cost": 0.002}, "0.0015"),
    "another currency": ({"cost": {"total": 0.01, "currency": "EUR"}}, None),
    "nothing known": ({"estimated_cost": 0}, None),
}


def usage_of(events: list[dict[str, Any]]) -> Any:
    reader = UsageReader()
    for event in events:
        reader.read(json.loads(json.dumps(event), object_hook=lambda one: SimpleNamespace(**one)))
    return reader.usage(has_text=True)


@pytest.mark.parametrize(("events", "counts"), SHAPES.values(), ids=SHAPES)
def test_the_counts_are_found_in_every_shape(events: list[dict[str, Any]], counts: Counts) -> None:
    usage = usage_of(events)

    assert counts == (
        usage.input_tokens,
        usage.output_tokens,
        usage.cached_input_tokens,
        usage.reasoning_tokens,
        usage.cache_write_tokens,
    )


# github.com/maximhq/bifrost/pull/5355: Kimi and Qwen begin with the whole prompt.
@pytest.mark.parametrize(
    ("end", "input_tokens"),
    [
        ({"input_tokens": 18, "cache_read_input_tokens": 8831}, 8849),
        ({"input_tokens": 0, "cache_read_input_tokens": 8834}, 8834),
        ({"cache_read_input_tokens": 8000}, 8834),
        ({"input_tokens": 8834, "cache_read_input_tokens": 8000}, 8834),
    ],
)
def test_a_prompt_that_is_reported_before_its_cached_tokens_is_counted_once(
    end: dict[str, int], input_tokens: int
) -> None:
    reader = UsageReader(cached_is_separate=True)
    reader.read({"input_tokens": 8834, "output_tokens": 0}, skip="output")
    reader.read({**end, "output_tokens": 426})

    usage = reader.usage(has_text=True)

    assert usage
    assert usage.input_tokens == input_tokens
    assert usage.cached_input_tokens == end["cache_read_input_tokens"]


@pytest.mark.parametrize(("reported", "cost"), COSTS.values(), ids=COSTS)
def test_a_reported_cost_is_found_in_every_shape(
    reported: dict[str, Any], cost: str | None
) -> None:
    usage = usage_of([{"prompt_tokens": 11, "completion_tokens": 20, **reported}])

    assert usage.cost_usd == (None if cost is None else Decimal(cost))


@pytest.mark.parametrize(
    "reported",
    [
        {"total_tokens": 120, "total_characters": 0},
        {"prompt_tokens": None, "completion_tokens": None, "total_tokens": None},
        {"generated_tokens": 10},
        {"usage": {"prompt_tokens": 3}},
    ],
)
def test_what_tells_neither_input_nor_output_is_unknown(reported: dict[str, Any]) -> None:
    assert usage_of([reported]) is None
