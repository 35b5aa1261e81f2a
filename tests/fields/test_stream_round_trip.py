"""What a model returns unchanged for a block leaves the whole StreamField as it was, whatever is in it."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.datastructures import MultiValueDict
from hypothesis import assume, given
from hypothesis import strategies as st
from wagtail import blocks
from wagtail.documents import get_document_model

from tests.editor.forms import posted_block
from tests.factories import BlogPageFactory
from tests.fields.test_rich_text_round_trip import rich_texts, texts
from tests.parts.examples import examples
from tests.voyages.models import Voyage
from wagtail_llm_actions import fields
from wagtail_llm_actions.answers.cleaning import clean
from wagtail_llm_actions.answers.destination import Source
from wagtail_llm_actions.fields import Item
from wagtail_llm_actions.fields.markup.markdown import targets
from wagtail_llm_actions.prompts.variables import TAG

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hypothesis.strategies import SearchStrategy

pytestmark = pytest.mark.django_db

FIELD: Any = Voyage._meta.get_field("log")
STREAM: Any = FIELD.stream_block
# Objects that blocks refer to; the tests make them.
PAGE, DOCUMENT = 9_001, 9_002

ids = st.uuids().map(str)
# A date in another year is refused: not every time zone has it.
days = st.dates(date(2, 1, 1), date(9_998, 12, 31))
# Around a whole answer, cleaning takes marks for what models put there.
lines = texts.map(lambda text: f"Tide {text} day")
prose = st.lists(lines, min_size=1, max_size=3).map("\n\n".join)
quotes = st.fixed_dictionaries({"quote": prose, "author": st.one_of(st.just(""), lines)})


def rows_of(kinds: Mapping[str, SearchStrategy[Any]], most: int) -> SearchStrategy[list[Any]]:
    """Return lists of blocks, as the database has them."""
    row = st.one_of(
        [
            st.fixed_dictionaries({"type": st.just(name), "value": values, "id": ids})
            for name, values in kinds.items()
        ]
    )
    return st.lists(row, max_size=most, unique_by=lambda each: each["id"])


def items_of(values: SearchStrategy[Any]) -> SearchStrategy[list[Any]]:
    return rows_of({"item": values}, 3)


stops = st.fixed_dictionaries(
    {
        "harbour": st.none(),
        "arrives": st.one_of(st.none(), days.map(str)),
        "berth": st.one_of(st.none(), st.integers(-(10**9), 10**9)),
        "kind": st.sampled_from(["", "day", "night"]),
        "is_free": st.booleans(),
    }
)
inner = {"paragraph": rich_texts, "quote": quotes}
sections = st.fixed_dictionaries(
    {"title": st.one_of(st.just(""), lines), "content": rows_of(inner, 3)}
)
tables = st.lists(st.lists(texts, min_size=2, max_size=2), min_size=1, max_size=2).map(
    lambda cells: {
        "data": cells,
        "cell": [],
        "first_row_is_table_header": True,
        "first_col_is_header": False,
        "table_caption": "",
    }
)
streams = rows_of(
    {
        "heading": lines,
        "sized_heading": st.fixed_dictionaries(
            {"heading_text": lines, "size": st.sampled_from(["", "h2", "h3"])}
        ),
        "text": prose,
        "paragraph": rich_texts,
        "block_quote": prose,
        "quote": quotes,
        "points": items_of(lines),
        "quotes": items_of(quotes),
        "stop": stops,
        "section": sections,
        "html": st.just("<script>tide('1')</script>\n<b>&amp;"),
        "line_of_stars": st.none(),
        "table": tables,
        "page": st.just(PAGE),
        "document": st.just(DOCUMENT),
        "link": st.sampled_from(["https://tides.example/a?b=1&c=2", "http://x.example"]),
        "days": st.lists(st.sampled_from(["mo", "tu"]), unique=True, min_size=1).map(sorted),
    },
    6,
)


@pytest.fixture(autouse=True)
def objects() -> None:
    BlogPageFactory(pk=PAGE)
    get_document_model().objects.create(pk=DOCUMENT, title="Tides", file="tides.pdf")


class Control(NamedTuple):
    """A block in a form that has one control."""

    item: Item
    name: str
    block: Any


def controls_of(
    block: Any, state: Any, prefix: str, names: tuple[str, ...] = (), item_id: str = ""
) -> Iterator[Control]:
    """Yield the blocks of a form in this state, and what they are called."""
    if isinstance(block, blocks.StructBlock):
        for name, child in block.child_blocks.items():
            yield from controls_of(child, state[name], f"{prefix}-{name}", (*names, name), item_id)
    elif isinstance(block, blocks.ListBlock):
        for number, row in enumerate(state):
            value = f"{prefix}-{number}-value"
            yield from controls_of(block.child_block, row["value"], value, names, row["id"])
    elif isinstance(block, blocks.StreamBlock):
        for number, row in enumerate(state):
            child, value = block.child_blocks[row["type"]], f"{prefix}-{number}-value"
            yield from controls_of(child, row["value"], value, (row["type"],), row["id"])
    else:
        yield Control(Item(f"log:{'.'.join(names)}", item_id), prefix, block)


def form_of(state: Any) -> MultiValueDict[str, str]:
    data: MultiValueDict[str, str] = MultiValueDict()
    for name, value in posted_block(STREAM, state, "log"):
        data.appendlist(name, value)
    return data


def saved(data: MultiValueDict[str, str]) -> str:
    """Return what the database gets of a form."""
    value = STREAM.clean(STREAM.value_from_datadict(data, {}, "log"))
    return DjangoJSONEncoder().encode(STREAM.get_prep_value(value))


def opened(stored: str) -> Any:
    return STREAM.get_form_state(STREAM.to_python(json.loads(stored)))


def accepted(answer: str, control: Control, current: list[str]) -> list[str]:
    """Return what the control holds once the answer of a model is accepted."""
    adapter = fields.adapter_at(Voyage, control.item.path)
    assert adapter
    source = Source(answer, is_own=True)
    text = clean(answer, fields.destination_at(Voyage, control.item.path), TAG, source=source).text
    if not adapter.is_converted:
        return [text]
    value, _html = adapter.to_form_value(
        text,
        control.block.field,
        current=(current or [""])[0],
        mode="replace",
        targets=targets(answer),
    )
    held = json.loads(value)
    return held if isinstance(held, list) else [value]


@examples(40)
@given(streams)
def test_an_unchanged_answer_for_any_block_leaves_the_stream_as_it_was_to_the_byte(
    rows: list[dict[str, Any]],
) -> None:
    before = saved(form_of(STREAM.get_form_state(STREAM.to_python(rows))))
    # Wagtail's own conversion of rich text splits some lists in lists.
    assume(saved(form_of(opened(before))) == before)
    voyage = Voyage(name="North", log=json.loads(before))
    state = opened(before)
    for control in controls_of(STREAM, state, "log"):
        if not (place := fields.find_destination(Voyage, control.item.path)):
            continue
        text = fields.read_item(voyage, control.item)
        if not text:
            continue
        data = form_of(state)
        written = accepted(text, control, data.getlist(control.name))
        data.setlist(control.name, written)

        assert saved(data) == before, (control.item.path, place.adapter, text)
