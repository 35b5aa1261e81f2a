"""Rich text as Markdown, the form in which models read and write structured text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markdownify import ATX, MarkdownConverter
from wagtail.rich_text import features
from wagtail.rich_text.rewriters import LinkRewriter

from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.threads import built_once

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bs4 import Tag

MAX_TAGS = 10_000
"""Converting so many takes 0.3 s; an article of 100,000 characters has about 2,000."""
MAX_DEPTH = 100
"""The conversion calls itself for each level."""
CHARS_PER_TAG = 50
"""A tag with long attributes counts as several."""
TAGS_PER_STRAY = 100
"""Wagtail's rewriter of links reads all that follows a "<" without a ">", however many there are."""
SEPARATOR = "\0"
"""Between rich texts that are converted together."""
_PIECE = re.compile(r"<(?P<slash>/?)(?P<name>[\w-]++)[^<>]*+>|(?P<text>[^<]{1,1000}+)|<")
_SPACE_AT_END = re.compile(r"(?<![^\S\n])[^\S\n]++\n")
_ENTITY = re.compile(r"&[#\w]{1,31};")
_VOID = frozenset({"br", "embed", "hr", "img", "input", "source", "wbr"})


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


class _Converter(MarkdownConverter):
    """Adds what Wagtail stores instead of images and videos."""

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
    max_chars = get_settings().max_prompt_chars
    chars = tags = depth = 0
    for piece in _PIECE.finditer(html):
        if text := piece["text"]:
            if SEPARATOR in text:
                depth = 0
            chars += len(_ENTITY.sub(" ", " ".join(text.split())))
            if chars > max_chars:
                return html[: piece.end()]
            continue
        name = piece["name"]
        tags += 1 + len(piece[0]) // CHARS_PER_TAG if name else TAGS_PER_STRAY
        if name and name not in _VOID:
            depth += -1 if piece["slash"] else 1
        if tags > MAX_TAGS or depth > MAX_DEPTH:
            msg = "The rich text has too many tags."
            raise LookupError(msg)
    return html


@built_once
def _link_rewriter() -> LinkRewriter:
    handlers = features.get_link_types()
    return LinkRewriter(
        bulk_rules={name: handler.expand_db_attributes_many for name, handler in handlers.items()}
    )
