"""Turn a model's answer into the text that its destination field gets: one step for each nuisance."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wagtail_llm_actions.answers import chatter, wrapping
from wagtail_llm_actions.answers.characters import is_invisible, normalize
from wagtail_llm_actions.answers.live_filter import LiveFilter
from wagtail_llm_actions.answers.markup import plain
from wagtail_llm_actions.answers.removals import Removal, Removals

if TYPE_CHECKING:
    from collections.abc import Callable

    from wagtail_llm_actions.answers.destination import Destination
    from wagtail_llm_actions.answers.removals import RemovedText

MAX_PASSES = 8
"""One pass may uncover more, as with quotation marks inside a fence; more layers do not occur."""
_JOINED_LINES = re.compile(r"[ \t]*\n\s*")


@dataclass(frozen=True, kw_only=True, slots=True)
class CleanAnswer:
    """The text of an answer, and what was taken away from it."""

    text: str
    """Empty where a reader would see nothing."""
    removed: list[RemovedText]
    is_only_reasoning: bool
    """Whether reasoning was all that the model wrote."""


def clean(answer: str, destination: Destination, tags: re.Pattern[str]) -> CleanAnswer:
    """Clean a whole answer. Cleaning a clean text changes nothing.

    Args:
        answer: As it arrived.
        destination: What the field takes.
        tags: The tags that delimit content in prompts.
    """
    removals = Removals()
    text = answer
    for _ in range(MAX_PASSES):
        before = text
        live = LiveFilter(tags, removals)
        live.feed(text)
        live.end()
        text = normalize(live.text).strip()
        for step in _steps(destination):
            text = step(text, removals).strip()
        if text == before:
            break
    if is_invisible(text):
        text = ""
    is_only_reasoning = not text and Removal.REASONING in removals
    return CleanAnswer(text=text, removed=removals.as_json(), is_only_reasoning=is_only_reasoning)


def _steps(destination: Destination) -> list[Callable[[str, Removals], str]]:
    is_one_line = destination.is_one_line
    steps: list[Callable[[str, Removals], str]] = [_without_lead_in]

    def without_comment(text: str, removals: Removals) -> str:
        begin = chatter.comment(text, is_one_line=is_one_line)
        if begin is None or not text[:begin].strip():
            return text
        removals.add(Removal.COMMENT, text[begin:])
        return text[:begin]

    def without_quotes(text: str, removals: Removals) -> str:
        return _unwrap(
            text, wrapping.quoted(text, is_one_line=is_one_line), Removal.QUOTES, removals
        )

    steps += [without_comment, _without_fence, _without_wrapping, without_quotes]
    if is_one_line:
        steps.append(_first_item)
    if destination.is_plain:
        steps.append(_without_markup)
    if is_one_line:
        steps.append(lambda text, _: _JOINED_LINES.sub(" ", text).replace("\t", " "))
    return steps


def _without_lead_in(text: str, removals: Removals) -> str:
    length = chatter.lead_in(text)
    removals.add(Removal.LEAD_IN, text[:length])
    return text[length:]


def _without_fence(text: str, removals: Removals) -> str:
    return _unwrap(text, wrapping.fenced(text), Removal.FENCE, removals)


def _without_wrapping(text: str, removals: Removals) -> str:
    for find in (wrapping.tagged, wrapping.json_value):
        text = _unwrap(text, find(text), Removal.TAG, removals)
    return text


def _unwrap(text: str, inside: str | None, kind: Removal, removals: Removals) -> str:
    if inside is None:
        return text
    start = text.find(inside.strip())
    ends = (text[:start], text[start + len(inside.strip()) :]) if start >= 0 else (text,)
    removals.add(kind, " … ".join(end.strip() for end in ends))
    return inside


def _first_item(text: str, removals: Removals) -> str:
    length = chatter.label_above_list(text)
    removals.add(Removal.LEAD_IN, text[:length])
    text = text[length:].strip()
    item = chatter.first_item(text)
    if item is None:
        return text
    removals.add(Removal.ALTERNATIVE, text.replace(item, "", 1))
    return item


def _without_markup(text: str, removals: Removals) -> str:
    cleaned = plain(text)
    if cleaned != text:
        removals.add(Removal.MARKUP, text)
    return cleaned
