"""Which categories of a content filter struck, as vendors write it beside an answer.

Sources: the API references of Azure OpenAI (``content_filter_results``), Gemini (``safetyRatings``),
Anthropic (``stop_details``) and Zhipu (``content_filter``), and OpenRouter's ``native_finish_reason``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

RESULTS = (
    *("content_filter_results", "content_filter_result", "content_filter", "contentFilter"),
    *("prompt_filter_results", "safety_ratings", "safetyRatings", "stop_details"),
    *("prompt_feedback", "promptFeedback"),
)
"""Members of an event, a choice or a delta that hold the results of a filter."""
STRUCK = ("filtered", "blocked", "detected")
"""Members of a category; one of them is true where it struck."""
DEGREES = ("severity", "probability", "level")
REASONS = ("category", "blockReason", "block_reason", "native_finish_reason", "finishMessage")
"""Members whose words say why."""
_MEMBERS = frozenset((*RESULTS, *REASONS))
MAX_DEPTH = 4
MAX_CHARS = 200
"""Of one reason."""


def reasons_in(*holders: object) -> list[str]:
    """Return what the filter says, such as ``hate (high)``; empty where it says nothing.

    Args:
        holders: Parsed parts of an event, of any type.
    """
    # Each event is asked, and next to none says anything.
    speaking = [holder for holder in _dicts(holders) if not _MEMBERS.isdisjoint(holder)]
    found = [_text(holder.get(name)) for holder in speaking for name in REASONS]
    for holder in speaking:
        for name in RESULTS:
            found += _struck(holder.get(name), "", MAX_DEPTH)
    return list(dict.fromkeys(filter(None, found)))


def _struck(results: object, name: str, depth: int) -> Iterator[str]:
    if isinstance(results, list) and depth:
        for item in results:
            yield from _struck(item, name, depth - 1)
    if not isinstance(results, dict) or not depth:
        return
    named = next((word for key in REASONS if (word := _text(results.get(key)))), name)
    flags = [results[flag] for flag in STRUCK if flag in results]
    if any(flag is True for flag in flags) or (named != name and not flags):
        degree = next((word for key in DEGREES if (word := _text(results.get(key)))), "")
        yield f"{named} ({degree})" if degree and named else named
    for key, value in results.items():
        yield from _struck(value, str(key), depth - 1)


def _dicts(holders: tuple[object, ...]) -> Iterator[dict[str, object]]:
    yield from (holder for holder in holders if isinstance(holder, dict))


def _text(value: object) -> str:
    return value[:MAX_CHARS] if isinstance(value, str) else ""
