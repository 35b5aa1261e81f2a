"""Fit a prompt into what a site and a model take, by cutting the source at its end."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from wagtail_llm_actions.conf import context_limit
from wagtail_llm_actions.errors import InvalidInput
from wagtail_llm_actions.prompts.tokens import approximate_tokens, prefix_length
from wagtail_llm_actions.runs.findings import server_context
from wagtail_llm_actions.runs.request.parameters import output_limit

if TYPE_CHECKING:
    from collections.abc import Callable

    from wagtail_llm_actions.conf import ModelSettings

    Build: TypeAlias = "Callable[[str], Prompt]"
    """Builds the prompt with a part of the source."""

SMALLEST_CONTEXT = 2048
"""Tokens; no server loads less by itself."""
SHARES = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)
"""How often a template may write its source; each share takes one rendering, so they are few."""
TAGS_CHARS = 32
"""Of the tags around the source."""
ENDS = (
    re.compile(r"\n\n"),
    re.compile(r"\n"),
    re.compile(r"[.!?…][\"'”“’»)\]]*(?=\s)|[。！？]|[؟۔।॥።](?=\s)"),  # noqa: RUF001 - punctuation of other scripts
    re.compile(r" "),
)
"""Of a paragraph, a line, a sentence and a word: where a text may be cut, the best first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Prompt:
    """The texts that are sent to a model."""

    system_instructions: str
    text: str
    truncated_chars: int
    """Characters at the end of the source that were left out to fit ``MAX_PROMPT_CHARS`` and the model's
    context."""
    read_fields: frozenset[str]
    """The names of the fields that the templates read, the source aside."""
    fallback: Prompt | None = None
    """For the fallback model, where its context takes another part of the source."""
    cheaper: Prompt | None = None
    """For the cheaper model, if there is one that takes it."""

    @property
    def approximate_tokens(self) -> int:
        """The estimated tokens of both texts."""
        return approximate_tokens(self.system_instructions) + approximate_tokens(self.text)


def fit_chars(build: Build, source: str, limit: int) -> tuple[str, Prompt]:
    """Return as much of the source as a prompt of ``limit`` characters takes, and the prompt with it.

    Raises:
        InvalidInput: A template is invalid, or too long even without the source.
    """
    try:
        return source, build(source)
    except InvalidInput as error:
        if error.reason != InvalidInput.Reason.TOO_LONG:
            raise
        too_long = error
    room = limit - len(build("").text)
    for share in SHARES:
        if part := cut(source, room // share - TAGS_CHARS):
            with suppress(InvalidInput):
                return part, build(part)
    raise too_long


def available_tokens(
    model: ModelSettings, max_tokens: int, prompt: Prompt, *, has_image: bool
) -> int | None:
    """Return the tokens of the model's context that are not reserved for the output and an image.

    A server is asked for its context only where the prompt might be too long for it.
    """
    image_tokens = model.capabilities.image_tokens if has_image else 0
    known = [context_limit(model)]
    output = output_limit(model, max_tokens, known[0])
    needed = prompt.approximate_tokens + image_tokens + output
    if needed > SMALLEST_CONTEXT:
        known.append(server_context(model, needed))
    context = min(filter(None, known), default=None)
    return context - min(output, context // 2) - image_tokens if context else None


def fit_tokens(build: Build, source: str, available: int) -> Prompt:
    """Build the prompt with as much of the source as fits, to within a paragraph or a few words.

    Tokens grow almost in proportion to the source, so the share that fits is interpolated. The
    slack, which doubles with each step, makes sure that a template with conditions ends as well.
    """
    prompt = build(source)
    base = build("").approximate_tokens
    if base > available or not source:
        raise InvalidInput(InvalidInput.Reason.TOO_LONG)
    tokens, slack = float(approximate_tokens(source)), 1
    while prompt.approximate_tokens > available:
        share = max(0, available - base - slack) / (prompt.approximate_tokens - base)
        tokens, slack = tokens * share, slack * 2
        prompt = build(cut(source, prefix_length(source, tokens)))
    return prompt


def cut(text: str, length: int) -> str:
    """Return at most ``length`` characters, to the end of a paragraph, or else of a smaller unit.

    An end in the first half is none: a long paragraph is cut rather than left out.
    """
    if length >= len(text):
        return text
    for end in ENDS:
        positions = [
            found.end() for found in end.finditer(text, max(0, length) // 2, max(0, length))
        ]
        if positions:
            return text[: positions[-1]].rstrip()
    return text[: max(0, length)]
