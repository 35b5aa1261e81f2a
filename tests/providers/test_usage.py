"""Token counts as servers report them: what contradicts itself is repaired, and noted."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.parts.examples import examples
from wagtail_llm_actions.catalog import ListPrice
from wagtail_llm_actions.generation import Usage
from wagtail_llm_actions.pricing import LOCAL, Price, charge, cost_usd
from wagtail_llm_actions.providers.usage.reader import MAX_COUNT, UsageReader

PRICE = ListPrice(input=Decimal(3), cached_input=Decimal("0.3"), output=Decimal(15))


def read(*reported: object, separate: bool = False, has_text: bool = True) -> Usage:
    reader = UsageReader(cached_is_separate=separate)
    for one in reported:
        reader.read(one)
    usage = reader.usage(has_text=has_text)
    assert usage is not None
    return usage


def chat(prompt: Any, completion: Any, total: Any = None, **more: Any) -> dict[str, Any]:
    """Build the counts of a chat completion."""
    details = {
        "prompt_tokens_details": {"cached_tokens": more.pop("cached", None)},
        "completion_tokens_details": {"reasoning_tokens": more.pop("reasoning", None)},
    }
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": total,
        **details,
        **more,
    }


def counts(usage: Usage) -> tuple[int | None, int | None, int, int]:
    return (
        usage.input_tokens,
        usage.output_tokens,
        usage.cached_input_tokens,
        usage.reasoning_tokens,
    )


@pytest.mark.parametrize(
    ("reported", "expected", "repairs"),
    [
        (chat(10, 5, 15, cached=4, reasoning=2), (10, 5, 4, 2), []),
        (chat(7, 123, 20776, cached=20646), (20653, 123, 20646, 0), ["cached_beside_input"]),
        # A gateway that adds up prompt and completion itself.
        (
            chat(7, 123, 130, cached=20646),
            (20653, 123, 20646, 0),
            ["cached_beside_input", "total_ignored"],
        ),
        (chat(7, 123, cached=20646), (20653, 123, 20646, 0), ["cached_beside_input"]),
        # The total tells that they are no part although they could be.
        (chat(1000, 100, 1600, cached=500), (1500, 100, 500, 0), ["cached_beside_input"]),
        (
            chat(7, 10, 1017, cached=600, cache_creation_input_tokens=400),
            (1007, 10, 600, 0),
            ["cached_beside_input"],
        ),
        (chat(32, 9, 135, reasoning=94), (32, 103, 0, 94), ["reasoning_beside_output"]),
        (chat(32, 90, 132, reasoning=10), (32, 100, 0, 10), ["reasoning_beside_output"]),
        (chat(32, 9, reasoning=94), (32, 103, 0, 94), ["reasoning_beside_output"]),
        (chat(32, 101, 133, reasoning=105), (32, 101, 0, 101), ["reasoning_above_output"]),
        (chat(21, 0, 81, reasoning=60), (21, 60, 0, 60), ["output_from_total"]),
        (chat(20, 424, 1016), (20, 996, 0, 572), ["reasoning_from_total"]),
        (chat(20, 424, 400), (20, 424, 0, 0), ["total_ignored"]),
        (chat(10, 5, 0), (10, 5, 0, 0), []),
        (chat(None, 5, 15), (10, 5, 0, 0), ["input_from_total"]),
        (chat(10, None, 15), (10, 5, 0, 0), ["output_from_total"]),
        (chat(0, 5, 15), (10, 5, 0, 0), ["input_from_total"]),
        (
            chat(7, None, 30, cached=20),
            (27, 3, 20, 0),
            ["output_from_total", "cached_beside_input"],
        ),
        (chat(10, None), (10, None, 0, 0), ["output_missing"]),
        (chat(None, 5), (None, 5, 0, 0), ["input_missing"]),
        (chat(0, 0, 0), (None, None, 0, 0), ["input_missing", "output_missing"]),
        (chat(10.0, "5"), (10, 5, 0, 0), ["count_converted"]),
        (chat(10.2, 5), (11, 5, 0, 0), ["count_converted"]),
        (chat(-1, 5), (None, 5, 0, 0), ["count_ignored", "input_missing"]),
        (chat(True, 5), (None, 5, 0, 0), ["count_ignored", "input_missing"]),
        (chat(10, 5, cached=math.nan, reasoning=math.inf), (10, 5, 0, 0), ["count_ignored"]),
        (chat(10, 5, cached="many", reasoning=-4), (10, 5, 0, 0), ["count_ignored"]),
        (chat(10**30, 5), (None, 5, 0, 0), ["count_ignored", "input_missing"]),
        (
            {"prompt_tokens": 10, "completion_tokens": 5, "prompt_tokens_details": "none"},
            (10, 5, 0, 0),
            [],
        ),
    ],
)
def test_what_a_server_reports_becomes_a_usage_without_contradiction(
    reported: dict[str, Any], expected: tuple[int | None, ...], repairs: list[str]
) -> None:
    usage = read(reported)

    assert counts(usage) == expected
    assert list(usage.repairs) == repairs


@pytest.mark.parametrize(
    ("reported", "expected"),
    [
        ({"input_tokens": 9, "output_tokens": 4}, (9, 4, 0, 0)),
        ({"prompt_tokens": 9, "completion_tokens": 4, "cached_tokens": 3}, (9, 4, 3, 0)),
        (
            {
                "prompt_tokens": 9,
                "completion_tokens": 4,
                "prompt_cache_hit_tokens": 6,
                "prompt_cache_miss_tokens": 3,
            },
            (9, 4, 6, 0),
        ),
        ({"prompt_tokens": 9, "completion_tokens": 4, "reasoning_tokens": 2}, (9, 4, 0, 2)),
        ({"prompt_eval_count": 9, "eval_count": 4}, (9, 4, 0, 0)),
        (
            {
                "input_tokens": 9,
                "output_tokens": 4,
                "output_tokens_details": {"reasoning_tokens": 2},
                "input_tokens_details": {"cached_tokens": 3},
            },
            (9, 4, 3, 2),
        ),
        (
            {"inputTokens": 9, "outputTokens": 4, "totalTokens": 13, "cacheReadInputTokens": 3},
            (9, 4, 3, 0),
        ),
        (
            {
                "promptTokenCount": 9,
                "candidatesTokenCount": 4,
                "thoughtsTokenCount": 20,
                "cachedContentTokenCount": 3,
                "totalTokenCount": 33,
            },
            (9, 24, 3, 20),
        ),
    ],
    ids=[
        *("Responses", "Moonshot", "DeepSeek", "reasoning on top", "Ollama", "details"),
        *("Bedrock", "Gemini"),
    ],
)
def test_each_vendors_names_are_known(reported: dict[str, Any], expected: tuple[int, ...]) -> None:
    assert counts(read(reported)) == expected
    assert counts(read(SimpleNamespace(**reported))) == expected


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        ({"prompt_tokens": 0, "completion_tokens": 9, "total_tokens": 9}, (10, 9, 0, 0)),
        (None, (10, 5, 0, 0)),
        ({}, (10, 5, 0, 0)),
        ({"prompt_tokens": None, "completion_tokens": 9}, (10, 9, 0, 0)),
        ({"prompt_tokens": 12, "completion_tokens": 9}, (12, 9, 0, 0)),
        ({"completion_tokens": -1}, (10, 5, 0, 0)),
    ],
)
def test_a_later_count_replaces_an_earlier_one_unless_it_is_none(
    later: object, expected: tuple[int, ...]
) -> None:
    assert counts(read(chat(10, 5, 15), later)) == expected


def test_anthropics_cached_tokens_are_never_part_of_its_input() -> None:
    reported = {
        "input_tokens": 300,
        "cache_read_input_tokens": 100,
        "cache_creation_input_tokens": 20,
        "output_tokens": 7,
    }

    usage = read(reported, separate=True)

    assert counts(usage) == (420, 7, 100, 0)
    assert usage.repairs == ()


def test_a_filtered_answer_may_have_no_output() -> None:
    assert read(chat(10, 0, 10), has_text=False).output_tokens == 0
    assert read(chat(10, 0, 10), has_text=True).output_tokens is None


@pytest.mark.parametrize(
    ("reported", "cost"),
    [
        ({"cost": 0.00014}, "0.00014"),
        ({"cost": "0.00014"}, "0.00014"),
        # The account's own key: OpenRouter's fee, and what the vendor bills.
        (
            {
                "cost": 0.0001,
                "is_byok": True,
                "cost_details": {"upstream_inference_cost": 0.002},
            },
            "0.0021",
        ),
        ({"cost": 0, "is_byok": True, "cost_details": {"upstream_inference_cost": None}}, None),
        ({"cost": 0.5, "cost_details": {"upstream_inference_cost": 0.4}}, "0.5"),
        ({"cost": {"input_tokens_cost": 0.001, "total_cost": 0.006}}, "0.006"),
        ({"cost_in_usd_ticks": 37_756_000}, "0.0037756"),
        ({"cost": 0}, None),
        ({"cost": 0, "is_byok": True}, None),
        ({"cost": -0.05}, None),
        ({"cost": math.nan}, None),
        ({"cost": "free"}, None),
        ({"cost": 1e30}, None),
        ({"cost": True}, None),
    ],
)
def test_the_providers_own_cost_is_taken_where_it_can_be(
    reported: dict[str, Any], cost: str | None
) -> None:
    usage = read(chat(10, 5) | reported)

    assert usage.cost_usd == (None if cost is None else Decimal(cost))
    charged, price = charge(usage, Price(listed=PRICE, source="settings"))
    assert charged == (usage.cost_usd or cost_usd(usage, PRICE))
    assert price is not None
    assert price["source"] == ("settings" if cost is None else "provider")


@pytest.mark.parametrize(
    "details",
    [
        {"is_byok": False},
        {"cost_details": {"upstream_inference_cost": None}},
        {"is_byok": False, "cost_details": {"upstream_inference_prompt_cost": 0}},
    ],
)
def test_a_free_model_of_openrouter_costs_nothing(details: dict[str, Any]) -> None:
    usage = read(chat(10, 5) | {"cost": 0} | details)

    assert charge(usage, Price(listed=PRICE, source="settings")) == (
        Decimal(0),
        {"source": "provider"},
    )


@pytest.mark.parametrize(
    ("reported", "separate", "written"),
    [
        (
            {
                "input_tokens": 300,
                "output_tokens": 7,
                "cache_read_input_tokens": 100,
                "cache_creation_input_tokens": 20,
                "cache_creation": {
                    "ephemeral_5m_input_tokens": 15,
                    "ephemeral_1h_input_tokens": 5,
                },
            },
            True,
            (420, 100, 20, 5),
        ),
        ({"input_tokens": 9, "output_tokens": 7, "cache_creation_input_tokens": 20}, True, (29, 0, 20, 0)),
        (chat(100, 7, 107) | {"prompt_tokens_details": {"cache_write_tokens": 90}}, False, (100, 0, 90, 0)),
        # A gateway that passes Anthropic's counts on as they are.
        (chat(10, 7) | {"cache_creation_input_tokens": 90}, False, (100, 0, 90, 0)),
        ({"input_tokens": 0, "output_tokens": 7, "cache_creation_input_tokens": -4}, True, (None, 0, 0, 0)),
    ],
)  # fmt: skip
def test_what_was_written_into_the_cache_is_counted(
    reported: dict[str, Any], separate: bool, written: tuple[int | None, ...]
) -> None:
    usage = read(reported, separate=separate)

    assert written == (
        usage.input_tokens,
        usage.cached_input_tokens,
        usage.cache_write_tokens,
        usage.cache_write_1h_tokens,
    )


def test_the_terms_of_a_call_are_kept() -> None:
    usage = read(
        {"input_tokens": 9, "service_tier": "standard", "inference_geo": "us"},
        {"output_tokens": 4, "service_tier": None, "inference_geo": 3},
        separate=True,
    )

    assert (usage.service_tier, usage.region) == ("standard", "us")


def test_writing_into_the_cache_costs_more_and_for_an_hour_most() -> None:
    usage = Usage(
        input_tokens=1000,
        output_tokens=0,
        cached_input_tokens=100,
        cache_write_tokens=500,
        cache_write_1h_tokens=200,
    )
    price = replace(PRICE, cache_write=Decimal("3.75"), cache_write_1h=Decimal(6))

    assert cost_usd(usage, PRICE) == Decimal("0.00273")
    assert cost_usd(usage, replace(price, cache_write_1h=None)) == Decimal("0.003105")
    assert cost_usd(usage, price) == Decimal("0.003555")


def test_no_more_was_written_than_was_not_read() -> None:
    usage = Usage(
        input_tokens=10,
        output_tokens=0,
        cached_input_tokens=8,
        cache_write_tokens=9,
        cache_write_1h_tokens=9,
    )

    assert (usage.cache_write_tokens, usage.cache_write_1h_tokens) == (2, 2)


def test_a_local_model_costs_nothing_whatever_is_reported() -> None:
    free = Price(
        listed=ListPrice(input=Decimal(0), cached_input=Decimal(0), output=Decimal(0)), source=LOCAL
    )
    for usage in (
        Usage(input_tokens=None, output_tokens=None),
        Usage(input_tokens=9, output_tokens=None),
        Usage(input_tokens=9, output_tokens=9, cost_usd=Decimal(1)),
    ):
        assert charge(usage, free)[0] == 0


@pytest.mark.parametrize("unknown", ["input_tokens", "output_tokens"])
def test_an_unknown_count_makes_the_cost_unknown(unknown: str) -> None:
    known: dict[str, Any] = {"input_tokens": 9, "output_tokens": 9, unknown: None}

    assert cost_usd(Usage(**known), PRICE) is None


def test_a_usage_that_an_adapter_builds_cannot_contradict_itself_either() -> None:
    usage = Usage(input_tokens=7, output_tokens=3, cached_input_tokens=20, reasoning_tokens=5)

    assert counts(usage) == (27, 8, 20, 5)
    with pytest.raises(ValueError, match="negative"):
        Usage(input_tokens=-1, output_tokens=3)


NUMBERS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-10, 10**12),
    st.integers(0, 2000),
    st.floats(),
    st.text(max_size=5),
    st.lists(st.integers(), max_size=1),
)
DETAILS = st.one_of(
    NUMBERS,
    st.fixed_dictionaries({}, optional={"cached_tokens": NUMBERS, "reasoning_tokens": NUMBERS}),
)
NAMES = (
    "prompt_tokens",
    "completion_tokens",
    "total_tokens",
    "input_tokens",
    "output_tokens",
    "cached_tokens",
    "reasoning_tokens",
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
    "cache_creation",
    "prompt_cache_hit_tokens",
    "cost",
    "is_byok",
    "cost_details",
)
REPORTED = st.one_of(
    NUMBERS,
    st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(NAMES, NUMBERS)
        | {"cache_creation": st.dictionaries(st.just("ephemeral_1h_input_tokens"), NUMBERS)}
        | {"prompt_tokens_details": DETAILS, "completion_tokens_details": DETAILS},
    ),
)


@examples(500)
@given(st.lists(REPORTED, max_size=3), st.booleans(), st.booleans())
def test_no_usage_contradicts_itself_and_no_cost_is_below_zero(
    reported: list[Any], separate: bool, has_text: bool
) -> None:
    reader = UsageReader(cached_is_separate=separate)
    for one in reported:
        reader.read(one)

    usage = reader.usage(has_text=has_text)

    if usage is None:
        return
    rest = (usage.input_tokens or 0) - usage.cached_input_tokens
    assert rest >= 0
    assert 0 <= usage.reasoning_tokens <= (usage.output_tokens or 0)
    assert (usage.input_tokens or 0) <= MAX_COUNT
    assert (usage.output_tokens or 0) <= MAX_COUNT
    assert 0 <= usage.cache_write_1h_tokens <= usage.cache_write_tokens <= rest
    cost, _ = charge(usage, Price(listed=PRICE, source="settings"))
    if cost is None:
        assert None in (usage.input_tokens, usage.output_tokens)
    elif usage.cost_usd is None:
        parts = 3 * rest + Decimal("0.3") * usage.cached_input_tokens
        assert cost == (parts + 15 * (usage.output_tokens or 0)) / 1_000_000
        assert cost > 0
    assert cost is None or cost >= 0
