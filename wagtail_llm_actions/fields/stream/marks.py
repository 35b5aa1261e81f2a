"""Texts with marks: how a prompt names the texts of blocks, and how an answer says what it changes.

A mark stands on a line of its own above its text, as in ``[[quote.author 3f2a9c]]``: the path of the
block from the field on, and the beginning of a digest of that path and the block's id. In a prompt, what
the block takes follows in round brackets. In an answer, what is done other than to replace the text
stands before the mark, as in ``[[delete: quote.author 3f2a9c]]``.
"""

from __future__ import annotations

import hashlib
import json
import re
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from wagtail_llm_actions.fields.stream.tree import Names

MIN_KEY_CHARS = 6
MAX_OBJECTS = 5_000
"""Of an answer in JSON."""
FORMAT = (
    "only the texts that you change, each below its own mark in double square brackets, copied exactly "
    "from the input without what stands in round brackets behind it; leave out all other texts"
)
"""What follows "Answer with" in a prompt."""
DELETING = (
    "To delete a block with all its texts, write [[delete: MARK]] with the mark of one of them and "
    "nothing below it."
)
INSERTING = (
    "To add new blocks, write [[insert before: MARK]] or [[insert after: MARK]] with the mark of a text "
    "in the block beside them, and below it {markup}."
)
ONLY_AS_ASKED = "Delete and add only what the task asks for."


class ChangeKind(StrEnum):
    """What an answer does at a mark; as it stands before the mark."""

    REPLACE = "replace"
    """The text."""
    DELETE = "delete"
    """The block that the text is in."""
    BEFORE = "insert before"
    """New blocks before the one that the text is in."""
    AFTER = "insert after"


_KEY = re.compile(rf"[0-9a-f]{{{MIN_KEY_CHARS},64}}")
_MARK = re.compile(
    r"""
    ^[ \t>*_\#-]*+ \\?\[ \\?\[ (?P<mark> [^\[\]\n\\]{1,300} ) \\?\] \\?\] [ \t*_:]*+
    (?P<rest> [^\n]* ) $
    """,
    re.MULTILINE | re.VERBOSE,
)
"""Also with what models put around a heading."""
_FENCE = re.compile(r"^```", re.MULTILINE)
_KIND = re.compile(
    r"(?P<kind>(?:replace|delete)(?=\s*:|\s+\S+\s+\S)|insert\s+(?:before|after)\b)\s*:?\s*",
    re.IGNORECASE,
)
"""At the beginning of a mark; without a colon, no path can be meant."""
_OBJECT = re.compile(r"\{\s*+\"(?:change|mark|text)\"\s*+:")
"""The beginning of a change in an answer in JSON."""
_decode = json.JSONDecoder().raw_decode
_NOTE = re.compile(r"\([^\n]*\)")


class MarkedText(NamedTuple):
    """A text with its mark; of an answer, a change."""

    mark: str
    """Of a text of the field: its path and its key."""
    text: str
    """Empty of a block that is deleted."""
    kind: ChangeKind = ChangeKind.REPLACE

    @property
    def key(self) -> str:
        """The end of the mark, which tells the text from all others; never empty."""
        return self.mark.split()[-1]

    @property
    def names(self) -> Names:
        """The path of the block as the mark has it; empty where an answer leaves it out."""
        path = self.mark[: -len(self.key)].strip()
        return tuple(path.split(".")) if path else ()

    @property
    def written(self) -> str:
        """What is between the brackets."""
        return self.mark if self.kind == ChangeKind.REPLACE else f"{self.kind}: {self.mark}"


def digest_of(names: Iterable[str], item_id: str) -> str:
    """Return what identifies a text of a field, as hexadecimal digits; its beginning is its key."""
    return hashlib.sha256(json.dumps([*names, item_id]).encode()).hexdigest()


def key_length(digests: Collection[str]) -> int:
    """Return how many digits tell digests apart."""
    length = MIN_KEY_CHARS
    while len({each[:length] for each in digests}) < len(set(digests)):
        length += 1
    return length


def has_mark(text: str) -> bool:
    """Return whether a line of a text would be taken for a mark."""
    return any(_is_mark(found) for found in _MARK.finditer(text))


def render(marked: Iterable[tuple[str, str]]) -> str:
    """Return texts below their marks, which may be followed by a note."""
    return "\n\n".join(f"{mark}\n{text}" for mark, text in marked)


def parse(text: str) -> list[MarkedText]:
    """Return the texts below marks; what stands above the first mark belongs to none."""
    marks = [found for found in _MARK.finditer(text) if _is_mark(found)]
    ends = [*(found.start() for found in marks[1:]), len(text)]
    texts = []
    for found, end in zip(marks, ends, strict=False):
        rest = found["rest"].strip()
        first = "" if _NOTE.fullmatch(rest) else rest
        below = _without_open_fence(f"{first}{text[found.end() : end]}")
        kind, mark = _split(found["mark"])
        texts.append(MarkedText(mark, "" if kind == ChangeKind.DELETE else below, kind))
    return texts


def as_text(answer: str, *, is_cut_off: bool) -> str:
    """Return an answer, which may be JSON, as nothing but texts below marks; as it is where it has none.

    Of one that was cut off, the last text is left out where others came whole: nobody should have to see
    that it lacks its end.
    """
    texts = _from_json(answer)
    if not texts:
        texts = parse(answer)
        texts = texts[:-1] if is_cut_off and len(texts) > 1 else texts
    return render((f"[[{each.written}]]", each.text) for each in texts) or answer


def schema() -> Mapping[str, Any]:
    """Return the JSON schema of an answer: a list of changes, each with the mark of a text."""
    return {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "mark": {
                    "type": "string",
                    "description": "What is between the double square brackets in the input.",
                },
                "change": {"type": "string", "enum": list(ChangeKind)},
                "text": {
                    "type": "string",
                    "description": "The new text, without the mark; empty to delete the block.",
                },
            },
            "required": ["mark", "change", "text"],
            "additionalProperties": False,
        },
    }


def _without_open_fence(text: str) -> str:
    """Leave out the end of a fence that began above the marks, and what follows it."""
    fences = list(_FENCE.finditer(text))
    return (text[: fences[-1].start()] if len(fences) % 2 else text).strip()


def _split(mark: str) -> tuple[ChangeKind, str]:
    """Return what stands before a mark, and the mark itself."""
    found = _KIND.match(mark.strip())
    if not found:
        return ChangeKind.REPLACE, " ".join(mark.split())
    kind = ChangeKind(" ".join(found["kind"].lower().split()))
    return kind, " ".join(mark.strip()[found.end() :].split())


def _is_mark(found: re.Match[str]) -> bool:
    words = _split(found["mark"])[1].split()
    return bool(words) and bool(_KEY.fullmatch(words[-1]))


def _from_json(answer: str) -> list[MarkedText]:
    """Return the changes of all objects in an answer that have a mark; also where the JSON lacks its end."""
    texts: list[MarkedText] = []
    end = 0
    for found in islice(_OBJECT.finditer(answer), MAX_OBJECTS):
        if found.start() < end:
            continue
        try:
            row, end = _decode(answer, found.start())
        except (ValueError, RecursionError):
            continue
        if isinstance(row.get("mark"), str) and isinstance(row.get("text"), str):
            kind, mark = _split(row["mark"].strip("[] "))
            if row.get("change") in list(ChangeKind):
                kind = ChangeKind(row["change"])
            # A mark within a text would begin another one.
            texts += parse(f"[[{MarkedText(mark, '', kind).written}]]\n{row['text']}")
    return texts
