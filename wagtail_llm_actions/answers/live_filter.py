"""Separate the text of an answer from reasoning and special tokens, while it arrives."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

from wagtail_llm_actions.answers.characters import join_surrogates
from wagtail_llm_actions.answers.markers import (
    LONGEST_MARKER,
    OPENING,
    UNFINISHED,
    look_ahead,
    may_be_reasoning,
)
from wagtail_llm_actions.answers.reasoning_forms import (
    ANSWER_HEADING,
    CLOSING,
    FINAL_CHANNEL,
    FORMS,
    UNMARKED,
    WHOLE,
    Form,
)
from wagtail_llm_actions.answers.removals import Removal, Removals
from wagtail_llm_actions.answers.special_tokens import TOKEN

if TYPE_CHECKING:
    from collections.abc import Iterator

BOX = "<|begin_of_box|>"
"""What stands before it is about the answer, but no reasoning that a prompt has opened."""
SLICE = 4_096
MENTION_CHARS = 10
"""At most as long is what stands between two tags that a text begins by writing about."""
MAX_SENTENCE_CHARS = 100
"""The same, where the tags are in the middle of a text."""
_OPENING_QUOTES = "`\"'“‘(„«"
_CLOSING_QUOTES = "`\"'”’)“»"
_BEFORE_MENTION, _AFTER_MENTION = " `\"'“‘(„«\t", " `\"'”’),.;:?!»“\t"


class LiveFilter:
    """Takes an answer piece by piece; gives the text that can be shown.

    Args:
        tags: The tags that delimit content in prompts, which small models repeat.
        removals: Where to record what is left out.
        begins_in_reasoning: Whether the answers of this model begin with reasoning that no marker
            opens, because the marker is part of the prompt.
    """

    def __init__(
        self,
        tags: re.Pattern[str],
        removals: Removals | None = None,
        *,
        begins_in_reasoning: bool = False,
    ) -> None:
        self.removals = Removals() if removals is None else removals
        self.begins_in_reasoning = begins_in_reasoning
        """May be taken back as soon as reasoning has arrived elsewhere."""
        self.is_reasoning = False
        """Whether what arrives at the moment is reasoning, or may be."""
        self.has_reasoned_unopened = False
        """Whether the answer began with reasoning that no marker opened, and a text followed."""
        self.ends_with_closing = False
        """Whether nothing but the text stands before a marker that ends reasoning."""
        self._marker = re.compile(
            f"(?P<opening>{OPENING.pattern})|(?P<closing>{CLOSING.pattern})"
            f"|(?P<tag>(?i:{tags.pattern}))|{TOKEN.pattern}"
        )
        self._buffer = ""
        self._half = ""
        """The first half of a surrogate pair, which waits for the next piece."""
        self._text: list[str] = []
        self._line = ""
        self._is_fenced = False
        self._form: Form | None = None
        self._opening = ""
        self._reasoning: list[str] = []
        self._has_ended = False
        self._searched = 0
        self._set_aside = ""
        """What stands before the end of reasoning that nothing opened; a text behind it drops it."""
        self._closed_by = ""
        self._may_be_text = True
        """Whether it is the text if nothing follows."""

    @property
    def text(self) -> str:
        """The text so far, without what is held back."""
        return "".join(self._text)

    def feed(self, piece: str) -> str:
        """Take the next piece; return what can be shown now."""
        shown: list[str] = []
        # In slices, so that the time grows with the length of the answer, and not with its square.
        for start in range(0, len(piece), SLICE):
            arrived = self._half + piece[start : start + SLICE]
            self._half = arrived[-1] if "\ud800" <= arrived[-1] <= "\udbff" else ""
            self._buffer += join_surrogates(arrived.removesuffix(self._half))
            shown += self._read(is_last=False)
        return "".join(shown)

    def end(self, *, is_cut_off: bool = False) -> str:
        """Return the rest, after the last piece.

        Args:
            is_cut_off: Whether the model was not at its end, so that what should still become a
                text was none yet.
        """
        self._may_be_text &= not is_cut_off
        shown = "".join(self._read(is_last=True))
        if self._set_aside:
            self.ends_with_closing = True
            if self._may_be_text:
                self._text = [self._set_aside]
            else:
                self.removals.add(Removal.REASONING, self._set_aside)
        return shown

    def _read(self, *, is_last: bool) -> Iterator[str]:
        while True:
            before = (self._form, len(self._buffer), self._has_ended)
            if self._has_ended:
                step = self._read_after_end(is_last=is_last)
            elif self._form:
                step = self._read_reasoning(self._form, is_last=is_last)
            elif self._text:
                step = self._read_text(is_last=is_last)
            else:
                step = self._read_start(is_last=is_last)
            yield from step
            if before == (self._form, len(self._buffer), self._has_ended):
                break
        if is_last and self._form:
            yield from self._end_inside(self._form)
        return

    def _read_start(self, *, is_last: bool) -> Iterator[str]:
        """Read before any text: white space, reasoning and beginnings of turns."""
        self._buffer = self._buffer.lstrip("\ufeff \t\r\n")
        if not self._buffer:
            return
        for form in FORMS:
            if found := form.opening.match(self._buffer):
                if is_last or len(self._buffer) > look_ahead(found[0]):
                    self._open(form, found[0])
                    self._buffer = self._buffer[found.end() :]
                return
        is_unmarked = self.begins_in_reasoning or bool(UNMARKED.match(self._buffer))
        if is_unmarked and (found := self._closing(is_last=is_last)):
            self._searched, self.is_reasoning = 0, True
            self._put_aside(self._buffer[: found.start()], found[0])
            self._buffer = self._buffer[found.end() :]
        elif is_last:
            self.is_reasoning = False
            self._forget_unmarked_reasoning()
            yield from self._read_text(is_last=True)
        elif is_unmarked or may_be_reasoning(self._buffer):
            self.is_reasoning = is_unmarked
        else:
            self.is_reasoning = False
            yield from self._read_text(is_last=False)

    def _closing(self, *, is_last: bool) -> re.Match[str] | None:
        """Return the end of reasoning that nothing opened; one in quotation marks is written about."""
        start, self._searched = max(0, self._searched - LONGEST_MARKER), len(self._buffer)
        for found in CLOSING.finditer(self._buffer, start):
            before, after = (
                self._buffer[found.start() - 1 : found.start()],
                self._buffer[found.end() :],
            )
            if not after and not is_last:
                return None
            if not (before and after and before in _OPENING_QUOTES and after[0] in _CLOSING_QUOTES):
                return found
        return None

    def _read_text(self, *, is_last: bool) -> Iterator[str]:
        found = self._marker.search(self._buffer)
        if found is None:
            unfinished = (
                None
                if is_last
                else UNFINISHED.search(self._buffer, max(0, len(self._buffer) - LONGEST_MARKER))
            )
            yield from self._show(len(self._buffer) if unfinished is None else unfinished.start())
            return
        yield from self._show(found.start())
        marker = found[0]
        if not is_last and len(self._buffer) <= look_ahead(marker):
            return
        after = self._buffer[len(marker) : len(marker) + 1]
        if self._is_text(found, after):
            yield from self._show(len(marker))
            return
        if found["opening"]:
            form = next(form for form in FORMS if form.opening.match(marker))
            self._open(form, marker)
        elif found["closing"]:
            self._put_aside(self.text, marker)
            self._forget_text()
        elif found["end"] and self._text and (marker != "</s>" or after in {"", "\n", "<"}):
            self._has_ended = True
        if not found["opening"]:
            kind = Removal.REASONING if found["closing"] else Removal.SPECIAL_TOKEN
            self.removals.add(Removal.TAG if found["tag"] else kind, marker)
        self._buffer = self._buffer[len(marker) :]

    def _is_text(self, found: re.Match[str], after: str) -> bool:
        """Return whether a marker is written about, and so part of the text."""
        marker, before = found[0], self._line[-1:]
        if self._is_fenced or self._line.count("`") % 2:
            return True
        if found["opening"]:
            return bool(before) and before in _OPENING_QUOTES
        if marker == "<s>" or (marker == "</s>" and "<s>" in self.text):
            # HTML's own element, unless the answer begins with it.
            return bool(self._text)
        if found["tag"] and marker.lower() != "<input>":
            # Only the name of this one is also an element of HTML, about which people write.
            return False
        if not after.strip() and not self._buffer[len(marker) :].strip():
            return False
        return bool(before) and before in _BEFORE_MENTION and after in _AFTER_MENTION

    def _read_reasoning(self, form: Form, *, is_last: bool) -> Iterator[str]:
        found = form.closing.search(self._buffer)
        if found is None:
            if not is_last:
                kept = max(0, len(self._buffer) - LONGEST_MARKER)
                self._reasoning.append(self._buffer[:kept])
                self._buffer = self._buffer[kept:]
            return
        if not is_last and len(self._buffer) - found.start() <= look_ahead(found[0]):
            return
        inside = "".join(self._reasoning) + self._buffer[: found.start()]
        after = self._buffer[found.end() : found.end() + 2]
        self._buffer = self._buffer[found.end() :]
        self._form, self._reasoning, self.is_reasoning = None, [], False
        written = self._opening + inside + found[0]
        if self._is_mention(inside, after):
            self._buffer = written + self._buffer
            yield from self._show(len(written))
        else:
            self.removals.add(Removal.REASONING, inside if inside.strip() else written)
            self._buffer = self._buffer.removeprefix("\n")

    def _is_mention(self, inside: str, after: str) -> bool:
        """Return whether the tags are written about: “<think> and </think> mark the reasoning”."""
        if "\n" in inside or not inside.strip() or len(inside) > MAX_SENTENCE_CHARS:
            return False
        is_within_sentence = after.startswith(" ") and after[1:].islower()
        return is_within_sentence and (bool(self._text) or len(inside) <= MENTION_CHARS)

    def _end_inside(self, form: Form) -> Iterator[str]:
        """End an answer that was cut off in its reasoning."""
        inside = "".join(self._reasoning) + self._buffer
        self._form, self._reasoning, self.is_reasoning = None, [], False
        begins_at_once = inside[:1].isalnum() or inside.startswith("\n")
        if self._opening.endswith("/>") and inside.strip():
            # “<think/>” is all of the reasoning, if nothing closes it.
            self.removals.add(Removal.REASONING, self._opening)
            self._buffer = inside.lstrip()
            yield from self._show(len(self._buffer))
            return
        if form.may_stay_open and (begins_at_once or not self._text):
            self.removals.add(Removal.REASONING, inside if inside.strip() else self._opening)
            self._buffer = ""
        else:
            self._buffer = self._opening + inside
            yield from self._show(len(self._buffer))

    def _read_after_end(self, *, is_last: bool) -> Iterator[str]:
        """Leave out what follows the end of the turn, unless that was only the end of a channel."""
        found = FINAL_CHANNEL.search(self._buffer)
        if found and (is_last or len(self._buffer) - found.start() > LONGEST_MARKER):
            self.removals.add(Removal.REASONING, self.text)
            self._forget_text()
            self._has_ended = False
            self._buffer = self._buffer[found.end() :]
        elif not found:
            kept = 0 if is_last else LONGEST_MARKER
            cut = max(0, len(self._buffer) - kept)
            self.removals.add(Removal.SPECIAL_TOKEN, self._buffer[:cut])
            self._buffer = self._buffer[cut:]
        yield from ()

    def _open(self, form: Form, opening: str) -> None:
        self._form, self._opening, self._searched = form, opening, 0
        self.is_reasoning, self.begins_in_reasoning = True, False

    def _forget_unmarked_reasoning(self) -> None:
        """Leave out what is not marked as reasoning, up to the heading of the answer or the end."""
        is_cut_off = self.begins_in_reasoning and not self._may_be_text
        if not WHOLE.match(self._buffer) and (not is_cut_off or CLOSING.search(self._buffer)):
            return
        answer = ANSWER_HEADING.search(self._buffer)
        end = answer.end() if answer else len(self._buffer)
        self.removals.add(Removal.REASONING, self._buffer[:end])
        self._buffer = self._buffer[end:]

    def _put_aside(self, text: str, closing: str) -> None:
        """Take what was text so far for reasoning without an opening, if a text follows."""
        if not text.strip():
            return
        self._drop_set_aside()
        self._set_aside, self._closed_by = text, closing
        reads_like_reasoning = self.begins_in_reasoning or bool(UNMARKED.match(text))
        self._may_be_text &= not reads_like_reasoning and "final" not in closing.lower()
        self.begins_in_reasoning = False

    def _drop_set_aside(self) -> None:
        if self._set_aside:
            self.removals.add(Removal.REASONING, self._set_aside)
            self._set_aside = ""
            self.has_reasoned_unopened |= self._closed_by != BOX

    def _forget_text(self) -> None:
        self._text, self._line, self._is_fenced = [], "", False

    def _show(self, length: int) -> Iterator[str]:
        shown, self._buffer = self._buffer[:length], self._buffer[length:]
        if not shown:
            return
        if shown.strip():
            self._drop_set_aside()
        self._text.append(shown)
        *lines, rest = shown.split("\n")
        for line in chain(lines[:1], lines[1:]):
            self._is_fenced ^= (self._line + line).lstrip().startswith("```")
            self._line = ""
        self._line += rest
        yield shown
