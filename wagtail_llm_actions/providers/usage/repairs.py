"""Repair counts that contradict each other or are incomplete: each server has its own meaning of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wagtail_llm_actions.generation import UsageRepair

if TYPE_CHECKING:
    from collections.abc import Mapping


def fill_in(
    reported: Mapping[str, int], repairs: dict[UsageRepair, None], *, cached_is_separate: bool
) -> dict[str, int]:
    """Add separate cached tokens to the input, and work out a count that only the total tells."""
    counts = dict(reported)
    if tool_input := counts.get("tool_input", 0):
        # Gemini counts what a tool of its own has found beside the prompt.
        counts["input"] = counts.get("input", 0) + tool_input
    total, reasoning = counts.get("total", 0), counts.get("reasoning", 0)
    input_tokens, output_tokens = counts.get("input"), counts.get("output")
    read, written = counts.get("cached", 0), counts.get("cache_written", 0)
    whole = input_tokens or 0
    is_told = not cached_is_separate and total == whole + (output_tokens or 0)
    if is_told and max(read, written) <= whole < read + written:
        # A gateway keeps the count of a write that the end of the stream takes back.
        counts["cache_written"] = written = whole - read
        counts["cache_written_1h"] = min(counts.get("cache_written_1h", 0), written)
        repairs[UsageRepair.CACHE_WRITE_ABOVE_INPUT] = None
    cached = read + written
    if cached_is_separate and input_tokens is not None:
        counts["input"] = input_tokens = input_tokens + cached
    if not input_tokens and output_tokens is not None:
        # A request has a prompt, so a zero is no count either.
        written = output_tokens + reasoning if reasoning > output_tokens else output_tokens
        if total > written:
            counts["input"] = total - written
            repairs[UsageRepair.INPUT_FROM_TOTAL] = None
    elif not output_tokens and input_tokens:
        is_beside = cached > input_tokens and not cached_is_separate
        rest = total - input_tokens - (cached if is_beside else 0)
        if rest > 0:
            counts["output"] = rest
            repairs[UsageRepair.OUTPUT_FROM_TOTAL] = None
    return counts


def add_up(
    counts: Mapping[str, int], cached: tuple[int, int], repairs: dict[UsageRepair, None]
) -> tuple[int, int, int]:
    """Return whole input, whole output and reasoning.

    Args:
        counts: As reported; 0 where unknown.
        cached: Tokens read from the cache and written into it, which may be part of the input, or beside it.
        repairs: Gets what was repaired.
    """
    given = counts.get("input", 0), counts.get("output", 0)
    reasoning, total = counts.get("reasoning", 0), counts.get("total", 0)
    whole_input, whole_output = _reading(given, cached, reasoning, total)
    note(repairs, UsageRepair.CACHED_BESIDE_INPUT, is_needed=whole_input > given[0])
    note(repairs, UsageRepair.REASONING_BESIDE_OUTPUT, is_needed=whole_output > given[1])
    note(repairs, UsageRepair.REASONING_ABOVE_OUTPUT, is_needed=reasoning > whole_output)
    # Gemini counts thoughts in the total alone.
    rest = total - whole_input - whole_output if total and all(given) else 0
    note(repairs, UsageRepair.REASONING_FROM_TOTAL, is_needed=rest > 0)
    note(repairs, UsageRepair.TOTAL_IGNORED, is_needed=rest < 0)
    uncounted = max(rest, 0)
    return whole_input, whole_output + uncounted, min(reasoning, whole_output) + uncounted


def _reading(
    given: tuple[int, int], cached: tuple[int, int], reasoning: int, total: int
) -> tuple[int, int]:
    """Return input and output by the reading that gives the total, else by the sizes of the parts.

    Servers count cached and reasoning tokens as part of input and output, or beside them; some count
    what was read as part of the input, and what was written beside it, or the other way round.
    """
    input_tokens, output_tokens = given
    read, written = cached
    for beside in (0, read + written, written, read):
        whole_input = input_tokens + beside
        for whole_output in (output_tokens, output_tokens + reasoning):
            if read + written <= whole_input and whole_input + whole_output == total:
                return whole_input, whole_output
    if read > input_tokens:
        input_tokens += read + written
    elif read + written > input_tokens:
        input_tokens += written
    return input_tokens, output_tokens + reasoning if reasoning > output_tokens else output_tokens


def note(repairs: dict[UsageRepair, None], repair: UsageRepair, *, is_needed: bool) -> None:
    """Add a repair to those that were made, if it was."""
    if is_needed:
        repairs[repair] = None
