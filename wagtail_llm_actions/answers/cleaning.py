"""Turn a model's answer into the text that its destination field gets: one step for each nuisance."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wagtail_llm_actions.answers import chatter, structured, wrapping
from wagtail_llm_actions.answers.characters import is_invisible, normalize
from wagtail_llm_actions.answers.citations import without_citations
from wagtail_llm_actions.answers.destination import Source
from wagtail_llm_actions.answers.live_filter import LiveFilter
from wagtail_llm_actions.answers.markup import plain
from wagtail_llm_actions.answers.removals import Removal, Removals
from wagtail_llm_actions.answers.special_tokens import AT_END
from wagtail_llm_actions.answers.tool_calls import tool_calls
from wagtail_llm_actions.answers.wording.no_changes import no_changes
from wagtail_llm_actions.answers.wording.phrases import QUOTED_NAME
from wagtail_llm_actions.answers.wording.thinking_aloud import thinking_aloud

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
_RULE_ABOVE = re.compile(r"\A(?:-{3,}|\*{3,}|_{3,})[ \t]*\n")
_RULE_BELOW = re.compile(r"\n(?:-{3,}|\*{3,}|_{3,})\Z")
"""What divides a text from what is said about it."""
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
    is_unchanged: bool = False
    """Whether the model only said that nothing is to be changed in the text that the field holds."""
    has_reasoned_unopened: bool = False
    """Whether it began with reasoning that no marker opens, so that its next answer may too."""

    @property
    def is_decorative(self) -> bool:
        """Whether the model only said that the image needs no text."""
        return any(removed["kind"] == Removal.DECORATIVE for removed in self.removed)


def clean(
    answer: str,
    destination: Destination,
    tags: re.Pattern[str],
    *,
    source: Source | None = None,
    is_cut_off: bool = False,
    begins_in_reasoning: bool = False,
) -> CleanAnswer:
    """Clean a whole answer. Cleaning a clean text changes nothing.

    Args:
        answer: As it arrived.
        destination: What the field takes.
        tags: The tags that delimit content in prompts.
        source: What the model was given to work on; ``None`` for unknown.
        is_cut_off: Whether the model was not at its end. Then a text without another behind it was
            reasoning, if its end was marked, or if the model is known to begin with it.
        begins_in_reasoning: Whether it is known that no marker opens the reasoning of this model.
    """
    context = _Context(destination, tags, source or Source())
    removals = context.removals
    answer = _without_echoes(answer, context)
    live = LiveFilter(tags, removals, begins_in_reasoning=begins_in_reasoning)
    live.feed(answer)
    live.end(is_cut_off=is_cut_off)
    text = live.text
    if destination.schema() and (value := structured.text_of(text)) is not None:
        return CleanAnswer(
            text=destination.as_text(normalize(value).strip(), is_cut_off=False),
            removed=removals.as_json(),
            is_only_reasoning=False,
        )
    if live.ends_with_closing and destination.is_one_line and _PARAGRAPHS.search(text.strip()):
        # Nobody writes paragraphs into a line; they were reasoning, and the line never came.
        removals.add(Removal.REASONING, text)
        text = ""
    text = _without_surroundings(destination.as_text(text, is_cut_off=is_cut_off), context)
    is_unchanged = bool(text) and not text[_verdict(text, context) :].strip(_NO_TEXT)
    if is_unchanged:
        removals.add(Removal.COMMENT, text)
        text = ""
    is_only_reasoning = not text and Removal.REASONING in removals
    return CleanAnswer(
        text=text,
        removed=removals.as_json(),
        is_only_reasoning=is_only_reasoning,
        is_unchanged=is_unchanged,
        has_reasoned_unopened=live.has_reasoned_unopened,
    )


@dataclass(frozen=True, slots=True)
class _Context:
    """What the steps need to know, and where they record what they take away."""

    destination: Destination
    tags: re.Pattern[str]
    source: Source
    removals: Removals = field(default_factory=Removals)

    @property
    def is_one_line(self) -> bool:
        return self.destination.is_one_line


def _without_echoes(answer: str, context: _Context) -> str:
    """Leave out what was sent, with its tags and its label, where the model repeats it beside its text."""

    def without_echo(found: re.Match[str]) -> str:
        # What is introduced at the end is the text itself: proofreading may change nothing.
        is_text = found["label"] and not answer[found.end() :].strip()
        return found[0] if is_text or not context.source.holds(found["text"]) else ""

    tags = context.tags.pattern
    rest = re.sub(
        rf"(?:(?m:^)(?P<label>[^\n<>]{{1,200}}[:：])\s*)?(?is:{tags})(?P<text>(?s:.*?))(?is:{tags})",
        without_echo,
        answer,
    )
    if rest == answer or not rest.strip():
        return answer
    context.removals.add(Removal.TAG, answer)
    return rest


def _without_surroundings(text: str, context: _Context) -> str:
    for _ in range(MAX_PASSES):
        before = text
        live = LiveFilter(context.tags, context.removals)
        live.feed(text)
        live.end()
        text = normalize(live.text).strip()
        if ending := AT_END.search(text):
            context.removals.add(Removal.SPECIAL_TOKEN, ending[0])
            text = text[: ending.start()]
        for step in _STEPS:
            text = step(text, context).strip()
        if text == before:
            break
    return "" if is_invisible(text) or not text.strip(_NO_TEXT) else text


def _without_reasoning(text: str, context: _Context) -> str:
    length = chatter.before_final_answer(text, is_one_line=context.is_one_line)
    aloud = thinking_aloud(text, is_one_line=context.is_one_line)
    if aloud > length and not context.source.begins_with(text[:aloud]):
        length = aloud
    context.removals.add(Removal.REASONING, text[:length])
    text = text[length:].strip()
    leading = wrapping.leading_tag(text)
    if leading is None:
        return text
    element, is_answer = leading
    if is_answer:
        context.removals.add(Removal.COMMENT, text[len(element) :])
        return element
    context.removals.add(Removal.REASONING, element)
    return text[len(element) :]


def _without_tool_calls(text: str, context: _Context) -> str:
    """Leave out calls of tools, and what they returned, beside a text."""
    calls = [call for call in tool_calls(text) if not context.source.holds(call)]
    rest = text
    for call in calls:
        rest = rest.replace(call, "")
    if not rest.strip():
        # The text may be an argument of the call.
        return text
    for call in calls:
        context.removals.add(Removal.TAG, call)
    return rest


def _without_lead_in(text: str, context: _Context) -> str:
    length = chatter.lead_in(text, is_one_line=context.is_one_line)
    if text[(verdict := _verdict(text, context)) :].strip(_NO_TEXT):
        length = max(length, verdict)
    if not length or context.source.begins_with(text[:length]):
        return text
    context.removals.add(Removal.LEAD_IN, text[:length])
    return _RULE_ABOVE.sub("", text[length:].strip())


def _verdict(text: str, context: _Context) -> int:
    """Return how many characters in front of a text that was to be corrected say that it is correct."""
    length = no_changes(text) if context.source.is_own else 0
    return 0 if context.source.holds(text[:length]) else length


def _first_item(text: str, context: _Context) -> str:
    if not context.is_one_line:
        return text
    length = chatter.label_above_list(text)
    context.removals.add(Removal.LEAD_IN, text[:length])
    text = text[length:].strip()
    item = chatter.first_item(text)
    if item is None:
        number = chatter.only_number(text)
        # "1. FC Köln" is a name, which stands in the source as well.
        is_name = not number or not context.source or context.source.holds(text[:number])
        item = None if is_name else text[number:]
    if item is None:
        return text
    context.removals.add(Removal.ALTERNATIVE, text.replace(item, "", 1))
    return item


def _without_comment(text: str, context: _Context) -> str:
    begin = chatter.comment(text, is_one_line=context.is_one_line)
    if begin is None or not _WORDS.search(text[:begin]):
        return text
    if not context.is_one_line and context.source.has_lines_of(text[begin:]):
        return text
    context.removals.add(Removal.COMMENT, text[begin:])
    return _RULE_BELOW.sub("", text[:begin].strip())


def _without_fence(text: str, context: _Context) -> str:
    return _unwrap(text, wrapping.fenced(text), Removal.FENCE, context)


def _without_wrapping(text: str, context: _Context) -> str:
    is_one_line = context.is_one_line
    # HTML is content where the field takes it.
    if context.destination.is_plain or not _FORMATTED.match(text):
        inside = wrapping.tagged(text, is_one_line=is_one_line)
        text = _unwrap(text, inside, Removal.TAG, context)
    value = wrapping.json_value(text, is_one_line=is_one_line)
    return _unwrap(text, value, Removal.TAG, context)


def _without_quotes(text: str, context: _Context) -> str:
    named = QUOTED_NAME.fullmatch(text) if context.is_one_line else None
    inside = (
        named[named.lastindex or 0]
        if named
        else wrapping.quoted(text, is_one_line=context.is_one_line)
    )
    return _unwrap(text, inside, Removal.QUOTES, context)


def _unwrap(text: str, inside: str | None, kind: Removal, context: _Context) -> str:
    if inside is None or context.source.is_within(text[:1], text[-1:]):
        return text
    start = text.find(inside.strip())
    ends = (text[:start], text[start + len(inside.strip()) :]) if start >= 0 else (text,)
    context.removals.add(kind, " … ".join(end.strip() for end in ends))
    return inside


def _without_citations(text: str, context: _Context) -> str:
    cleaned = without_citations(text, context.source)
    if cleaned != text:
        context.removals.add(Removal.MARKUP, text)
    return cleaned


def _without_markup(text: str, context: _Context) -> str:
    is_content = not context.destination.is_plain or context.source.has_own_markup
    cleaned = text if is_content else plain(text)
    if cleaned != text:
        context.removals.add(Removal.MARKUP, text)
    return cleaned


def _on_one_line(text: str, context: _Context) -> str:
    return _JOINED_LINES.sub(" ", text).replace("\t", " ") if context.is_one_line else text


_STEPS: tuple[Callable[[str, _Context], str], ...] = (
    _without_tool_calls,
    _without_reasoning,
    _without_lead_in,
    _first_item,
    _without_comment,
    _without_fence,
    _without_wrapping,
    _without_quotes,
    _without_citations,
    _without_markup,
    # Markup may have hidden a list.
    _first_item,
    _on_one_line,
)
