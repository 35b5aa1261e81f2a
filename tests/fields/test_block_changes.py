"""Blocks that an answer deletes and inserts, each change for itself, beside texts that it rewrites."""

from __future__ import annotations

import json
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock

from example_site.blog.models import BlogPage
from tests.fields.test_rewritten_blocks import LOG, NESTED, changes, held_texts
from tests.fields.test_untouched_blocks import FIELD, STREAM, answers, saved, streams
from tests.parts.examples import examples
from wagtail_llm_actions import fields
from wagtail_llm_actions.answers.cleaning import clean
from wagtail_llm_actions.fields.stream.block_changes import MAX_BLOCKS_AT_ONCE, BlockChanges
from wagtail_llm_actions.fields.stream.held import HeldField
from wagtail_llm_actions.fields.stream.marks import ChangeKind, digest_of, parse
from wagtail_llm_actions.prompts.destination import describe
from wagtail_llm_actions.prompts.variables import TAG

if TYPE_CHECKING:
    from collections.abc import Iterator


class FigureBlock(blocks.StructBlock):
    """Text, and an image."""

    image = ImageChooserBlock(required=False)
    caption = blocks.CharBlock()


class TitleBlock(blocks.StructBlock):
    """Text, and how it looks."""

    text = blocks.CharBlock()
    size = blocks.ChoiceBlock(choices=[("h2", "H2")], required=False)
    is_wide = blocks.BooleanBlock(required=False)


class PartBlock(blocks.StructBlock):
    """Text, and a stream of its own."""

    title = blocks.CharBlock(required=False)
    content = blocks.StreamBlock(
        [("text", blocks.TextBlock()), ("figure", FigureBlock()), ("line", blocks.CharBlock())],
        required=False,
    )


class StoryBlock(blocks.StreamBlock):
    """Has limits of every kind."""

    heading = blocks.CharBlock()
    text = blocks.TextBlock()
    title = TitleBlock()
    figure = FigureBlock()
    part = PartBlock()
    notes = blocks.ListBlock(blocks.CharBlock(), min_num=1)

    class Meta:
        """Limits."""

        min_num = 2
        max_num = 6
        block_counts = {"heading": {"min_num": 1, "max_num": 2}}


STORY = StoryBlock()


def row(path: str, key: str, within: str = "", *, is_entry: bool = False) -> dict[str, Any]:
    return {"names": path.split("."), "id": key, "within": within, "is_entry": is_entry}


def text(path: str, key: str, value: str = "Low tide") -> dict[str, Any]:
    return {"names": path.split("."), "id": key, "value": value}


def key_of(path: str, item_id: str) -> str:
    return digest_of(path.split("."), item_id)[:6]


def delete(path: str, key: str) -> str:
    return f"[[delete: {path} {key_of(path, key)}]]"


def insert(path: str, key: str, below: str, side: str = "after") -> str:
    return f"[[insert {side}: {path} {key_of(path, key)}]]\n{below}"


def made(
    answer: list[str],
    texts: list[Any],
    rows: list[Any],
    *,
    stream: Any = STORY,
    commented: object = (),
) -> list[dict[str, Any]]:
    form = {"texts": texts, "blocks": rows, "commented": commented}
    held = HeldField(stream, json.dumps(form))
    return [
        change for change, _html in BlockChanges(stream, held, ()).rows(parse("\n\n".join(answer)))
    ]


def test_a_prompt_says_how_blocks_are_deleted_and_inserted_and_a_schema_asks_for_the_same() -> None:
    destination = fields.destination_at(BlogPage, "body:*")

    assert "[[delete: MARK]]" in describe(destination)
    assert "[[insert after: MARK]]" in describe(destination)
    assert "Markdown (headings ##, lists, quotes, bold" in describe(destination)
    change = destination.schema()["items"]["properties"]["change"]
    assert change["enum"] == ["replace", "delete", "insert before", "insert after"]


ANSWER = (
    "[[heading aaaaaa]]\nLow tide\n\n[[delete: quote.author bbbbbb]]\n\n\n"
    "[[insert after: heading aaaaaa]]\n## Harbour\n\nNew."
)


@pytest.mark.parametrize(
    "answer",
    [
        ANSWER,
        ANSWER.replace("[[delete: ", "[[Delete "),
        ANSWER.replace("[[insert after: heading", "**[[INSERT  after:heading"),
        ANSWER.replace("[[heading", "[[replace: heading"),
        ANSWER.replace("bbbbbb]]", "bbbbbb]]\nThis block says the same twice."),
        json.dumps(
            [
                {"mark": "heading aaaaaa", "change": "replace", "text": "Low tide"},
                {"change": "delete", "mark": "[[quote.author bbbbbb]]", "text": ""},
                {
                    "text": "## Harbour\n\nNew.",
                    "mark": "insert after: heading aaaaaa",
                    "change": "insert after",
                },
            ]
        ),
    ],
)
def test_however_a_model_writes_what_it_deletes_and_inserts_it_is_stored_in_one_form(
    answer: str,
) -> None:
    cleaned = clean(answer, fields.destination_at(BlogPage, "body:*"), TAG).text

    assert [(each.kind, each.mark, each.text) for each in parse(cleaned)] == [
        (ChangeKind.REPLACE, "heading aaaaaa", "Low tide"),
        (ChangeKind.DELETE, "quote.author bbbbbb", ""),
        (ChangeKind.AFTER, "heading aaaaaa", "## Harbour\n\nNew."),
    ]
    assert clean(cleaned, fields.destination_at(BlogPage, "body:*"), TAG).text == cleaned


def test_a_block_that_is_called_like_a_change_is_none() -> None:
    (found,) = parse("[[delete aaaaaa]]\nNew text")

    assert (found.kind, found.names, found.text) == (ChangeKind.REPLACE, ("delete",), "New text")


def test_each_change_says_what_becomes_of_which_block() -> None:
    rows = [row("heading", "h"), row("text", "t"), row("title", "u")]
    rows += [row("notes", "n"), row("notes", "one", "n", is_entry=True)]
    rows += [row("notes", "two", "n", is_entry=True)]
    texts = [text("heading", "h"), text("text", "t"), text("notes", "two")]

    found = made(
        [
            delete("text", "t"),
            delete("notes", "two"),
            insert("heading", "h", "New.", "before"),
            insert("notes", "two", "Newer."),
        ],
        texts,
        rows,
    )

    assert [change["label"] for change in found] == [
        "Delete “Text”",
        "Delete an entry of “Notes”",
        "Insert before “Heading”",
        "Insert after “Notes”",
    ]
    assert [change["id"] for change in found[:2]] == ["t", "two"]
    assert [(each["names"], each["within"], each["after"]) for each in found[2:]] == [
        ((), "", ""),
        ((), "", "n"),
    ]
    assert [each["insert"][0]["value"] for each in found[2:]] == ["New.", "Newer."]


def test_a_block_of_which_two_texts_are_named_is_deleted_once() -> None:
    stream = blocks.StreamBlock(
        [("quote", blocks.StructBlock([("text", blocks.TextBlock()), ("by", blocks.CharBlock())]))],
        required=False,
    )
    texts = [text("quote.text", "q"), text("quote.by", "q")]

    answer = [delete("quote.text", "q"), delete("quote.by", "q"), delete("quote.by", "q")]

    assert len(made(answer, texts, [row("quote", "q")], stream=stream)) == 1


def test_only_blocks_of_text_are_deleted() -> None:
    rows = [row("heading", "h"), row("text", "t"), row("title", "u"), row("figure", "f")]
    rows += [row("part", "p"), row("part.content.text", "pt", "p")]
    rows += [row("part", "o"), row("part.content.figure", "of", "o")]
    texts = [text("title.text", "u"), text("figure.caption", "f"), text("part.title", "p")]
    texts += [text("part.title", "o"), text("part.content.figure.caption", "of")]

    found = made([delete(".".join(each["names"]), each["id"]) for each in texts], texts, rows)

    assert [change["id"] for change in found if "delete" in change] == ["u", "p"]
    refused = [change["refused"] for change in found if "delete" not in change]
    assert refused == ["This block holds more than text. Only you can delete it."] * 3


def test_a_change_that_breaks_a_limit_is_refused_and_spoils_no_other() -> None:
    rows = [row("heading", "h"), row("text", "t"), row("text", "s"), row("notes", "n")]
    rows += [row("notes", "one", "n", is_entry=True)]
    texts = [text("heading", "h"), text("text", "t"), text("text", "s"), text("notes", "one")]

    found = made(
        [
            delete("heading", "h"),
            delete("text", "t"),
            delete("text", "s"),
            delete("notes", "one"),
            insert("text", "t", "## One\n\nUn."),
            insert("text", "t", "## Two"),
            insert("text", "t", "## Two\n\nDeux."),
            f"[[text {key_of('text', 's')}]]\nHigh tide",
        ],
        texts,
        rows,
    )

    assert [change.get("refused") for change in found] == [
        "“Heading” needs at least 1.",
        None,
        None,
        "“Notes” needs at least 1.",
        None,
        "This would be 7 blocks; this field takes 6 at most.",
        "This would be 8 blocks; this field takes 6 at most.",
        None,
    ]
    only = made([delete("text", "t"), delete("text", "s")], texts, rows[:3])
    assert [change.get("refused") for change in only] == [None, "This field needs at least 2."]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (delete("text", "gone"), "This text is not there any more."),
        (insert("text", "gone", "New."), "This text is not there any more."),
        (delete("text", "bare"), "This block cannot be told from others."),
        (insert("text", "double", "New."), "This block cannot be told from others."),
        (insert("part.content.line", "l", "New."), "New blocks cannot be added here."),
        (insert("text", "t", "<script>alert(1)</script>"), "There is no text for a block."),
        (insert("text", "t", "> " * 300 + "x"), "This text has too much markup."),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(change: str, reason: str) -> None:
    stream = blocks.StreamBlock(
        [
            ("text", blocks.TextBlock()),
            (
                "part",
                blocks.StructBlock(
                    [("content", blocks.StreamBlock([("line", blocks.CharBlock())]))]
                ),
            ),
        ],
        required=False,
    )
    rows = [row("text", "t"), row("text", "double"), row("text", "double"), row("part", "p")]
    rows += [row("part.content.line", "l", "p")]
    texts = [text("text", "t"), text("text", "bare"), text("text", "double")]
    texts += [text("part.content.line", "l")]

    bad, good = made([change, f"[[text {key_of('text', 't')}]]\nNew"], texts, rows, stream=stream)

    assert bad["refused"] == reason
    assert not {"insert", "delete"} & set(bad)
    assert good["value"] == "New"


@pytest.mark.parametrize(
    ("change", "label"),
    [
        (delete("text", "gone"), "Text"),
        ("[[delete: nothing.such 28403f]]", "delete: nothing.such 28403f"),
        ("[[delete: 28403f]]", "delete: 28403f"),
    ],
)
def test_a_change_of_what_is_gone_is_named_by_its_block_where_it_is_known(
    change: str, label: str
) -> None:
    texts, rows = [text("text", "t")], [row("text", "t")]

    gone, _good = made([change, f"[[text {key_of('text', 't')}]]\nNew"], texts, rows)

    assert (gone["label"], gone["refused"]) == (label, "This text is not there any more.")


def test_where_a_block_has_no_id_nothing_is_put_in_a_wrong_place() -> None:
    rows = [row("part", ""), row("part.content.text", "in"), row("text", ""), row("text", "t")]
    texts = [text("part.content.text", "in"), text("text", "t")]

    found = made(
        [
            delete("part.content.text", "in"),
            insert("part.content.text", "in", "New."),
            insert("text", "t", "New.", "before"),
            insert("text", "t", "New."),
        ],
        texts,
        rows,
    )

    assert [change.get("refused") for change in found] == [
        "This block cannot be told from others.",
        "This block cannot be told from others.",
        "The block before has no id yet. Save first.",
        None,
    ]


def test_nobody_has_to_read_hundreds_of_blocks_at_one_mark() -> None:
    stream = blocks.StreamBlock([("text", blocks.TextBlock()), ("title", blocks.CharBlock())])
    below = "\n\n".join(["## A\n\nB"] * MAX_BLOCKS_AT_ONCE)

    (found,) = made(
        [insert("text", "t", below)], [text("text", "t")], [row("text", "t")], stream=stream
    )

    assert found["refused"] == "These are too many blocks at once."


@pytest.mark.parametrize("within", ["a", "b", "self"])
def test_blocks_that_a_browser_says_are_within_each_other_end_somewhere(within: str) -> None:
    rows = [row("part", "a", "b"), row("part", "b", "a"), row("part", "self", "self")]
    rows += [row("notes", "a1", "b1", is_entry=True), row("notes", "b1", "a1", is_entry=True)]
    rows += [row("part", "a", "a")] * 500

    found = made(
        [
            delete("part.title", within),
            insert("part.title", within, "New."),
            insert("notes", "a1", "N"),
        ],
        [text("part.title", within), text("notes", "a1")],
        rows,
    )

    assert len(found) == 3


def test_what_was_deleted_and_inserted_is_found_in_what_was_saved() -> None:
    adapter = fields.adapter_at(type(NESTED), "log:*")
    answer = "\n\n".join(
        [
            f"[[delete: points {key_of('points', 'two')}]]",
            insert("quote.quote", "q", "## Tide\n\nTide **and** time"),
            insert("quote.quote", "q", "Nobody saved this."),
        ]
    )

    assert adapter
    answered, there = adapter.compared(answer, fields.read_item(NESTED, LOG))
    assert answered == "## Tide\n\nTide **and** time\n\nNobody saved this."
    assert there == "Two\n\nTide **and** time"
    assert adapter.compared(f"[[delete: points {key_of('points', 'gone')}]]", "") == ("", "")


def held_blocks(
    state: Any, names: tuple[str, ...] = (), within: str = ""
) -> Iterator[dict[str, Any]]:
    """Yield the blocks of a form in the state that Wagtail's script has of it."""
    for child in state:
        is_entry = child.get("type") not in STREAM.child_blocks
        inner = names if is_entry else (*names, child["type"])
        yield {"names": inner, "id": child["id"], "within": within, "is_entry": is_entry}
        if isinstance(child["value"], list):
            yield from held_blocks(child["value"], inner, child["id"])


def sequences(children: Any, names: tuple[str, ...] = (), within: str = "") -> Iterator[Any]:
    """Yield the blocks of the stream and of its lists, each with where they are."""
    yield children, names, within
    for child in children:
        if isinstance(child["value"], list):
            yield from sequences(child["value"], (*names, child["type"]), child["id"])


def insert_blocks(state: Any, change: dict[str, Any]) -> list[dict[str, Any]]:
    place = tuple(change["names"]), change["within"]
    (children,) = (found for found, *where in sequences(state) if tuple(where) == place)
    at = ["", *(child["id"] for child in children)].index(change["after"])
    children[at:at] = change["insert"]
    return [{"delete": True, "id": each["id"]} for each in change["insert"]]


def delete_block(state: Any, change: dict[str, Any]) -> list[dict[str, Any]]:
    for children, names, within in sequences(state):
        ids = ["", *(child["id"] for child in children)]
        if change["id"] in ids[1:]:
            at = ids.index(change["id"])
            where = {"names": names, "within": within, "after": ids[at - 1]}
            return [{**where, "insert": [children.pop(at - 1)]}]
    return []


def apply(state: Any, chosen: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Do as the script does; return what takes it back."""
    undo: list[dict[str, Any]] = []
    for change in reversed(chosen):
        undo += insert_blocks(state, change) if "insert" in change else []
    for change in chosen:
        undo += delete_block(state, change) if change.get("delete") else []
    return undo


def told(state: Any) -> str:
    """Return what a browser says of a form in this state."""
    texts = [
        text(".".join(names), key, value) for names, key, value, _ in held_texts(STREAM, state)
    ]
    return json.dumps({"texts": texts, "blocks": list(held_blocks(state))})


@examples(60)
@given(
    streams,
    st.lists(st.tuples(st.sampled_from(list(ChangeKind)), st.integers(0, 9), answers), max_size=8),
    st.integers(0, 2**8),
)
@pytest.mark.django_db
def test_after_any_of_the_changes_all_else_is_as_it_was_and_undo_brings_back_the_exact_value(
    rows: list[dict[str, Any]], wanted: list[tuple[ChangeKind, int, str]], chosen: int
) -> None:
    page = BlogPage(body=FIELD.to_python(rows))
    state = STREAM.get_form_state(STREAM.to_python(rows))
    named = parse(fields.read(page, "body", item=fields.Item("body:*")))
    there = list(held_texts(STREAM, state))
    answer = "\n\n".join(
        f"[[{kind}: {named[number % len(named)].mark}]]\n{below}" for kind, number, below in wanted
    )
    try:
        found = changes(answer, told(state))
    except ValidationError:
        return
    before = saved(state)
    numbers = count()
    taken = [each for each in found if "refused" not in each and chosen >> next(numbers) & 1]

    undo = apply(state, taken)
    written = []
    for change in taken:
        for names, key, value, (holder, name) in there:
            if (list(names), key) == (change["names"], change["id"]) and "value" in change:
                written.append((holder, name, value))
                holder[name] = change["value"]
    after = saved(state)

    STREAM.clean(STREAM.to_python([json.loads(each) for each in after]))
    touched = {change["id"] for change in taken if "insert" not in change}
    new = {block["id"] for change in taken for block in change.get("insert", ())}
    kept = [json.loads(each)["id"] for each in after if json.loads(each)["id"] not in new]
    deleted = {change["id"] for change in taken if change.get("delete")}
    assert kept == [each["id"] for each in rows if each["id"] not in deleted]
    stored = {json.loads(each)["id"]: each for each in after}
    for each, was in zip(rows, before, strict=True):
        ids = {each["id"], *(one["id"] for one in each["value"] if each["type"] == "points")}
        if not ids & touched:
            assert stored[each["id"]] == was

    for holder, name, value in reversed(written):
        holder[name] = value
    apply(state, undo)
    assert saved(state) == before


def test_a_block_with_comments_is_left_to_a_person() -> None:
    rows = [
        row("heading", "h"),
        row("text", "t"),
        row("part", "p"),
        row("part.content.text", "pt", "p"),
    ]
    texts = [text("heading", "h"), text("text", "t"), text("part.title", "p")]
    answer = [delete(".".join(each["names"]), each["id"]) for each in texts]

    found = made(answer, texts, rows, commented=["body", "t", "body", "p", "content", "pt"])

    assert [each.get("refused") for each in found[1:]] == [
        "This block has comments. Only you can delete it."
    ] * 2
    assert made(answer, texts, rows, commented="t")[1]["delete"]
