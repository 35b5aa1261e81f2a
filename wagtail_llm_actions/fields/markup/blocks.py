"""Rich text as a list of blocks, between Wagtail's database format and what models write.

This is also how Draftail, Wagtail's editor, sees a rich text: a flat list of paragraphs, headings and
list items, each with runs of text that have marks and link targets.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl

from wagtail.rich_text import features as registry

from wagtail_llm_actions.answers.characters import normalize, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
LISTS = frozenset({"ul", "ol"})
FEATURES = {
    **{name: name for name in (*HEADINGS, *LISTS, "blockquote", "hr", "code")},
    "b": "bold",
    "i": "italic",
    "s": "strikethrough",
    "sup": "superscript",
    "sub": "subscript",
}
"""The names of Wagtail's features, by what they allow in a rich text."""
LINK_FEATURES = {"document": "document-link"}
EMBED_FEATURES = {"image": "image", "media": "embed"}
SCHEMES = ("http", "https", "mailto", "tel")
"""Of addresses that a model may link to."""

_SPACE_AT_BREAK = re.compile(r" ?\n ?")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*(?=:)")
_WORDS = re.compile(r"\n|[^\S\n]+|\S+(?:[^\S\n]+\S+)*")
_CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f]")


class Run(NamedTuple):
    """A piece of text with the same marks and link; a line break is a line feed."""

    text: str
    marks: frozenset[str] = frozenset()
    target: str = ""
    """An address, or a reference such as ``page:12``; empty for no link."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a heading, an item of a list, an image, an embed or a rule."""

    kind: str
    """``p``, ``h1`` to ``h6``, ``blockquote``, ``ul`` or ``ol`` for an item, ``embed``, ``hr``."""
    runs: tuple[Run, ...] = ()
    """The text; of an image, its alternative text."""
    depth: int = 0
    """How many lists an item is in, besides its own."""
    target: str = ""
    """The reference of an image or embed: ``image:5?format=left``, ``media:https://…``."""
    original: str = field(default="", compare=False)
    """Its HTML where it came from; of an item, without the closing tag."""

    @property
    def text(self) -> str:
        """The text without marks."""
        return "".join(run.text for run in self.runs)

    @property
    def is_empty(self) -> bool:
        """Whether a reader would see nothing but space; of an empty item, they see the bullet."""
        return self.kind not in {"embed", "hr", *LISTS} and not self.text.strip()


def tidy(runs: Iterable[Run]) -> Iterator[Run]:
    """Yield runs with white space as browsers collapse it, and without two alike side by side."""
    pieces: list[Run] = []
    last = "\n"
    for run in runs:
        text = _SPACE_AT_BREAK.sub("\n", _collapse(run.text))
        if text.startswith("\n"):
            _strip_end(pieces)
        elif last in " \n":
            text = text.lstrip(" ")
        if text:
            last = text[-1]
            pieces.append(run._replace(text=text))
    _strip_end(pieces)
    for (marks, target), group in groupby(pieces, key=lambda run: (run.marks, run.target)):
        yield Run("".join(run.text for run in group), marks, target)


def _collapse(text: str) -> str:
    return re.sub(r"[ \t\f\r]+", " ", text)


def _strip_end(pieces: list[Run]) -> None:
    while pieces and pieces[-1].text.endswith(" "):
        text = pieces[-1].text.rstrip(" ")
        pieces[-1:] = [pieces[-1]._replace(text=text)] if text else []


def comparable(block: Block) -> Block:
    """Return a block that equals that of every text which reads alike.

    White space has no marks: ``<b>so </b>it`` reads as ``<b>so</b> it``.
    """
    pieces: list[Run] = []
    for run in block.runs:
        for text in _WORDS.findall(visible(normalize(run.text))):
            is_space = not text.strip()
            marks, target = (frozenset(), "") if is_space else (run.marks, run.target)
            pieces.append(
                Run("\n" if text == "\n" else " ".join(text.split()) or " ", marks, target)
            )
    while pieces and not pieces[-1].text.strip():
        pieces.pop()
    runs = tuple(tidy(pieces))
    while runs and not runs[0].text.strip():
        runs = runs[1:]
    return replace(block, runs=runs)


def restrict(
    blocks: Iterable[Block], features: Collection[str], is_allowed: Callable[[str], bool]
) -> Iterator[Block]:
    """Yield the blocks with nothing but what a field takes; everything else becomes plain text.

    Args:
        blocks: Of an answer.
        features: The names of Wagtail's features that the field has.
        is_allowed: Tells of the target of a link, image or embed whether it may stay.
    """
    number = 0
    for block in blocks:
        number = number + 1 if block.kind == "ol" else 0
        runs = tuple(tidy(_restrict_run(run, features, is_allowed) for run in block.runs))
        if block.kind == "embed":
            scheme = _scheme(block.target)
            if EMBED_FEATURES.get(scheme, scheme) in features and is_allowed(block.target):
                yield block
            elif text := block.text or _address(block.target):
                yield Block("p", (Run(text),))
        elif block.kind == "p" or FEATURES[block.kind] in features:
            yield replace(block, runs=runs)
        elif block.kind in LISTS:
            marker = f"{number}. " if number else "- "
            yield Block("p", tuple(tidy([Run(marker), *runs])))
        elif runs:
            yield Block("p", runs)


def _restrict_run(run: Run, features: Collection[str], is_allowed: Callable[[str], bool]) -> Run:
    marks = frozenset(mark for mark in run.marks if FEATURES[mark] in features)
    feature = LINK_FEATURES.get(_scheme(run.target), "link")
    keeps_link = feature in features and is_allowed(run.target)
    return Run(run.text, marks, run.target if keeps_link else "")


def _address(target: str) -> str:
    url = target.removeprefix("media:")
    return url if is_address(url) else ""


def is_address(target: str) -> bool:
    """Return whether a target is an address that anybody may link to."""
    # Browsers skip control characters, also within the scheme.
    return _scheme(_CONTROL.sub("", target)) in SCHEMES


def _scheme(target: str) -> str:
    found = _SCHEME.match(target)
    return found[0].lower() if found else ""


def render(blocks: Iterable[Block]) -> str:
    """Return the database format of blocks; a block that has its original HTML keeps that."""
    return _render(blocks, _element)


def render_plain(blocks: Iterable[Block]) -> str:
    """Return blocks as HTML whose addresses are the targets, as models know it."""
    return _render(blocks, _plain_element)


def _render(blocks: Iterable[Block], element: Callable[[Block, str], str]) -> str:
    pieces: list[str] = []
    lists: list[str] = []
    for block in blocks:
        depth = min(block.depth, len(lists)) + 1 if block.kind in LISTS else 0
        while len(lists) > depth or (lists and len(lists) == depth and lists[-1] != block.kind):
            pieces.append(f"</li></{lists.pop()}>")
        if not depth:
            pieces.append(block.original or element(block, block.kind))
            continue
        if len(lists) == depth:
            pieces.append("</li>")
        else:
            lists.append(block.kind)
            pieces.append(f"<{block.kind}>")
        pieces.append(block.original or element(block, "li").removesuffix("</li>"))
    pieces += [f"</li></{kind}>" for kind in reversed(lists)]
    return "".join(pieces)


def _element(block: Block, name: str) -> str:
    if block.kind == "hr":
        return "<hr/>"
    if block.kind == "embed":
        return f"<embed{attributes(_embed_attributes(block))}/>"
    return f"<{name}>{_inline(block.runs, _link_attributes)}</{name}>"


def _plain_element(block: Block, name: str) -> str:
    if block.kind == "embed":
        return f"<img{attributes({'src': block.target, 'alt': block.text})}/>"
    if block.kind == "hr":
        return "<hr/>"
    return f"<{name}>{_inline(block.runs, lambda target: {'href': target})}</{name}>"


def _embed_attributes(block: Block) -> dict[str, str]:
    kind, _, rest = block.target.partition(":")
    if kind == "media":
        return {"embedtype": kind, "url": rest}
    pk, _, options = rest.partition("?")
    return {"embedtype": kind, "id": pk, **dict(parse_qsl(options)), "alt": block.text}


def _inline(runs: Sequence[Run], attributes_of: Callable[[str], dict[str, str]]) -> str:
    pieces = []
    for target, group in groupby(runs, key=lambda run: run.target):
        html = "".join(map(_marked, group))
        pieces.append(f"<a{attributes(attributes_of(target))}>{html}</a>" if target else html)
    return "".join(pieces)


def _marked(run: Run) -> str:
    html = escape(run.text, quote=False).replace("\n", "<br/>")
    for mark in sorted(run.marks, reverse=True):
        html = f"<{mark}>{html}</{mark}>"
    return html


def _link_attributes(target: str) -> dict[str, str]:
    kind, _, pk = target.partition(":")
    if kind in registry.get_link_types():
        return {"linktype": kind, "id": pk}
    return {"href": target}


def attributes(values: dict[str, str]) -> str:
    return "".join(f' {name}="{escape(value)}"' for name, value in values.items())
