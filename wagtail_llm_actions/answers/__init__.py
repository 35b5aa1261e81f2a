"""From what a model answers to the text of a field: pure functions over text, without Django."""

from __future__ import annotations

from wagtail_llm_actions.answers.characters import is_invisible, visible
from wagtail_llm_actions.answers.cleaning import CleanAnswer, clean
from wagtail_llm_actions.answers.destination import Destination
from wagtail_llm_actions.answers.live_filter import LiveFilter
from wagtail_llm_actions.answers.reasoning_forms import BEGINS_IN_REASONING
from wagtail_llm_actions.answers.removals import Removal, RemovedText

__all__ = [
    "BEGINS_IN_REASONING",
    "CleanAnswer",
    "Destination",
    "LiveFilter",
    "Removal",
    "RemovedText",
    "clean",
    "is_invisible",
    "visible",
]
