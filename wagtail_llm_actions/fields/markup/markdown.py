"""Rich text as Markdown, the form in which models read and write structured text."""

from __future__ import annotations

import re
from html import unescape
from itertools import groupby
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt
from markdownify import ATX, MarkdownConverter
from wagtail.rich_text import features
from wagtail.rich_text.rewriters import LinkRewriter

from wagtail_llm_actions.answers.characters import lowered, raised
from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.fields.markup.blocks import (
    HEADINGS,
    LISTS,
    Block,
    Run,
    comparable,
    render_plain,
)
from wagtail_llm_actions.fields.markup.parser import parse
from wagtail_llm_actions.fields.markup.size import MAX_DEPTH, SEPARATOR, check_size
from wagtail_llm_actions.threads import built_once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bs4 import Tag

MARKS = {"b": "**", "i": "*", "s": "~~"}
"""Others are written as HTML, which is part of Markdown."""
MAX_BRACKETS = 2_000
"""The parser's time grows with their square where they belong to no link: 0.1 s for so many."""
_SPACE_AT_END = re.compile(r"(?<![^\S\n])[^\S\n]++\n")
_SPECIAL = re.compile(r"[\\`*_\[\]<>|]|&(?=#?\w+;)|~(?=~)")
_SPECIAL_AT_START = re.compile(r"(?m)^(\s*)(?:([-+=#])|(\d{1,9})([.)]))")
_TARGET = re.compile(
    r"""\]\(<?([^\s()<>]+(?:\([^\s()<>]*\)[^\s()<>]*)*)|\b(?:href|src)="([^"<>]*)\""""
)


def to_markdown(html: str) -> str:
    """Return a rich text, in Wagtail's database format or as plain HTML, as Markdown.

    Links have their addresses, and images stand for their alt texts. Internal links of a kind are
    looked up together; images are not rendered, and embeds not fetched. What comes after
    ``MAX_PROMPT_CHARS`` of text is left out.

    Raises:
        LookupError: It has too many tags to be converted while somebody waits.
    """
    (markdown,) = all_to_markdown([html])
    return markdown


def all_to_markdown(htmls: Iterable[str]) -> list[str]:
    """Return several rich texts as ``to_markdown`` does, with the internal links of all looked up together.

    Those that come after ``MAX_PROMPT_CHARS`` of text in all of them are left out.

    Raises:
        LookupError: They have too many tags together.
    """
    joined = SEPARATOR.join(map(_closed, htmls))
    return [_convert(html) for html in _link_rewriter()(_beginning(joined)).split(SEPARATOR)]


def _closed(html: str) -> str:
    """Return a rich text whose last tag cannot swallow what follows it."""
    html = html.replace(SEPARATOR, "")
    return f"{html}>" if html.rfind("<") > html.rfind(">") else html


def _convert(html: str) -> str:
    return _SPACE_AT_END.sub("\n", str(_converter.convert(html))).strip()


def _keep_space(name: str) -> Callable[..., str]:
    """Return a conversion of a mark that does not join words where nothing but a space has it."""
    convert = getattr(MarkdownConverter, f"convert_{name}")

    def converted(self: MarkdownConverter, element: Tag, text: str, parent_tags: set[str]) -> str:
        return str(convert(self, element, text, parent_tags)) if text.strip() else text and " "

    return converted


class _Converter(MarkdownConverter):
    """Adds what Wagtail stores instead of images and videos, and takes no space or line for nothing."""

    convert_a = _keep_space("a")
    convert_b = convert_strong = _keep_space("b")
    convert_i = convert_em = _keep_space("em")
    convert_s = convert_del = _keep_space("del")
    convert_address = convert_details = convert_summary = getattr(MarkdownConverter, "convert_div")  # noqa: B009 - has no type

    def convert_sup(self, element: Tag, text: str, parent_tags: set[str]) -> str:
        return raised(text)

    def convert_sub(self, element: Tag, text: str, parent_tags: set[str]) -> str:
        return lowered(text)

    def convert_embed(self, element: Tag, text: str, parent_tags: set[str]) -> str:
        if element.get("embedtype") == "image":
            alt = element.get("alt")
            return f"![{alt}]\n\n" if alt else ""
        url = element.get("url")
        return f"<{url}>\n\n" if url else ""


# A model reads the text, and repeats its marks: backslashes would only be noise.
_converter = _Converter(
    heading_style=ATX,
    bullets="-",
    autolinks=False,
    escape_asterisks=False,
    escape_underscores=False,
    escape_misc=False,
)


def _beginning(html: str) -> str:
    """Return as much of a rich text as a prompt can hold, and one character more."""
    return html[: check_size(html, max_chars=get_settings().max_prompt_chars)]


@built_once
def _link_rewriter() -> LinkRewriter:
    handlers = features.get_link_types()
    return LinkRewriter(
        bulk_rules={name: handler.expand_db_attributes_many for name, handler in handlers.items()}
    )


def to_reversible_markdown(html: str) -> str:
    """Return a rich text as Markdown from which ``blocks_of`` makes the same blocks again.

    Links, images and embeds have references such as ``page:12`` and ``image:5?format=left`` as their
    targets. Characters are escaped, and HTML is used, only where the text would change without. What
    comes after ``MAX_PROMPT_CHARS`` of text is left out.

    Raises:
        LookupError: It has too many tags to be converted while somebody waits.
    """
    blocks = [block for block in parse(_beginning(html)) if not block.is_empty]
    groups = groupby(blocks, key=lambda block: block.kind in LISTS)
    return "\n\n".join(
        _write(part)
        for is_list, group in groups
        for part in ([list(group)] if is_list else [[block] for block in group])
    )


def _write(blocks: list[Block]) -> str:
    """Return the first form of blocks that means them, and them only."""
    wanted = [comparable(block) for block in blocks]
    plain = _lines(blocks, _as_it_is)
    for markdown in (plain, _lines(blocks, _escaped), render_plain(blocks)):
        if [comparable(block) for block in blocks_of(markdown)] == wanted:
            return markdown
    return plain


def _lines(blocks: Iterable[Block], escape: Callable[[str], str]) -> str:
    lines: list[str] = []
    numbers: dict[int, int] = {}
    for block in blocks:
        numbers = {depth: number for depth, number in numbers.items() if depth <= block.depth}
        number = numbers.get(block.depth, 0) + 1
        if block.kind == "ol":
            numbers[block.depth] = number
        else:
            numbers.pop(block.depth, None)
        prefix = {"ul": "- ", "ol": f"{number}. ", "blockquote": "> ", "hr": "---"}.get(
            block.kind, ""
        )
        if block.kind in HEADINGS:
            prefix = "#" * int(block.kind[1]) + " "
        if block.kind == "embed":
            text = f"![{escape(block.text)}]({block.target})"
        else:
            text = _inline(block, escape)
        further = "> " if block.kind == "blockquote" else " " * len(prefix)
        indent = "    " * block.depth
        lines.append(indent + prefix + text.replace("\n", f"\n{indent}{further}"))
    return "\n".join(lines)


def _inline(block: Block, escape: Callable[[str], str]) -> str:
    pieces = []
    for target, group in groupby(block.runs, key=lambda run: run.target):
        text = "".join(_marked(run, escape) for run in group)
        pieces.append(f"[{text}]({target})" if target else text)
    return "".join(pieces)


def _marked(run: Run, escape: Callable[[str], str]) -> str:
    words = run.text.strip()
    if not words or not run.marks:
        return run.text if not words else escape(run.text)
    before, _, after = run.text.partition(words)
    text = words if "code" in run.marks else escape(words)
    for mark in ("code", "sub", "sup", "s", "i", "b"):
        if mark not in run.marks:
            continue
        if mark == "code":
            fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
            text = f"{fence}{text}{fence}"
        else:
            sign = MARKS.get(mark)
            text = f"{sign}{text}{sign}" if sign else f"<{mark}>{text}</{mark}>"
    return before + text + after


def _as_it_is(text: str) -> str:
    return text


def _escaped(text: str) -> str:
    text = _SPECIAL.sub(r"\\\g<0>", text)
    return _SPECIAL_AT_START.sub(
        lambda match: (
            f"{match[1]}\\{match[2]}" if match[2] else f"{match[1]}{match[3]}\\{match[4]}"
        ),
        text,
    )


def blocks_of(markdown: str) -> list[Block]:
    """Return the blocks of Markdown, which may have HTML in it or be nothing but HTML.

    Raises:
        LookupError: It has too much markup, or markup that is too deep.
    """
    if markdown.count("[") > MAX_BRACKETS:
        msg = "The Markdown has too many brackets."
        raise LookupError(msg)
    parser = _parser()
    tokens = parser.parse(markdown)
    if any(token.level >= MAX_DEPTH - 1 for token in tokens):
        # The parser would leave out what is deeper.
        msg = "The Markdown is too deep."
        raise LookupError(msg)
    return [
        block
        for block in parse(parser.renderer.render(tokens, parser.options, {}))
        if not block.is_empty
    ]


def targets(markdown: str) -> set[str]:
    """Return the targets of the links, images and embeds in Markdown, or a prompt that holds it."""
    return {unescape(link or attribute) for link, attribute in _TARGET.findall(markdown)}


@built_once
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"breaks": True, "maxNesting": MAX_DEPTH})
    parser.enable(["table", "strikethrough"])
    # Which targets are allowed is decided later; those that are not become plain text.
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    parser.normalizeLink = lambda url: url  # type: ignore[method-assign]
    # The first call compiles the rules; threads that came first would see half of them.
    parser.render("x")
    return parser
