"""Calls of tools are held back while a text arrives."""

from __future__ import annotations

import pytest

from wagtail_llm_actions.answers.tool_calls import MAX_CALL_CHARS, ToolCallFilter

CALL = '<tool_call>\n{"name": "search", "arguments": {"query": "tide"}}\n</tool_call>'


def shown(text: str, size: int) -> str:
    live = ToolCallFilter()
    return "".join(live.feed(text[start : start + size]) for start in range(0, len(text), size))


@pytest.mark.parametrize("size", [1, 3, 1_000])
@pytest.mark.parametrize(
    ("text", "seen"),
    [
        (f"{CALL}\nThe tide came.", "\nThe tide came."),
        (f"The tide\n{CALL}\ncame.", "The tide\n\ncame."),
        (f"The tide came.\n{CALL[:20]}", "The tide came.\n"),
        ("<function_results>\n42\n</function_results>Tide.", "Tide."),
        ("Write <tool_call> to begin\na call.", "Write <tool_call> to begin\na call."),
        (f"```\n{CALL}\n```\n", f"```\n{CALL}\n```\n"),
        ("1 < 2\n<b>Tide</b>", "1 < 2\n<b>Tide</b>"),
    ],
)
def test_a_call_that_begins_a_line_is_not_shown(text: str, seen: str, size: int) -> None:
    assert shown(text, size) == seen


def test_what_is_too_long_for_a_call_is_shown() -> None:
    text = "<tool_call>" + "Tide. " * MAX_CALL_CHARS

    assert shown(text, 100) == text
