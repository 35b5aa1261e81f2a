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
from wagtail_llm_actions.answers.special_tokens import AT_END

if TYPE_CHECKING:
    from collections.abc import Callable

    from wagtail_llm_actions.answers.destination import Destination
    from wagtail_llm_actions.answers.removals import RemovedText

MAX_PASSES = 8
"""One pass may uncover more, as with quotation marks inside a fence; more layers do not occur."""
_WORDS = re.compile(r"(?m)^(?![ \t]*(?:`{3}|~{3}|[-=+*_#>\s]*$)).*\S")
"""A line that is not only the beginning of a fence, or a rule."""
_NO_TEXT = "*_#>~=|`-\"' \n"
"""What is markup of nothing where it is all of an answer."""
_PARAGRAPHS = re.compile(r"\n[ \t]*\n")
_FORMATTED = re.compile(
    r"<(?:p|h[1-6]|ul|ol|blockquote|pre|table|a|b|strong|i|em|s|del|sup|sub|code)[\s>]",
    re.IGNORECASE,
)
"""The beginning of HTML whose first element means something where the field is not plain."""
_JOINED_LINES = re.compile(r"(?<![ \t])[ \t]*\n\s*")


@dataclass(frozen=True, kw_only=True, slots=True)
class CleanAnswer:
    """The text of an answer, and what was taken away from it."""

    text: str
    """Empty where a reader would see nothing."""
    removed: list[RemovedText]
    is_only_reasoning: bool
    """Whether reasoning was all that the model wrote."""
    has_reasoned_unopened: bool = False
    """Whether it began with reasoning that no marker opens, so that its next answer may too."""


def clean(
    answer: str,
    destination: Destination,
    tags: re.Pattern[str],
    *,
    is_cut_off: bool = False,
    begins_in_reasoning: bool = False,
) -> CleanAnswer:
    """Clean a whole answer. Cleaning a clean text changes nothing.

    Args:
        answer: As it arrived.
        destination: What the field takes.
        tags: The tags that delimit content in prompts.
        is_cut_off: Whether the model was not at its end. Then a text without another behind it was
            reasoning, if its end was marked, or if the model is known to begin with it.
        begins_in_reasoning: Whether it is known that no marker opens the reasoning of this model.
    """
    removals = Removals()
    live = LiveFilter(tags, removals, begins_in_reasoning=begins_in_reasoning)
    live.feed(answer)
    live.end(is_cut_off=is_cut_off)
    text = live.text
    if live.ends_with_closing and destination.is_one_line and _PARAGRAPHS.search(text.strip()):
        # Nobody writes paragraphs into a line; they were reasoning, and the line never came.
        removals.add(Removal.REASONING, text)
        text = ""
    text = _without_surroundings(text, destination, tags, removals)
    is_only_reasoning = not text and Removal.REASONING in removals
    return CleanAnswer(
        text=text,
        removed=removals.as_json(),
        is_only_reasoning=is_only_reasoning,
        has_reasoned_unopened=live.has_reasoned_unopened,
    )


def _without_surroundings(
    text: str, destination: Destination, tags: re.Pattern[str], removals: Removals
) -> str:
    for _ in range(MAX_PASSES):
        before = text
        live = LiveFilter(tags, removals)
        live.feed(text)
        live.end()
        text = normalize(live.text).strip()
        if ending := AT_END.search(text):
            removals.add(Removal.SPECIAL_TOKEN, ending[0])
            text = text[: ending.start()]
        for step in _STEPS:
            text = step(text, removals, destination).strip()
        if text == before:
            break
    return "" if is_invisible(text) or not text.strip(_NO_TEXT) else text


def _without_reasoning(text: str, removals: Removals, destination: Destination) -> str:
    length = chatter.before_final_answer(text, is_one_line=destination.is_one_line)
    removals.add(Removal.REASONING, text[:length])
    text = text[length:].strip()
    leading = wrapping.leading_tag(text)
    if leading is None:
        return text
    element, is_answer = leading
    if is_answer:
        removals.add(Removal.COMMENT, text[len(element) :])
        return element
    removals.add(Removal.REASONING, element)
    return text[len(element) :]


def _without_lead_in(text: str, removals: Removals, destination: Destination) -> str:
    length = chatter.lead_in(text, is_one_line=destination.is_one_line)
    removals.add(Removal.LEAD_IN, text[:length])
    return text[length:]


def _first_item(text: str, removals: Removals, destination: Destination) -> str:
    if not destination.is_one_line:
        return text
    length = chatter.label_above_list(text)
    removals.add(Removal.LEAD_IN, text[:length])
    text = text[length:].strip()
    item = chatter.first_item(text)
    if item is None:
        return text
    removals.add(Removal.ALTERNATIVE, text.replace(item, "", 1))
    return item


def _without_comment(text: str, removals: Removals, destination: Destination) -> str:
    begin = chatter.comment(text, is_one_line=destination.is_one_line)
    if begin is None or not _WORDS.search(text[:begin]):
        return text
    removals.add(Removal.COMMENT, text[begin:])
    return text[:begin]


def _without_fence(text: str, removals: Removals, _destination: Destination) -> str:
    return _unwrap(text, wrapping.fenced(text), Removal.FENCE, removals)


def _without_wrapping(text: str, removals: Removals, destination: Destination) -> str:
    is_one_line = destination.is_one_line
    # HTML is content where the field takes it.
    if destination.is_plain or not _FORMATTED.match(text):
        inside = wrapping.tagged(text, is_one_line=is_one_line)
        text = _unwrap(text, inside, Removal.TAG, removals)
    value = wrapping.json_value(text, is_one_line=is_one_line)
    return _unwrap(text, value, Removal.TAG, removals)


def _without_quotes(text: str, removals: Removals, destination: Destination) -> str:
    inside = wrapping.quoted(text, is_one_line=destination.is_one_line)
    return _unwrap(text, inside, Removal.QUOTES, removals)


def _unwrap(text: str, inside: str | None, kind: Removal, removals: Removals) -> str:
    if inside is None:
        return text
    start = text.find(inside.strip())
    ends = (text[:start], text[start + len(inside.strip()) :]) if start >= 0 else (text,)
    removals.add(kind, " … ".join(end.strip() for end in ends))
    return inside


def _without_markup(text: str, removals: Removals, destination: Destination) -> str:
    cleaned = plain(text) if destination.is_plain else text
    if cleaned != text:
        removals.add(Removal.MARKUP, text)
    return cleaned


def _on_one_line(text: str, _removals: Removals, destination: Destination) -> str:
    return _JOINED_LINES.sub(" ", text).replace("\t", " ") if destination.is_one_line else text


_STEPS: tuple[Callable[[str, Removals, Destination], str], ...] = (
    _without_reasoning,
    _without_lead_in,
    _first_item,
    _without_comment,
    _without_fence,
    _without_wrapping,
    _without_quotes,
    _without_markup,
    # Markup may have hidden a list.
    _first_item,
    _on_one_line,
)
