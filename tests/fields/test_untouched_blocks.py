"""What is accepted for one block, or as new blocks, leaves all other blocks as they are, byte for byte."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict
from hypothesis import given
from hypothesis import strategies as st

from example_site.blog.models import BlogPage
from tests.editor.forms import posted_block
from tests.parts.examples import examples
from wagtail_llm_actions import fields
from wagtail_llm_actions.fields import Item
from wagtail_llm_actions.fields.stream.new_blocks import new_blocks

pytestmark = pytest.mark.django_db

FIELD: Any = BlogPage._meta.get_field("body")
STREAM: Any = FIELD.stream_block

# A form joins lines in another way than the database has them, and drops what nobody sees.
texts = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=9)
keys = st.uuids().map(str)
paragraphs = st.builds(
    lambda text, key: f'<p data-block-key="{key}">{_escaped(text)}</p>',
    texts,
    st.text("abcdefgh", min_size=5, max_size=5),
)
values = st.one_of(
    st.tuples(st.just("heading"), texts),
    st.tuples(st.just("paragraph"), paragraphs),
    st.tuples(st.just("quote"), st.fixed_dictionaries({"text": texts, "author": texts})),
    st.tuples(
        st.just("points"),
        st.lists(
            st.builds(lambda key, text: {"type": "item", "value": text, "id": key}, keys, texts),
            min_size=1,
            max_size=3,
        ),
    ),
)
streams = st.lists(
    st.builds(lambda pair, key: {"type": pair[0], "value": pair[1], "id": key}, values, keys),
    min_size=1,
    max_size=5,
    unique_by=lambda row: row["id"],
)
answers = st.one_of(
    texts,
    st.lists(st.sampled_from(["# A", "b *c*", "- d\n- e", "> f"]), min_size=1).map("\n\n".join),
)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def saved(state: Any) -> list[str]:
    """Return what the database gets of each block of a form in this state, as JSON."""
    data = MultiValueDict({name: [value] for name, value in posted_block(STREAM, state, "body")})
    value = STREAM.value_from_datadict(data, {}, "body")
    return [json.dumps(row, sort_keys=True) for row in STREAM.get_prep_value(value)]


@examples(50)
@given(streams, answers, st.booleans())
def test_new_blocks_leave_those_that_are_there(
    rows: list[dict[str, Any]], answer: str, at_start: bool
) -> None:
    before = STREAM.get_form_state(STREAM.to_python(rows))
    try:
        inserted, _html = new_blocks(answer, STREAM, held=[row["type"] for row in rows])
    except ValidationError:
        return

    after = saved([*inserted, *before] if at_start else [*before, *inserted])

    kept = after[len(inserted) :] if at_start else after[: len(rows)]
    assert kept == saved(before) == [json.dumps(row, sort_keys=True) for row in rows]
    assert len(after) == len(rows) + len(inserted)


@examples(50)
@given(streams, texts)
def test_a_text_for_one_block_leaves_the_others(rows: list[dict[str, Any]], answer: str) -> None:
    for number, row in enumerate(rows):
        if row["type"] not in {"quote", "heading"}:
            continue
        path, name = (
            ("body:quote.author", "author") if row["type"] == "quote" else ("body:heading", "")
        )
        state = STREAM.get_form_state(STREAM.to_python(rows))
        # The writer of a text types it into its input.
        if name:
            state[number]["value"][name] = answer
        else:
            state[number]["value"] = answer

        after = saved(state)

        written = BlogPage(body=[json.loads(each) for each in after])
        assert fields.read_item(written, Item(path, row["id"])) == answer
        del after[number]
        assert after == [
            json.dumps(other, sort_keys=True) for other in rows if other["id"] != row["id"]
        ]
