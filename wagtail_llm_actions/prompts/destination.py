"""Say in a prompt what the destination field takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wagtail_llm_actions.answers.destination import Destination


def describe(destination: Destination) -> str:
    """Return sentences that name the form, the greatest length, and that nothing else is wanted.

    They are in English, as all that the package adds to a prompt. The field's own rules and its help
    text follow.
    """
    form = destination.format or destination.prose
    answer = f"Answer with {form}, only the text itself."
    help_text = f"About this field: {destination.help_text}" if destination.help_text else ""
    return " ".join(filter(None, [answer, destination.vocabulary(), *destination.rules, help_text]))
