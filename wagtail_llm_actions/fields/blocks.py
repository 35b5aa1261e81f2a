"""Blocks of a StreamField as Markdown: a walk over all of them, and a reader for each kind of block.

Readers are found by the class of a block or of its bases, so that a site's own blocks are read as the
blocks that they are made of, unless the site registers a reader for them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from wagtail_llm_actions.fields.values import series, title_of, value_text

if TYPE_CHECKING:
    from wagtail.blocks import Block

MAX_DEPTH = 50
"""Of blocks within blocks; deeper ones are left out. The walk calls itself for each level."""
MAX_BLOCKS = 20_000
"""In one reading; what comes after them is left out. A walk over so many takes 0.1 s."""
HEADING_WORDS = frozenset({"heading", "headline", "subheading"})
"""In the name of a text block that holds a heading."""
_LEVEL = re.compile(r"h([1-6])", re.IGNORECASE)
_NUMBERED_HEADING = re.compile(r"(?:h|heading_?)([1-6])")


class Walk:
    """Reads blocks, with what bounds the work.

    Args:
        to_markdown: Converts the HTML of rich text; ``None`` where it comes after the limit.
        max_chars: Blocks that come after so many characters are left out.
    """

    def __init__(self, to_markdown: Callable[[str], str | None], max_chars: int) -> None:
        self._to_markdown = to_markdown
        self._chars = max_chars
        self._blocks = MAX_BLOCKS
        self._depth = 0

    def read(self, block: Block, value: Any) -> str:
        """Return a block as Markdown; empty where it holds no text."""
        if value is None or self._chars < 0 or not self._blocks or self._depth == MAX_DEPTH:
            return ""
        self._blocks -= 1
        self._depth += 1
        before = self._blocks
        try:
            text = _reader(block)(block, value, self).strip()
        finally:
            self._depth -= 1
        if self._blocks == before:  # A block without blocks in it.
            self._chars -= len(text)
        return text

    def to_markdown(self, html: str) -> str:
        """Return HTML, or rich text in Wagtail's database format, as Markdown."""
        markdown = self._to_markdown(html)
        if markdown is None:
            self._chars = -1
        return markdown or ""


BlockReader: TypeAlias = "Callable[[Any, Any, Walk], str]"


def register_block(block_class: type[Block], reader: BlockReader) -> None:
    """Read a kind of block in another way, usually registered in an ``AppConfig.ready()``.

    Args:
        block_class: The blocks of this class and of its subclasses are read so.
        reader: Gets the block, its value, and the walk, whose ``read(block, value)`` reads a block
            within this one, and whose ``to_markdown(html)`` converts HTML. It returns Markdown, or an
            empty text where there is nothing to read. It is called twice for each reading.
    """
    _readers[_path(block_class)] = reader


def _path(block_class: type) -> str:
    return f"{block_class.__module__}.{block_class.__qualname__}"


def _reader(block: Block) -> BlockReader:
    paths = map(_path, type(block).__mro__)
    return next(_readers[path] for path in paths if path in _readers)


def _stream(block: Any, value: Any, walk: Walk) -> str:
    return _paragraphs(walk.read(child.block, child.value) for child in value)


def _list(block: Any, value: Any, walk: Walk) -> str:
    """Return short items as a list, and others as paragraphs."""
    items = [text for item in value if (text := walk.read(block.child_block, item))]
    if any("\n" in item or item.startswith(("#", "- ", "> ")) for item in items):
        return _paragraphs(items)
    return "\n".join(f"- {item}" for item in items)


def _struct(block: Any, value: Any, walk: Walk) -> str:
    """Return prose as it is, and what would mean nothing by itself with its label.

    A choice of "h2" or the like, beside a heading, is the level of the heading.
    """
    if not isinstance(value, Mapping):
        return _searchable(block, value, walk)
    levels = {
        name: int(level[1])
        for name, child in block.child_blocks.items()
        if _reader(child) is _choice and (level := _LEVEL.fullmatch(str(value.get(name))))
    }
    texts = []
    for name, child in block.child_blocks.items():
        text = "" if name in levels else walk.read(child, value.get(name))
        if text.startswith("## ") and levels:
            text = f"{'#' * min(levels.values())} {text.removeprefix('## ')}"
        elif text and _reader(child) in {_value, _choice, _boolean}:
            text = f"{child.label}: {text}"
        texts.append(text)
    return _paragraphs(texts)


def _text(block: Any, value: Any, walk: Walk) -> str:
    return str(value).strip()


def _line(block: Any, value: Any, walk: Walk) -> str:
    text = " ".join(str(value).split())
    if not text:
        return ""
    name = str(block.name).lower()
    if numbered := _NUMBERED_HEADING.fullmatch(name):
        return f"{'#' * int(numbered[1])} {text}"
    return f"## {text}" if is_heading(block) else text


def is_heading(block: Any) -> bool:
    """Return whether a block for a line is called as a heading is."""
    name = str(block.name).lower()
    return name == "title" or bool(HEADING_WORDS.intersection(name.split("_")))


def is_image_block(block: Any) -> bool:
    """Return whether a block chooses an image."""
    return _IMAGE_BLOCKS.intersection(map(_path, type(block).__mro__)) != set()


def struct_values(block: Any, value: Any) -> Mapping[str, Any] | None:
    """Return the values of a block of several by their names; ``None`` where it has none."""
    if is_image_block(block):
        # The block stores three values, and stands for one image with attributes.
        return {
            "image": value,
            "decorative": bool(getattr(value, "decorative", False)),
            "alt_text": getattr(value, "contextual_alt_text", None) or "",
        }
    return value if isinstance(value, Mapping) else None


def _quote(block: Any, value: Any, walk: Walk) -> str:
    return "\n".join(f"> {line}".rstrip() for line in str(value).strip().splitlines())


def _rich_text(block: Any, value: Any, walk: Walk) -> str:
    return walk.to_markdown(value.source)


def _html(block: Any, value: Any, walk: Walk) -> str:
    return walk.to_markdown(str(value))


def _choice(block: Any, value: Any, walk: Walk) -> str:
    labels: dict[str, str] = {}
    for key, label in block.field.choices:
        group = label if isinstance(label, (list, tuple)) else [(key, label)]
        labels |= {str(one): str(name) for one, name in group}
    values = value if isinstance(value, (list, tuple)) else [value]
    # The empty choice has a label that asks for one.
    return series(labels.get(str(one), str(one)) for one in values if one not in {"", None})


def _boolean(block: Any, value: Any, walk: Walk) -> str:
    return value_text(bool(value)) if value else ""


def _value(block: Any, value: Any, walk: Walk) -> str:
    return value_text(value)


def _chooser(block: Any, value: Any, walk: Walk) -> str:
    return title_of(value)


def _image(block: Any, value: Any, walk: Walk) -> str:
    text = title_of(value)
    return f"![{text}]" if text else ""


def _embed(block: Any, value: Any, walk: Walk) -> str:
    url = getattr(value, "url", "")
    return f"<{url}>" if url else ""


def _nothing(block: Any, value: Any, walk: Walk) -> str:
    return ""


def _searchable(block: Any, value: Any, walk: Walk) -> str:
    """Return what a block of any other kind gives to the search index."""
    return _paragraphs(str(text) for text in block.get_searchable_content(value))


def _table(block: Any, value: Any, walk: Walk) -> str:
    rows = value.get("data") or []
    has_heading = value.get("first_row_is_table_header") or value.get("table_header_choice") in {
        "row",
        "both",
    }
    caption = str(value.get("table_caption") or "").strip()
    return _paragraphs([caption, _rows(rows, has_heading=bool(has_heading))])


def _typed_table(block: Any, value: Any, walk: Walk) -> str:
    headings = [column["heading"] for column in value.columns]
    rows = [[walk.read(cell.block, cell.value) for cell in row] for row in value.rows]
    has_heading = any(headings)
    table = _rows([headings, *rows] if has_heading else rows, has_heading=has_heading)
    return _paragraphs([str(value.caption or "").strip(), table])


def _rows(rows: Iterable[Iterable[Any]], *, has_heading: bool) -> str:
    """Return a table in Markdown; rows without text are left out."""
    lines = []
    for row in rows:
        cells = [" ".join(str(cell or "").split()).replace("|", "\\|") for cell in row]
        if not any(cells):
            continue
        lines.append(f"| {' | '.join(cells)} |")
        if has_heading and len(lines) == 1:
            lines.append(f"|{' --- |' * len(cells)}")
    return "\n".join(lines)


def _paragraphs(texts: Iterable[str]) -> str:
    return "\n\n".join(filter(None, texts))


_IMAGE_BLOCKS = {"wagtail.images.blocks.ImageChooserBlock", "wagtail.images.blocks.ImageBlock"}
_readers: dict[str, BlockReader] = {
    "wagtail.blocks.base.Block": _searchable,
    "wagtail.blocks.stream_block.BaseStreamBlock": _stream,
    "wagtail.blocks.list_block.ListBlock": _list,
    "wagtail.blocks.struct_block.BaseStructBlock": _struct,
    "wagtail.blocks.static_block.StaticBlock": _nothing,
    "wagtail.blocks.field_block.FieldBlock": _value,
    "wagtail.blocks.field_block.CharBlock": _line,
    "wagtail.blocks.field_block.TextBlock": _text,
    "wagtail.blocks.field_block.BlockQuoteBlock": _quote,
    "wagtail.blocks.field_block.RichTextBlock": _rich_text,
    "wagtail.blocks.field_block.RawHTMLBlock": _html,
    "wagtail.blocks.field_block.BaseChoiceBlock": _choice,
    "wagtail.blocks.field_block.BooleanBlock": _boolean,
    "wagtail.blocks.field_block.ChooserBlock": _chooser,
    "wagtail.images.blocks.ImageChooserBlock": _image,
    "wagtail.images.blocks.ImageBlock": _image,
    "wagtail.embeds.blocks.EmbedBlock": _embed,
    "wagtail.contrib.table_block.blocks.TableBlock": _table,
    "wagtail.contrib.typed_table_block.blocks.BaseTypedTableBlock": _typed_table,
}
"""By the path of the class: tables, images and embeds are apps that a site may not have."""
