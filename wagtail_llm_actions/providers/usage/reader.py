"""Where servers report token counts and costs, and what of them can be read.

Sources: the API references of OpenAI, Anthropic, Ollama, DeepSeek, Moonshot, Groq, xAI, Perplexity,
OpenRouter, Gemini, Mistral, Cohere, watsonx and Amazon Bedrock. Gateways between them mix names and meanings.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from wagtail_llm_actions.generation import Usage, UsageRepair
from wagtail_llm_actions.providers.usage.repairs import add_up, fill_in, note

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_COUNT = 100_000_000
"""More tokens than any model reads or writes; sums over a run's calls still fit a database column."""
MAX_COST = 100_000
"""US dollars; more than any call costs."""
COSTS = ("cost.total_cost", "cost.total", "cost", "estimated_cost")
"""Where servers report what a call costs, in US dollars."""
TICKS = Decimal(10**10)
"""xAI's units in a US dollar."""

PATHS: Mapping[str, tuple[str, ...]] = {
    "input": (
        *("prompt_tokens", "input_tokens", "prompt_eval_count"),
        *("promptTokens", "inputTokens", "promptTokenCount", "inputTokenCount"),
        *("input_token_count", "billed_units.input_tokens", "tokens.input_tokens"),
    ),
    "output": (
        *("completion_tokens", "output_tokens", "eval_count"),
        *("completionTokens", "outputTokens", "candidatesTokenCount", "outputTokenCount"),
        *("generated_token_count", "billed_units.output_tokens", "tokens.output_tokens"),
    ),
    "tool_input": ("toolUsePromptTokenCount",),
    "total": ("total_tokens", "totalTokens", "totalTokenCount"),
    "cached": (
        "prompt_tokens_details.cached_tokens",
        "prompt_token_details.cached_tokens",
        "input_tokens_details.cached_tokens",
        "input_token_details.cache_read",
        "cache_read_input_tokens",
        "prompt_cache_hit_tokens",
        "cached_tokens",
        "num_cached_tokens",
        "cacheReadInputTokens",
        "cachedContentTokenCount",
    ),
    "cache_written": (
        "prompt_tokens_details.cache_write_tokens",
        "prompt_tokens_details.cache_creation_tokens",
        "prompt_tokens_details.cache_creation_input_tokens",
        "input_tokens_details.cache_write_tokens",
        "input_token_details.cache_creation",
        "cache_creation_input_tokens",
        "cacheWriteInputTokens",
    ),
    "cache_written_1h": (
        "cache_creation.ephemeral_1h_input_tokens",
        "prompt_tokens_details.cache_creation_token_details.ephemeral_1h_input_tokens",
    ),
    "reasoning": (
        "completion_tokens_details.reasoning_tokens",
        "output_tokens_details.reasoning_tokens",
        "output_tokens_details.thinking_tokens",
        "output_token_details.reasoning",
        "reasoning_tokens",
        "thoughtsTokenCount",
    ),
}
"""Where servers report each count; the first one above zero is taken."""


class UsageReader:
    """Collects the counts of one answer, which may come in several events.

    Args:
        cached_is_separate: Whether the protocol counts cached tokens beside the input.
    """

    def __init__(self, *, cached_is_separate: bool = False) -> None:
        self._cached_is_separate = cached_is_separate
        self._counts: dict[str, int] = {}
        self._cost: Decimal | None = None
        self._service_tier = ""
        self._region = ""
        self._repairs: dict[UsageRepair, None] = {}

    def read(self, reported: object, *, skip: str = "") -> bool:
        """Take in the counts of one event: each is a total, so the last one above zero is valid.

        Args:
            reported: An object or a mapping; anything else holds no count.
            skip: A count, by its key in ``PATHS``, that is not yet final in this event.

        Returns:
            Whether there was any count.
        """
        if reported is None:
            return False  # Most events report nothing, and all places would be looked at.
        found = {
            name: count
            for name, paths in PATHS.items()
            if name != skip and (count := self._first_count(reported, paths)) is not None
        }
        if found:
            # A total belongs to the counts beside it.
            self._counts.pop("total", None)
            self._take_out_cached(found)
        for name, count in found.items():
            if count or not self._counts.get(name):
                self._counts[name] = count
            else:
                self._repairs[UsageRepair.ZERO_IGNORED] = None
        self.read_terms(reported)
        cost = self._read_cost(reported)
        self._cost = self._cost if cost is None else cost
        return bool(found)

    def _take_out_cached(self, found: dict[str, int]) -> None:
        """Take cached tokens out of an input that a server reported before it knew of them.

        Servers that speak Anthropic's protocol begin with the whole prompt, and name no cache there.
        """
        cached = found.get("cached", 0) + found.get("cache_written", 0)
        is_first = not self._counts.keys() & {"cached", "cache_written"}
        whole = self._counts.get("input", 0)
        is_whole = found.get("input") in {None, 0, whole}
        if self._cached_is_separate and is_first and is_whole and 0 < cached <= whole:
            self._counts["input"] = found["input"] = whole - cached

    def read_terms(self, reported: object) -> None:
        """Take in on which terms the call is billed, which OpenAI says beside the counts."""
        self._service_tier = _name(reported, "service_tier") or self._service_tier
        self._region = _name(reported, "inference_geo") or self._region

    def usage(self, *, has_text: bool) -> Usage | None:
        """Return the usage; ``None`` where neither input, output nor a cost was reported.

        Args:
            has_text: Whether the answer has visible text, so that no output cannot be true.
        """
        if not self._counts.keys() & {"input", "output"} and self._cost is None:
            return None
        repairs = dict(self._repairs)
        counts = fill_in(self._counts, repairs, cached_is_separate=self._cached_is_separate)
        cached = counts.get("cached", 0)
        beside = (0, 0) if self._cached_is_separate else (cached, counts.get("cache_written", 0))
        input_tokens, output_tokens, reasoning = add_up(counts, beside, repairs)
        has_output = output_tokens > 0 or ("output" in counts and not has_text)
        is_input_known = bool(counts.get("input")) and input_tokens <= MAX_COUNT
        is_output_known = has_output and output_tokens <= MAX_COUNT
        note(repairs, UsageRepair.INPUT_MISSING, is_needed=not is_input_known)
        note(repairs, UsageRepair.OUTPUT_MISSING, is_needed=not is_output_known)
        return Usage(
            input_tokens=input_tokens if is_input_known else None,
            output_tokens=output_tokens if is_output_known else None,
            cached_input_tokens=cached,
            reasoning_tokens=reasoning,
            cache_write_tokens=counts.get("cache_written", 0),
            cache_write_1h_tokens=counts.get("cache_written_1h", 0),
            service_tier=self._service_tier,
            region=self._region,
            cost_usd=self._cost,
            repairs=tuple(repairs),
        )

    def _first_count(self, reported: object, paths: Iterable[str]) -> int | None:
        found: int | None = None
        for path in paths:
            found = found or self._count(_at(reported, path), found)
        return found

    def _count(self, value: object, default: int | None) -> int | None:
        """Return a whole number; a whole answer is not thrown away because its server counts badly."""
        if value is None:
            return default
        number = _number(value)
        if number is None or not 0 <= number <= MAX_COUNT:
            self._repairs[UsageRepair.COUNT_IGNORED] = None
            return default
        if type(value) is not int:
            self._repairs[UsageRepair.COUNT_CONVERTED] = None
        return math.ceil(number)

    def _read_cost(self, reported: object) -> Decimal | None:
        """Return the cost that OpenRouter, Perplexity, DeepInfra and xAI report, in US dollars.

        A bare zero is what gateways report for a price that they do not know; OpenRouter's, of a free
        model, comes with its parts. That is a fee alone where the site has brought a key of the
        vendor, who bills the rest.
        """
        found = (_at(reported, path) for path in COSTS)
        amounts = [next((cost for cost in found if cost is not None), None)]
        if member(reported, "is_byok") is True:
            amounts.append(_at(reported, "cost_details.upstream_inference_cost"))
        unit = Decimal(1)
        if amounts == [None]:
            amounts, unit = [member(reported, "cost_in_usd_ticks")], TICKS
        if amounts[-1] is None:
            return None
        currency = _name(member(reported, "cost"), "currency") or _name(reported, "currency")
        if currency not in {"", "usd"}:
            return None
        numbers = [_number(amount) for amount in amounts]
        known = [number / unit for number in numbers if number is not None and number >= 0]
        if len(known) < len(amounts) or sum(known) > MAX_COST:
            self._repairs[UsageRepair.COST_IGNORED] = None
            return None
        is_itemized = any(
            member(reported, name) is not None for name in ("is_byok", "cost_details")
        )
        return sum(known, start=Decimal(0)) or (Decimal(0) if is_itemized else None)


def member(value: object, name: str) -> object:
    """Return a member of an object or a mapping; ``None`` where there is none.

    The SDKs make objects of the members that they know, and leave mappings for all others.
    """
    return value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)


def _name(value: object, name: str) -> str:
    found = member(value, name)
    return found.lower() if isinstance(found, str) else ""


def _at(value: object, path: str) -> object:
    for name in path.split("."):
        value = member(value, name)
    return value


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        return None
    try:
        number = Decimal(str(value))
    except (InvalidOperation, ValueError):
        return None
    return number if number.is_finite() else None
