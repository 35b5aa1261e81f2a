"""The request to repair an answer that does not fit its field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wagtail_llm_actions.prompts.variables import neutralize_tags

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOM = 0.85
"""Models count badly: one that is asked for so much of the limit rarely exceeds it."""
CHARS_PER_WORD = 7
"""With the space behind it; they count words better than characters."""


def repair_prompt(text: str, faults: Iterable[str], *, task: str = "") -> str:
    """Return the prompt: the text, and what is wrong with it.

    The system instructions, which hold the form, the language and the tone, go with it unchanged.

    Args:
        text: The answer, cleaned.
        faults: A sentence for each fault, in English.
        task: The prompt that the text answers, where its source is needed again: a text that has to
            be longer would else get what nobody has said.
    """
    if task:
        asks = f"{task}\n\nThis answer does not fit. Write it again so that it fits.\n\n"
    else:
        asks = "This text does not fit its field. Rewrite it so that it fits, and change nothing else.\n\n"
    return f"{asks}<input>{neutralize_tags(text)}</input>\n\n{' '.join(faults)}"


def shorten_to(limit: int, *, has_spaces: bool = True) -> str:
    """Return the sentence that asks for a text of at most so many characters, with room to spare.

    Args:
        limit: What the field takes.
        has_spaces: Whether the text is in a script that separates words.
    """
    chars = int(limit * ROOM)
    words = f", about {max(1, chars // CHARS_PER_WORD)} words" if has_spaces else ""
    return f"Shorten it to at most {chars} characters{words}."
