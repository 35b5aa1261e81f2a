"""Texts with marks: how a prompt names the texts of blocks, and how an answer says which it changes.

A mark stands on a line of its own above its text, as in ``[[quote.author 3f2a9c]]``: the path of the
block from the field on, and the beginning of a digest of that path and the block's id. In a prompt, what
the block takes follows in round brackets.
"""

from __future__ import annotations

import hashlib
import json
import re
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
_OBJECT = re.compile(r"\{\s*+\"(?:mark|text)\"\s*+:")
"""The beginning of a text in an answer in JSON."""
_decode = json.JSONDecoder().raw_decode
_NOTE = re.compile(r"\([^\n]*\)")


class MarkedText(NamedTuple):
    """A text with its mark."""

    mark: str
    """What is between the brackets."""
    text: str

    @property
    def key(self) -> str:
        """The end of the mark, which tells the text from all others; never empty."""
        return self.mark.split()[-1]

    @property
    def names(self) -> Names:
        """The path of the block as the mark has it; empty where an answer leaves it out."""
        path = self.mark[: -len(self.key)].strip()
        return tuple(path.split(".")) if path else ()


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
        below = f"{first}{text[found.end() : end]}"
        texts.append(MarkedText(" ".join(found["mark"].split()), _without_open_fence(below)))
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
    return render((f"[[{each.mark}]]", each.text) for each in texts) or answer


def schema() -> Mapping[str, Any]:
    """Return the JSON schema of an answer: a list of texts with their marks."""
    return {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "mark": {
                    "type": "string",
                    "description": "What is between the double square brackets.",
                },
                "text": {"type": "string", "description": "The new text, without the mark."},
            },
            "required": ["mark", "text"],
            "additionalProperties": False,
        },
    }


def _without_open_fence(text: str) -> str:
    """Leave out the end of a fence that began above the marks, and what follows it."""
    fences = list(_FENCE.finditer(text))
    return (text[: fences[-1].start()] if len(fences) % 2 else text).strip()


def _is_mark(found: re.Match[str]) -> bool:
    words = found["mark"].split()
    return bool(words) and bool(_KEY.fullmatch(words[-1]))


def _from_json(answer: str) -> list[MarkedText]:
    """Return the texts of all objects in an answer that have a mark; also where the JSON lacks its end."""
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
            # A mark within a text would begin another one.
            texts += parse(f"[[{row['mark'].strip('[] ')}]]\n{row['text']}")
    return texts
