"""The answer of one call while it arrives: kept as it is, shown without reasoning, cleaned at the end."""

from __future__ import annotations

import math
import time
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.utils import timezone

from wagtail_llm_actions.answers.characters import join_surrogates, normalize
from wagtail_llm_actions.answers.cleaning import CleanAnswer, clean
from wagtail_llm_actions.answers.decorative import without_decorative
from wagtail_llm_actions.answers.destination import Source
from wagtail_llm_actions.answers.live_filter import LiveFilter
from wagtail_llm_actions.answers.tool_calls import ToolCallFilter
from wagtail_llm_actions.prompts.text import storable
from wagtail_llm_actions.prompts.tokens import approximate_tokens
from wagtail_llm_actions.prompts.variables import TAG, content_in
from wagtail_llm_actions.queues import Priority
from wagtail_llm_actions.runs.contract import contract_of
from wagtail_llm_actions.runs.priority import priority_of
from wagtail_llm_actions.streams import get_stream
from wagtail_llm_actions.streams.base import MS_PER_ACTIVE_RUN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from wagtail_llm_actions.models import LLMRun

FLUSHES_PER_POLL = 2
"""Of a process with many runs: browsers poll more rarely then, so it has no need to write more often."""
MAX_FLUSH_SECONDS = 0.5
"""However many runs there are, because a worker looks for a cancel request when it has written."""

_arriving: set[Answer] = set()
"""Those that editors wait for, in this process."""


class Answer:
    """Collects the pieces of an answer, and passes on to the stream what an editor may see.

    Args:
        run: Its destination field decides how the answer is cleaned.
        max_chars: The length at which an answer that never ends is cut.
        begins_in_reasoning: Whether no marker opens the reasoning of this model.
        is_hidden: Whether nobody sees it arrive: a JSON object, or a text that no stream may hold.
    """

    def __init__(
        self,
        run: LLMRun,
        *,
        max_chars: int,
        begins_in_reasoning: bool = False,
        is_hidden: bool = False,
    ) -> None:
        self.first_text_at: datetime | None = None
        self.has_reasoned = False
        """Whether reasoning has arrived, in the text or beside it."""
        self._run = run
        self._room = max_chars
        self._pieces: list[str] = []
        self._reasoning: Counter[str] = Counter()
        self._begins_in_reasoning = begins_in_reasoning
        self._is_hidden = is_hidden
        self._is_cut_off = True
        self._live = LiveFilter(TAG, begins_in_reasoning=begins_in_reasoning)
        self._calls = ToolCallFilter()
        self._raw: str | None = None
        self._cleaned: CleanAnswer | None = None
        self._unflushed = ""
        self._flushed_at = -math.inf
        self._stream = get_stream()

    @property
    def was_cut_off(self) -> bool:
        """Whether the answer is longer than ``max_chars``."""
        return self._room < 0

    @property
    def raw(self) -> str:
        """All text so far, as the model wrote it."""
        if self._raw is None:
            self._raw = storable(join_surrogates("".join(self._pieces)))
        return self._raw

    @property
    def cleaned(self) -> CleanAnswer:
        """The text so far as the field gets it, and what was taken away."""
        if self._cleaned is None:
            cleaned = clean(
                self.raw,
                contract_of(self._run).destination,
                TAG,
                source=Source(
                    *content_in(self._run.prompt),
                    is_own=self._run.source_path == self._run.field_path,
                ),
                is_cut_off=self._is_cut_off,
                begins_in_reasoning=self._begins_in_reasoning,
            )
            self._cleaned = without_decorative(cleaned) if self._run.image else cleaned
        return self._cleaned

    @property
    def text(self) -> str:
        """The cleaned text; with its white space, as more may follow, where that is all that differs."""
        cleaned, raw = self.cleaned.text, self.raw
        return raw if cleaned and raw.strip() == cleaned else cleaned

    def add(self, text: str) -> None:
        """Take the next piece of text."""
        self._raw = self._cleaned = None
        kept = text[: self._room]
        self._room -= len(text)
        self._pieces.append(kept)
        self._show(self._live.feed(kept))
        self.has_reasoned |= self._live.is_reasoning

    def add_reasoning(self, text: str) -> None:
        """Take a piece of reasoning that the provider sends beside the text; its characters are only counted."""
        self._reasoning.update(text)
        self.has_reasoned = True
        self._begins_in_reasoning = self._live.begins_in_reasoning = False

    def approximate_tokens(self) -> int:
        """Estimate the tokens that the model has written, reasoning included."""
        return approximate_tokens(self._reasoning + Counter(self.raw))

    def end(self, *, is_cut_off: bool) -> None:
        """Show what was held back, after the last piece.

        Args:
            is_cut_off: Whether the model was not at its end; so it is taken to be until this call.
        """
        self._is_cut_off = is_cut_off
        self._cleaned = None
        self._show(self._live.end(is_cut_off=is_cut_off))

    @contextmanager
    def arriving(self) -> Iterator[None]:
        """Tell the other answers of this process about this one while the block is executed."""
        if priority_of(self._run) == Priority.INTERACTIVE:
            _arriving.add(self)
        try:
            yield
        finally:
            _arriving.discard(self)

    def seconds_to_flush(self) -> float:
        """Return the seconds until the next write to the stream is due; the first is due at once."""
        between_polls = (len(_arriving) - 1) * MS_PER_ACTIVE_RUN / 1_000
        slowed = min(between_polls / FLUSHES_PER_POLL, MAX_FLUSH_SECONDS)
        return self._flushed_at + max(self._stream.flush_seconds, slowed) - time.monotonic()

    def flush(self) -> None:
        """Write to the stream, if that is due."""
        if self._unflushed and self.seconds_to_flush() <= 0:
            self._stream.append(self._run.pk, self._unflushed)
            self._unflushed = ""
            self._flushed_at = time.monotonic()

    def _show(self, text: str) -> None:
        if shown := normalize(text):
            self.first_text_at = self.first_text_at or timezone.now()
            if not self._is_hidden:
                self._unflushed += self._calls.feed(shown)
