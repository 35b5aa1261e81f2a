"""StreamFields as sources: all blocks in their order, as Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import wagtail_factories
from wagtail.blocks import Block, CharBlock, StructBlock

from tests.factories import BlogPageFactory
from tests.notices.models import Harbour
from tests.voyages.blocks import TideBlock
from tests.voyages.models import Voyage
from wagtail_llm_actions import fields
from wagtail_llm_actions.fields import blocks

if TYPE_CHECKING:
    from collections.abc import Iterator


pytestmark = pytest.mark.django_db


def log(*stream: tuple[str, Any]) -> Voyage:
    """Return a voyage whose log is what a database stores of these blocks."""
    voyage = Voyage(name="North")
    field: Any = Voyage._meta.get_field("log")
    voyage.log = field.to_python([{"type": name, "value": value} for name, value in stream])
    return voyage


def read(*stream: tuple[str, Any], path: str = "log") -> str:
    return fields.read(log(*stream), path)


def quote(text: str, author: str = "") -> dict[str, str]:
    return {"quote": text, "author": author}


def section(*content: tuple[str, Any], title: str = "") -> tuple[str, Any]:
    stream = [{"type": name, "value": value} for name, value in content]
    return "section", {"title": title, "content": stream}


@pytest.mark.parametrize(
    ("block", "markdown"),
    [
        (("heading", "Low tide"), "## Low tide"),
        (("h4", "Ropes"), "#### Ropes"),
        (("sized_heading", {"heading_text": "Boats", "size": "h3"}), "### Boats"),
        (("sized_heading", {"heading_text": "Boats", "size": ""}), "## Boats"),
        (("line", "  One  line "), "One line"),
        (("text", "One.\n\nTwo. "), "One.\n\nTwo."),
        (("paragraph", "<h3>A</h3><ul><li><b>B</b></li><li>C</li></ul>"), "### A\n\n- **B**\n- C"),
        (("block_quote", "Ahoy.\nShip!"), "> Ahoy.\n> Ship!"),
        (("quote", quote("Ahoy.", "The cook")), "Ahoy.\n\nThe cook"),
        (("points", ["The table;", "", "and the wall."]), "- The table;\n- and the wall."),
        (("quotes", [quote("A", "B"), quote("C")]), "A\n\nB\n\nC"),
        (("html", "<p>One <em>two</em></p><script>3</script>"), "One *two*"),
        (("line_of_stars", None), ""),
        (("embed", "https://video.example/1"), "<https://video.example/1>"),
        (("link", "https://tides.example/"), "https://tides.example/"),
        (("days", ["mo", "tu", "gone"]), "Monday, Tuesday, gone"),
        (("tide", {"time": "noon"}), "noon"),
        (("line", ""), ""),
        (("paragraph", ""), ""),
        (("image", None), ""),
        (("image", 999_999), ""),
    ],
)
def test_each_kind_of_block_has_its_form(block: tuple[str, Any], markdown: str) -> None:
    assert read(block) == markdown


def test_values_that_mean_nothing_by_themselves_have_their_labels() -> None:
    Harbour.objects.create(name="Eastpoint")
    stop = {
        "harbour": "Eastpoint",
        "arrives": "2026-11-27",
        "berth": 7,
        "kind": "night",
        "is_free": True,
    }

    assert read(("stop", stop)) == (
        "Eastpoint\n\nArrives: 2026-11-27\n\nBerth: 7\n\nKind: Overnight\n\nFree of charge: Yes"
    )
    assert read(("stop", {"berth": 0})) == "Berth: 0"


def test_blocks_are_read_in_order_at_any_depth_and_those_without_text_are_left_out() -> None:
    assert (
        read(
            ("heading", "Outward"),
            ("paragraph", ""),
            section(("paragraph", "<p>Out.</p>"), ("quote", quote("Ahoy.")), title="Monday"),
            ("points", []),
            section(),
            ("line", "Back."),
        )
        == "## Outward\n\n## Monday\n\nOut.\n\nAhoy.\n\nBack."
    )


def test_tables_are_read_row_by_row() -> None:
    table = {
        "data": [["Port", "Tide"], ["East|point", None], ["", ""], ["Weir\nmouth", "4.1"]],
        "first_row_is_table_header": True,
        "table_header_choice": "row",
        "table_caption": "Tides",
    }
    typed = {
        "columns": [
            {"type": "text", "heading": "Port"},
            {"type": "rich", "heading": "Remark"},
            {"type": "day", "heading": "Day"},
        ],
        "rows": [{"values": ["Eastpoint", "<p>Low <b>water</b></p><p>late</p>", "2026-11-27"]}],
        "caption": "Tides",
    }

    assert read(("table", table)) == (
        "Tides\n\n| Port | Tide |\n| --- | --- |\n| East\\|point |  |\n| Weir mouth | 4.1 |"
    )
    assert read(
        ("table", table | {"first_row_is_table_header": False, "table_header_choice": "neither"})
    ).startswith("Tides\n\n| Port | Tide |\n| East")
    assert read(("typed_table", typed)) == (
        "Tides\n\n| Port | Remark | Day |\n| --- | --- | --- |\n"
        "| Eastpoint | Low **water** late | 2026-11-27 |"
    )


def test_choosers_are_read_by_title_or_alt_text() -> None:
    page = BlogPageFactory(title="What the tide table knows")
    document = wagtail_factories.DocumentFactory(title="Tide table")
    image = wagtail_factories.ImageFactory(title="boat.jpg", description="A boat at low tide")
    untold = wagtail_factories.ImageFactory(title="A rope")

    def with_alt(**values: Any) -> tuple[str, Any]:
        return "image_with_alt_text", {"image": image.pk, "decorative": False, **values}

    assert read(
        ("page", page.pk),
        ("document", document.pk),
        ("image", image.pk),
        ("image", untold.pk),
        with_alt(alt_text="The boat of the cook"),
        with_alt(alt_text="", decorative=True),
    ).split("\n\n") == [
        "What the tide table knows",
        "Tide table",
        "![A boat at low tide]",
        "![A rope]",
        "![The boat of the cook]",
    ]


def test_one_kind_of_block_is_read_wherever_it_stands() -> None:
    stream = [
        ("quote", quote("One.", "Ada")),
        ("paragraph", "<p>Between.</p>"),
        section(("quote", quote("Two.", "Bo")), title="Monday"),
        ("quotes", [quote("Three.", "Cy"), quote("Four.")]),
    ]

    assert read(*stream, path="log:quote") == "One.\n\nAda\n\nTwo.\n\nBo"
    assert read(*stream, path="log:quote.author") == "Ada\n\nBo"
    assert read(*stream, path="log:quotes.quote") == "Three.\n\nFour."
    assert read(*stream, path="log:section.title") == "## Monday"
    assert read(*stream, path="log:stop") == ""


def test_the_parts_of_a_field_are_its_blocks_and_those_within() -> None:
    adapter = fields.adapter_at(Voyage, "log")
    assert adapter is not None
    parts = adapter.parts(Voyage._meta.get_field("log"))

    assert parts["quote.author"] == "Quote > Author"
    assert {"section.content", "quotes.author", "image", "points"} <= parts.keys()
    assert "section.content.paragraph" not in parts


def test_an_empty_stream_reads_as_empty() -> None:
    assert read() == ""
    assert fields.read(Voyage(), "log") == ""
    assert read(path="log:quote") == ""


def test_links_images_and_pages_in_many_blocks_are_looked_up_together(
    django_assert_max_num_queries: Any, settings: Any
) -> None:
    pages = BlogPageFactory.create_batch(4)
    images = wagtail_factories.ImageFactory.create_batch(4)
    voyage = Voyage.objects.create(name="North")
    voyage.log = log(
        *[("paragraph", f'<p><a linktype="page" id="{page.pk}">See</a></p>') for page in pages],
        *[("page", page.pk) for page in pages],
        *[("image", image.pk) for image in images],
        *[section(("image", image.pk), ("paragraph", "<p>Text</p>")) for image in images],
    ).log
    voyage.save()

    fields.read(Voyage.objects.get(), "log")  # The paths of sites are cached.
    stored = Voyage.objects.get()
    with django_assert_max_num_queries(5):
        text = fields.read(stored, "log")

    assert all(f"[See]({page.url})" in text for page in pages)


def test_a_long_stream_is_read_as_far_as_a_prompt_can_hold_it(settings: Any) -> None:
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {"MAX_PROMPT_CHARS": 5_000}
    line, paragraph = "word " * 20, f"<p>{'word ' * 20}</p>"

    assert 5_000 < len(read(*[("line", line)] * 24_000)) < 6_000
    assert 5_000 < len(read(*[("paragraph", paragraph)] * 500)) < 6_000
    mixed = read(*[("paragraph", paragraph), ("line", line), section(("quote", quote(line)))] * 500)
    assert 5_000 < len(mixed) < 6_000


def test_a_walk_ends_whatever_the_number_and_the_depth_of_blocks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Nested(StructBlock):
        """Blocks of the models are not so deep, but a site can make them so."""

    deep: Block = CharBlock()
    value: Any = "Deepest"
    for _level in range(blocks.MAX_DEPTH + 10):
        deep, value = Nested([("inside", deep)]), {"inside": value}

    assert blocks.Walk(str, 1_000).read(deep, deep.to_python(value)) == ""
    assert read(*[("line", "")] * (blocks.MAX_BLOCKS - 1), ("line", "The end.")) == ""
    assert read(*[("line", "")] * (blocks.MAX_BLOCKS - 2), ("line", "The end.")) == "The end."


def test_rich_texts_that_are_not_closed_do_not_swallow_others() -> None:
    assert (
        read(
            ("html", '<p>One</p><a linktype="page" id="1" '),
            ("paragraph", "<p>Two</p>"),
            ("html", "<div><div>Three"),
            ("paragraph", "<p>Four</p>"),
        )
        == "One\n\nTwo\n\nThree\n\nFour"
    )


def test_a_block_that_is_made_of_no_other_is_read_as_the_search_index_reads_it() -> None:
    class Unknown(Block):
        def get_searchable_content(self, value: Any) -> list[str]:
            return [f"High water at {value}", "Low water"]

    assert blocks.Walk(str, 100).read(Unknown(), "noon") == "High water at noon\n\nLow water"


@pytest.fixture
def _tides() -> Iterator[None]:
    before = dict(blocks._readers)
    fields.register_block(TideBlock, lambda block, value, walk: f"Tide: **{value['time']}**")
    yield
    blocks._readers.clear()
    blocks._readers.update(before)


@pytest.mark.usefixtures("_tides")
def test_a_site_can_register_a_reader_for_its_own_blocks() -> None:
    assert read(("tide", {"time": "noon"})) == "Tide: **noon**"
