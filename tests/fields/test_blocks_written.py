"""Blocks as something to write: which of a value is meant, what it takes, and new ones from Markdown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from wagtail import blocks
from wagtail.documents import get_document_model

from example_site.blog.blocks import BodyBlock
from example_site.blog.models import BlogPage
from tests.factories import BlogPageFactory
from tests.parts.examples import examples
from tests.voyages.blocks import QuoteBlock
from tests.voyages.models import Voyage
from wagtail_llm_actions import fields
from wagtail_llm_actions.fields import Item
from wagtail_llm_actions.fields.stream.new_blocks import new_blocks, roles_of

if TYPE_CHECKING:
    from collections.abc import Mapping


def voyage_with(*log: Mapping[str, Any]) -> Voyage:
    field: Any = Voyage._meta.get_field("log")
    return Voyage(name="North", log=field.to_python(list(log)))


def block(name: str, value: Any, key: str) -> dict[str, Any]:
    return {"type": name, "value": value, "id": key}


NESTED = voyage_with(
    block("quote", {"quote": "Out", "author": "A"}, "top"),
    block(
        "section",
        {
            "title": "In",
            "content": [
                block("quote", {"quote": "In", "author": "B"}, "inner"),
                block("paragraph", '<p data-block-key="k">Tide <b>and</b> time</p>', "rich"),
            ],
        },
        "section",
    ),
    block("quotes", [block("item", {"quote": "L", "author": "C"}, "entry")], "list"),
    block("points", [block("item", "One", "one"), block("item", "Two", "two")], "points"),
)


@pytest.mark.parametrize(
    ("path", "item_id", "text"),
    [
        ("log:quote.author", "top", "A"),
        ("log:quote.author", "inner", "B"),
        ("log:quotes.author", "entry", "C"),
        ("log:points", "two", "Two"),
        ("log:paragraph", "rich", "Tide **and** time"),
    ],
)
def test_an_item_is_found_at_any_depth(path: str, item_id: str, text: str) -> None:
    assert fields.read_item(NESTED, Item(path, item_id)) == text


@pytest.mark.parametrize(
    ("source", "path", "item_id", "text"),
    [
        ("log:quote.quote", "log:quote.author", "inner", "In"),
        ("log:quote", "log:quote.author", "inner", "In\n\nB"),
        ("log:quotes.quote", "log:quotes.author", "entry", "L"),
        ("log:points", "log:points", "one", "One"),
        ("log:points", "log:quote.author", "inner", "- One\n- Two"),
        ("name", "log:quote.author", "inner", "North"),
    ],
)
def test_a_source_in_the_same_field_is_read_from_the_same_block(
    source: str, path: str, item_id: str, text: str
) -> None:
    assert fields.read(NESTED, source, item=Item(path, item_id)) == text


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("log:line", "TextAdapter"),
        ("log:paragraph", "RichTextAdapter"),
        ("log:stop.kind", "ChoiceAdapter"),
        ("log:stop.arrives", "DateAdapter"),
        ("log:stop.berth", "NumberAdapter"),
        ("log:stop.is_free", "BooleanAdapter"),
        ("log:link", "AddressAdapter"),
        ("log:html", None),
        ("log:stop.harbour", None),
        ("log:quote", None),
        ("log:table", None),
        ("log:days", None),
    ],
)
def test_a_block_is_written_as_a_field_of_the_same_kind(path: str, name: str | None) -> None:
    adapter = fields.adapter_at(Voyage, path)

    assert (adapter and type(adapter).__name__) == name


def made(text: str, stream: Any = None, *held: str) -> list[tuple[str, Any]]:
    """Return the types and values of new blocks, as the database will have them."""
    stream = stream or BodyBlock()
    rows, _html = new_blocks(text, stream, held=held)
    assert len({row["id"] for row in rows}) == len(rows)
    return [(row["type"], row["value"]) for row in rows]


def test_markdown_becomes_the_blocks_that_the_stream_has_for_it() -> None:
    text = "## Low tide\n\nBoats *lay* dry.\n\nAll day.\n\n- One\n- Two\n\n> Ahoy.\n\n1. First\n"

    rows = made(text)

    assert [name for name, _value in rows] == [
        "heading",
        "paragraph",
        "points",
        "quote",
        "paragraph",
    ]
    values = dict(rows[:4])
    assert values["heading"] == "Low tide"
    assert [part["text"] for part in json.loads(values["paragraph"])["blocks"]] == [
        "Boats lay dry.",
        "All day.",
    ]
    assert [item["value"] for item in values["points"]] == ["One", "Two"]
    assert values["quote"]["text"] == "Ahoy."


class LinkedStream(blocks.StreamBlock):
    """Rich text with everything that refers to something."""

    paragraph = blocks.RichTextBlock(features=["link", "document-link", "image"])


@pytest.mark.django_db
def test_references_that_the_prompt_had_stay_in_rich_text() -> None:
    page = BlogPageFactory()
    document = get_document_model().objects.create(title="Tides", file="tides.pdf")
    allowed = {f"page:{page.pk}", f"document:{document.pk}"}
    text = f"[a](page:{page.pk}) [b](document:{document.pk}) [c](page:999) ![d](image:998)"

    rows, _html = new_blocks(text, LinkedStream(), held=[], targets=allowed)

    (row,) = rows
    entities = json.loads(row["value"])["entityMap"].values()
    found = sorted((entity["type"], str(entity["data"]["id"])) for entity in entities)
    assert found == [("DOCUMENT", str(document.pk)), ("LINK", str(page.pk))]


@pytest.mark.parametrize("source", ["log", "log:paragraph"])
def test_a_stream_is_read_with_references_for_what_can_hold_them(source: str) -> None:
    rich = '<p data-block-key="k">See <a linktype="page" id="7">the tide</a>.</p>'
    voyage = voyage_with(block("paragraph", rich, "r-1"))

    text = fields.read(voyage, source, with_references=True)

    assert text == "See [the tide](page:7)."


def test_what_has_nothing_for_a_block_is_left_out_and_the_rest_stays() -> None:
    rows = made("# A\n\n<img src=x>\n\n***\n\n- \n- b\n\n## ")

    assert [(name, value if name == "heading" else len(value)) for name, value in rows] == [
        ("heading", "A"),
        ("points", 1),
    ]


def test_a_list_with_links_stays_in_rich_text() -> None:
    assert [name for name, _value in made("- [One](https://tides.example/)")] == ["paragraph"]


def test_a_stream_takes_no_more_blocks_than_it_may_have() -> None:
    class Few(blocks.StreamBlock):
        heading = blocks.CharBlock(max_length=20)
        text = blocks.TextBlock()

        class Meta:
            max_num = 3
            block_counts = {"heading": {"max_num": 1}}

    assert [name for name, _value in made("# A\n\nB", Few())] == ["heading", "text"]
    for text, held in (
        ("# A", ["heading"]),
        ("A", ["text", "text", "text"]),
        (f"# {'A' * 30}", []),
        ("", []),
    ):
        with pytest.raises(ValidationError):
            new_blocks(text, Few(), held=held)


def test_a_stream_without_a_block_for_paragraphs_is_no_destination() -> None:
    assert not roles_of(blocks.StreamBlock([("quote", QuoteBlock())]))
    assert roles_of(BodyBlock())


@pytest.mark.django_db
@examples(50)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(
                ["# A", "## B\n", "- c\n- d", "1. e", "> f", "---", "<script>g</script>"]
            ),
            st.text(max_size=40),
        ),
        max_size=6,
    )
)
def test_any_answer_gives_valid_blocks_or_a_clear_refusal(parts: list[str]) -> None:
    stream: Any = BodyBlock()
    stream.set_name("body")
    try:
        rows, _html = new_blocks("\n\n".join(parts), stream, held=[])
    except (ValidationError, LookupError):
        return
    raw = [
        {**row, "value": stream.child_blocks[row["type"]].get_prep_value(child.value)}
        for row, child in zip(rows, stream.to_python(_stored(stream, rows)), strict=True)
    ]
    assert stream.clean(stream.to_python(raw))


def _stored(stream: Any, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what the form would store of its state: rich text from Draftail's JSON."""
    stored = []
    for row in rows:
        child, value = stream.child_blocks[row["type"]], row["value"]
        if isinstance(child, blocks.RichTextBlock):
            value = child.value_from_datadict({"x": value}, {}, "x").source
        stored.append({**row, "value": value})
    return stored


def test_the_body_of_a_post_is_a_destination() -> None:
    destination = fields.destination_at(BlogPage, "body")

    assert not destination.is_plain
    assert {"headings ##", "lists", "quotes", "bold"} <= set(destination.markup)
