"""Say in a prompt what the destination field takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wagtail_llm_actions.answers import Destination


def describe(destination: Destination) -> str:
    """Return a sentence that names the form, the greatest length, and that nothing else is wanted.

    It is in English, as all that the package adds to a prompt.
    """
    kind = "plain text" if destination.is_plain else "Markdown"
    line = " on one line" if destination.is_one_line else ""
    limit = f", at most {destination.max_length} characters" if destination.max_length else ""
    return f"Answer with {kind}{line}{limit}, only the text itself."
