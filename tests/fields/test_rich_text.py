"""What becomes of an answer in a rich text field."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django import forms
from wagtail.admin.rich_text import DraftailRichTextArea

from tests.factories import BlogPageFactory
from wagtail_llm_actions import fields
from wagtail_llm_actions.fields.markup.markdown import MAX_BRACKETS, to_reversible_markdown
from wagtail_llm_actions.fields.rich_text import RichTextAdapter, markup_of, merge

EVERYTHING = [
    *("h2", "h3", "h4", "bold", "italic", "strikethrough", "code", "superscript", "subscript"),
    *("ol", "ul", "blockquote", "hr", "link", "document-link", "image", "embed"),
]
REFERENCES = {"page:12", "document:3", "image:5?format=left", "media:https://video.example/1"}


def written(
    text: str, features: list[str] = EVERYTHING, *, before: str = "", mode: str = "replace"
) -> str:
    """Return what the database would hold, without the keys that Draftail adds."""
    return merge(text, features, before=before, mode=mode, targets=REFERENCES)[1]


@pytest.mark.parametrize(
    ("answer", "html"),
    [
        ("## Tide\n\nIt **came** *early*.", "<h2>Tide</h2><p>It <b>came</b> <i>early</i>.</p>"),
        ("- One\n    1. Two\n- Three", "<ul><li>One<ol><li>Two</li></ol></li><li>Three</li></ul>"),
        ("- One\n\n- Two", "<ul><li>One</li><li>Two</li></ul>"),
        ("> Ahoy.\n> There.", "<blockquote>Ahoy.<br/>There.</blockquote>"),
        ("One\n\n***\n\nTwo", "<p>One</p><hr/><p>Two</p>"),
        ("~~No~~ `x < 1` H<sub>2</sub>O", "<p><s>No</s> <code>x &lt; 1</code> H<sub>2</sub>O</p>"),
        ("[See](page:12)", '<p><a linktype="page" id="12">See</a></p>'),
        ("[Read](document:3)", '<p><a linktype="document" id="3">Read</a></p>'),
        (
            "![A boat](image:5?format=left)",
            '<embed embedtype="image" id="5" format="left" alt="A boat"/>',
        ),
        (
            "![](media:https://video.example/1)",
            '<embed embedtype="media" url="https://video.example/1"/>',
        ),
        (
            "[Web](https://a.example/?b=1&c=2)",
            '<p><a href="https://a.example/?b=1&amp;c=2">Web</a></p>',
        ),
        ("[Call](tel:+49123)", '<p><a href="tel:+49123">Call</a></p>'),
        ("<h2>Tide</h2><p>It <strong>came</strong>.</p>", "<h2>Tide</h2><p>It <b>came</b>.</p>"),
        ('<div><p class="x">One</p>Two</div>', "<p>One</p><p>Two</p>"),
    ],
)
def test_markdown_and_html_become_the_format_of_the_database(answer: str, html: str) -> None:
    assert written(answer) == html


@pytest.mark.parametrize(
    ("answer", "html"),
    [
        ("# Tide\n\n##### Low", "<p>Tide</p><p>Low</p>"),
        ("- One\n- Two", "<p>- One</p><p>- Two</p>"),
        ("1. One\n2. Two", "<p>1. One</p><p>2. Two</p>"),
        ("It *came* [early](https://a.example/)", "<p>It came early</p>"),
        ("> Ahoy", "<p>Ahoy</p>"),
        ("One\n\n---\n\nTwo", "<p>One</p><p>Two</p>"),
        ("![A boat](image:5?format=left)", "<p>A boat</p>"),
        ("![](media:https://video.example/1)", "<p>https://video.example/1</p>"),
        ("| a | b |\n|---|---|\n| c | d |", "<p>a | b</p><p>c | d</p>"),
        ("<u>One</u> <mark>two</mark>", "<p>One two</p>"),
    ],
)
def test_what_the_field_does_not_allow_becomes_plain_text(answer: str, html: str) -> None:
    assert written(answer, ["bold"]) == html


@pytest.mark.parametrize(
    ("answer", "html"),
    [
        ("[See](page:99)", "<p>See</p>"),
        ('<a linktype="page" id="99">See</a>', "<p>See</p>"),
        ("![A boat](image:6?format=left)", "<p>A boat</p>"),
        ("![A boat](image:5?format=right)", "<p>A boat</p>"),
        ("![A boat](https://evil.example/x.png)", "<p>A boat</p>"),
        ('<embed embedtype="media" url="https://evil.example/">', "<p>https://evil.example/</p>"),
        ("[x](javascript:alert(1))", "<p>x</p>"),
        ('<a href="java&#10;script:alert(1)">x</a>', "<p>x</p>"),
        ("[x](data:text/html,x)", "<p>x</p>"),
        ("[x](/admin/logout/)", "<p>x</p>"),
        ("<script>alert(1)</script><p onclick='x()'>One</p>", "<p>One</p>"),
        ("<svg onload=alert(1)></svg>One<!-- two -->", "<p>One</p>"),
        ('<p data-block-key="abc12" style="color: red">One</p>', "<p>One</p>"),
    ],
)
def test_what_a_model_invents_or_sneaks_in_is_not_kept(answer: str, html: str) -> None:
    assert written(answer) == html


@pytest.mark.parametrize(
    "answer", ["> " * 300 + "x", "- " * 300 + "x", "<div>" * 300, "[" * (MAX_BRACKETS + 1)]
)
def test_an_answer_that_is_too_deep_is_refused(answer: str) -> None:
    with pytest.raises(LookupError):
        written(answer)


BEFORE = (
    '<p data-block-key="aaaaa">One <u class="x">two</u></p><p data-block-key="bbbbb"></p>'
    '<div class="note" data-block-key="ccccc">Three</div>'
    '<ul><li data-block-key="ddddd">Four</li><li data-block-key="eeeee">Five</li></ul>'
)


def test_a_block_that_stays_keeps_its_key_and_what_markdown_cannot_express() -> None:
    assert to_reversible_markdown(BEFORE) == "One two\n\nThree\n\n- Four\n- Five"

    after = written("One two\n\nThree\n\n- Four, changed\n- Five\n- Six", before=BEFORE)

    assert after == (
        '<p data-block-key="aaaaa">One <u class="x">two</u></p><p data-block-key="bbbbb"></p>'
        '<div class="note" data-block-key="ccccc">Three</div>'
        '<ul><li>Four, changed</li><li data-block-key="eeeee">Five</li><li>Six</li></ul>'
    )


def test_text_is_added_behind_or_before_what_the_field_has() -> None:
    before = '<p data-block-key="aaaaa">One</p>'

    assert written("One", before=before, mode="append") == f"{before}<p>One</p>"
    assert written("One", before=before, mode="prepend") == f"<p>One</p>{before}"


def test_a_prompt_names_what_the_features_allow() -> None:
    assert markup_of(["link", "h2", "bold", "h3", "image"]) == ("headings ##, ###", "bold", "links")


@pytest.mark.django_db
def test_draftail_gets_its_own_format_for_the_features_of_the_widget() -> None:
    page = BlogPageFactory()
    area = DraftailRichTextArea(features=["bold", "link"])

    value, html = RichTextAdapter().to_form_value(
        f"**Tide** [see](page:{page.pk})\n\n## Low",
        forms.CharField(widget=area),
        current="",
        mode="replace",
        targets={f"page:{page.pk}"},
    )

    content = json.loads(value)
    assert [block["text"] for block in content["blocks"]] == ["Tide see", "Low"]
    [entity] = content["entityMap"].values()
    assert entity["data"]["id"] == page.pk
    assert html == f'<p><b>Tide</b> <a linktype="page" id="{page.pk}">see</a></p><p>Low</p>'


@pytest.mark.django_db
def test_links_are_read_with_references_where_they_can_come_back(settings: Any) -> None:
    page = BlogPageFactory(intro='<p>See <a linktype="page" id="12">the tide</a></p>')

    assert fields.read(page, "intro", with_references=True) == "See [the tide](page:12)"
    assert fields.read(page, "intro") == "See the tide"
