"""What a model returns unchanged is the same rich text, whatever the text is."""

from __future__ import annotations

import json
import re
from html import escape
from typing import TYPE_CHECKING

import pytest
from django import forms
from hypothesis import assume, given
from hypothesis import strategies as st
from wagtail.admin.rich_text import DraftailRichTextArea

from tests.parts.examples import examples
from wagtail_llm_actions.answers.cleaning import clean
from wagtail_llm_actions.answers.destination import Destination
from wagtail_llm_actions.fields.markup.blocks import LISTS, comparable
from wagtail_llm_actions.fields.markup.markdown import targets, to_reversible_markdown
from wagtail_llm_actions.fields.markup.parser import parse
from wagtail_llm_actions.fields.rich_text import RichTextAdapter
from wagtail_llm_actions.prompts.variables import TAG

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

pytestmark = pytest.mark.django_db

FEATURES = [
    *(*(f"h{level}" for level in range(1, 7)), "bold", "italic", "strikethrough", "code"),
    *("superscript", "subscript", "ol", "ul", "blockquote", "hr"),
    *("link", "document-link", "image", "embed"),
]
AREA = DraftailRichTextArea(features=FEATURES)
REFERENCE = "<(?:a|embed) [^>]*>"
STYLES = ("b", "i", "s", "sup", "sub", "code")
LINKS = (
    '<a linktype="page" id="7">',
    '<a linktype="document" id="8">',
    '<a href="https://tides.example/a(b)?c=1&amp;d=*_2">',
    '<a href="mailto:ines@example.com">',
    '<a href="#part">',
    '<a href="/about/">',
)
ATOMIC = (
    "<hr/>",
    '<embed embedtype="image" id="5" format="left" alt="A *boat* [x]"/>',
    '<embed embedtype="image" id="6" format="fullwidth" alt=""/>',
    '<embed embedtype="media" url="https://video.example/watch?v=1&amp;t=2"/>',
)

WORDS = (
    "tide boat a 1. - # > * ** _ __ ` [x] ](y) <b> &amp; &lt; | ~~ \\ \\* ! ![ 2) + === --- "
    "#tag http://x.example/ snake_case 5*3 Größe 潮 🚤 مد \u00a0 \u200b :"
)
texts = st.lists(st.sampled_from(WORDS.split(" ")), min_size=1, max_size=5).map(" ".join)


def marked(text: str, styles: set[str], link: str) -> str:
    html = escape(text, quote=False)
    for style in sorted(styles):
        html = f"<{style}>{html}</{style}>"
    return f"{link}{html}</a>" if link and text.strip() else html


runs = st.builds(
    marked,
    texts,
    st.sets(st.sampled_from(STYLES), max_size=2),
    st.sampled_from(("", "", "", *LINKS)),
)
inlines = st.lists(st.one_of(runs, st.sampled_from((" ", "<br/>"))), min_size=0, max_size=4).map(
    "".join
)
blocks = st.builds(
    lambda name, inline: f"<{name}>{inline}</{name}>",
    st.sampled_from(("p", "p", "p", "h2", "h3", "h6", "blockquote")),
    inlines,
)


def as_list(name: str, items: list[tuple[str, str]]) -> str:
    return (
        f"<{name}>" + "".join(f"<li>{text}{nested}</li>" for text, nested in items) + f"</{name}>"
    )


def lists_of(nested: SearchStrategy[str]) -> SearchStrategy[str]:
    items = st.lists(st.tuples(inlines, nested), min_size=1, max_size=3)
    return st.builds(as_list, st.sampled_from(sorted(LISTS)), items)


lists = lists_of(st.one_of(st.just(""), lists_of(st.just(""))))
# Around a whole answer, cleaning takes markup for what models put around a text.
rich_texts = st.lists(st.one_of(blocks, lists, st.sampled_from(ATOMIC)), max_size=5).map(
    lambda parts: "<p>The tide came in early.</p>" + "".join(parts) + "<p>Boats lay dry.</p>"
)


def stored(html: str, area: DraftailRichTextArea) -> str:
    """What the database holds once a rich text was saved in the editor."""
    saved: str = area.value_from_datadict({"text": area.format_value(html)}, {}, "text")
    return saved


def written(answer: str, area: DraftailRichTextArea, current: str, prompt: str) -> str:
    cleaned = clean(answer, Destination(is_plain=False), TAG).text
    value, _html = RichTextAdapter().to_form_value(
        cleaned,
        forms.CharField(widget=area),
        current=area.format_value(current),
        mode="replace",
        targets=targets(prompt),
    )
    saved: str = area.value_from_datadict({"text": value}, {}, "text")
    return saved


@examples(40)
@given(rich_texts)
def test_an_unchanged_answer_leaves_the_field_as_it_was_to_the_byte(html: str) -> None:
    before = stored(html, AREA)
    # Wagtail's own conversion splits some lists in lists.
    assume(stored(before, AREA) == before)
    markdown = to_reversible_markdown(before)

    assert written(markdown, AREA, before, markdown) == before


def with_content(html: str) -> list[object]:
    """Return the blocks without those of no words: Markdown joins lists whose items are all empty."""
    return [
        comparable(block)
        for block in parse(html)
        if block.text.strip() or block.kind in {"embed", "hr"}
    ]


@examples(40)
@given(rich_texts)
def test_an_unchanged_answer_fills_another_field_with_the_same_rich_text(html: str) -> None:
    before = stored(html, AREA)
    markdown = to_reversible_markdown(before)

    after = written(markdown, AREA, "", markdown)

    assert with_content(after) == with_content(before)
    assert set(re.findall(REFERENCE, after)) == set(re.findall(REFERENCE, before))


hostile = st.lists(
    st.sampled_from(
        (
            "<script>alert(1)</script>",
            '<img src=x onerror="alert(1)">',
            "<iframe src=javascript:alert(1)>",
            "<svg onload=alert(1)>",
            '<a href="java\tscript:alert(1)">',
            "[x](javascript:alert(1))",
            "[x](<data:text/html,x>)",
            '<a linktype="page" id="9">',
            "[x](page:9)",
            "![x](image:9?format=left&onload=x)",
            '<embed embedtype="media" url="https://evil.example/">',
            "</p>",
            "<p",
            "<ul><ul><li>",
            "</li></ul>",
            "<b><i></b>",
            "<!--",
            "]]>",
            "\n\n",
            "\n",
            "    ",
            "- ",
            "> ",
            "1. ",
            "```",
            "`",
            "word",
            "&#0;&#x1f;",
            "\ud83d\ude00",
        )
    ),
    max_size=12,
).map("".join)


@examples(40)
@given(hostile, st.sets(st.sampled_from(FEATURES)))
def test_a_hostile_answer_becomes_a_valid_value_without_what_was_not_allowed(
    answer: str, features: set[str]
) -> None:
    area = DraftailRichTextArea(features=sorted(features))

    saved = written(answer, area, "", "")

    assert json.loads(area.format_value(saved))["blocks"]
    assert not re.search(
        r"<(?!/?(?:p|h[1-6]|ul|ol|li|blockquote|a|b|i|s|sup|sub|code|br|hr|embed)\b)[a-z!/]", saved
    )
    for tag in re.findall("<[^>]+>", saved):
        assert not re.search(r"(?:on\w+|src|style)=|javascript:|data:|linktype|id=", tag)
    for feature, tag in {"bold": "b", "link": "a", "ul": "ul", "h1": "h1", "hr": "hr"}.items():
        assert feature in features or f"<{tag}" not in re.sub("<br|<blockquote", "", saved)
