"""HTML of any origin as the blocks of a rich text."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NamedTuple
from urllib.parse import urlencode

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PreformattedString, Tag

from wagtail_llm_actions.fields.markup.blocks import HEADINGS, LISTS, Block, Run, attributes, tidy
from wagtail_llm_actions.fields.markup.size import check_size

MARKS = {
    "b": "b", "strong": "b", "i": "i", "em": "i", "s": "s", "strike": "s", "del": "s",
    "sup": "sup", "sub": "sub", "code": "code", "kbd": "code", "samp": "code", "tt": "code",
}  # fmt: skip
"""By the tag, that of Wagtail's database format."""
_DROPPED = frozenset(
    {"script", "style", "template", "head", "iframe", "object", "svg", "math", "noscript", "title"}
)
_BREAKS = frozenset(
    {
        "address", "article", "aside", "body", "dd", "details", "div", "dl", "dt", "fieldset",
        "figcaption", "figure", "footer", "form", "header", "html", "main", "nav", "p", "pre",
        "section", "summary", "table", "tbody", "tfoot", "thead", "tr",
    }
)  # fmt: skip
_ATOMIC = frozenset({"embed", "hr", "img"})
_CELLS = frozenset({"td", "th"})
_SPACE = re.compile(r"[ \t\n\f\r]+")


class _Context(NamedTuple):
    kind: str = "p"
    depth: int = -1
    marks: frozenset[str] = frozenset()
    target: str = ""
    is_pre: bool = False


def parse(html: str, *, is_stored: bool = False) -> list[Block]:
    """Return the blocks of HTML of any origin; of what is not known here, only the words.

    Args:
        html: In Wagtail's database format, or as a model writes it.
        is_stored: Keep the original HTML of the blocks. Only for what a site has stored: it is not
            sanitized.

    Raises:
        LookupError: It has too many tags to be read while somebody waits.
    """
    check_size(html)
    blocks = _Parser().parse(BeautifulSoup(html, "html.parser"))
    return blocks if is_stored else [replace(block, original="") for block in blocks]


class _Parser:
    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self._open: Block | None = None
        self._runs: list[Run] = []

    def parse(self, soup: BeautifulSoup) -> list[Block]:
        for node in soup.children:
            if isinstance(node, Tag) and _is_block(node.name):
                self._close()
                count = len(self._blocks)
                self._node(node, _Context())
                if len(self._blocks) == count + 1 and node.name not in LISTS:
                    self._blocks[-1] = replace(self._blocks[-1], original=str(node))
            else:
                self._node(node, _Context())
        self._close()
        return self._blocks

    def _node(self, node: object, context: _Context) -> None:
        if isinstance(node, Tag):
            self._tag(node, context)
        elif isinstance(node, NavigableString) and not isinstance(node, PreformattedString):
            self._text(str(node), context)

    def _children(self, tag: Tag, context: _Context) -> None:
        for child in tag.children:
            self._node(child, context)

    def _tag(self, tag: Tag, context: _Context) -> None:
        name = tag.name.lower()
        if name in LISTS:
            self._list(tag, context._replace(kind=name, depth=context.depth + 1))
        elif name in HEADINGS or name == "blockquote":
            self._block(tag, context._replace(kind=name, depth=-1))
        elif name in _BREAKS:
            self._paragraph(tag, context._replace(is_pre=context.is_pre or name == "pre"))
        elif name in _ATOMIC:
            self._add(Block("hr") if name == "hr" else _embed(tag))
        elif name == "li":
            self._item(tag, context)
        elif name not in _DROPPED:
            self._inline(tag, name, context)

    def _inline(self, tag: Tag, name: str, context: _Context) -> None:
        if name == "br":
            self._append("\n", context)
        elif name in _CELLS and self._has_text():
            self._append(" | ", context)
        elif name in MARKS:
            context = context._replace(marks=context.marks | {MARKS[name]})
        elif name == "a":
            context = context._replace(target=_link_target(tag))
        self._children(tag, context)

    def _list(self, tag: Tag, context: _Context) -> None:
        self._close()
        self._children(tag, context)
        self._close()

    def _item(self, tag: Tag, context: _Context) -> None:
        self._close()
        count = len(self._blocks)
        self._open = _opened(context)
        inner = []
        for child in tag.children:
            is_list = isinstance(child, Tag) and child.name in LISTS
            if is_list:
                self._close(is_leaf=len(self._blocks) == count)
            self._node(child, context)
            if not is_list:
                inner.append(_html(child))
        self._close(is_leaf=len(self._blocks) == count)
        if self._blocks[count:] and self._blocks[count].kind == context.kind:
            key = tag.get("data-block-key")
            start = f"<li{attributes({'data-block-key': str(key)}) if key else ''}>"
            item = replace(self._blocks[count], original=start + "".join(inner))
            self._blocks[count] = item

    def _block(self, tag: Tag, context: _Context) -> None:
        self._close()
        count = len(self._blocks)
        self._open = _opened(context)
        self._children(tag, context)
        self._close(is_leaf=len(self._blocks) == count)

    def _paragraph(self, tag: Tag, context: _Context) -> None:
        if context.kind not in LISTS:
            self._block(tag, context)
        else:
            # An item of a list is one block.
            if self._has_text():
                self._append("\n", context)
            self._children(tag, context)

    def _add(self, block: Block) -> None:
        self._close()
        if block.kind == "hr" or block.target or block.runs:
            self._blocks.append(block)

    def _text(self, text: str, context: _Context) -> None:
        if context.is_pre:
            self._append(text.strip("\n").expandtabs(4), context)
        elif text.strip(" \t\n\f\r") or self._open is not None:
            self._append(_SPACE.sub(" ", text), context)

    def _append(self, text: str, context: _Context) -> None:
        if self._open is None:
            self._open = _opened(context)
        self._runs.append(Run(text, context.marks, context.target))

    def _has_text(self) -> bool:
        return any(run.text.strip() for run in self._runs)

    def _close(self, *, is_leaf: bool = False) -> None:
        """End the open block; one without text stays only where it has nothing else in it."""
        if self._open is not None and (self._runs or is_leaf):
            self._blocks.append(replace(self._open, runs=tuple(tidy(self._runs))))
        self._open, self._runs = None, []


def _is_block(name: str) -> bool:
    return name in HEADINGS | LISTS | _BREAKS | _ATOMIC or name == "blockquote"


def _opened(context: _Context) -> Block:
    return Block(context.kind, depth=max(context.depth, 0) if context.kind in LISTS else 0)


def _html(node: object) -> str:
    if isinstance(node, Tag):
        return node.decode()
    return node.output_ready() if isinstance(node, NavigableString) else ""


def _link_target(tag: Tag) -> str:
    linktype, pk = tag.get("linktype"), tag.get("id")
    if linktype and pk:
        return f"{linktype}:{pk}"
    return str(tag.get("href") or "").strip()


def _embed(tag: Tag) -> Block:
    alt = _SPACE.sub(" ", str(tag.get("alt") or "")).strip()
    return Block("embed", (Run(alt),) if alt else (), target=_embed_target(tag))


def _embed_target(tag: Tag) -> str:
    """Return the reference of an ``<embed>``, or of an ``<img>`` that a model wrote for one."""
    if not (kind := tag.get("embedtype")):
        return str(tag.get("src") or "").strip()
    if kind == "media":
        return f"media:{tag.get('url') or ''}"
    options = urlencode({"format": tag["format"]}) if tag.get("format") else ""
    return f"{kind}:{tag.get('id') or ''}" + (f"?{options}" if options else "")
