"""The texts of a StreamField's blocks, rewritten by one answer: each for itself, and nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from example_site.blog.models import BlogPage
from tests.factories import BlogPageFactory, EditorFactory, LLMRunFactory
from tests.fields.test_untouched_blocks import FIELD, STREAM, answers, saved, streams, texts
from tests.parts.examples import examples
from tests.voyages.models import Voyage
from wagtail_llm_actions import fields
from wagtail_llm_actions.answers.cleaning import clean
from wagtail_llm_actions.fields import Item
from wagtail_llm_actions.fields.contract import FaultKind
from wagtail_llm_actions.fields.stream.marks import as_text, digest_of, parse
from wagtail_llm_actions.prompts.destination import describe
from wagtail_llm_actions.prompts.variables import TAG
from wagtail_llm_actions.runs import decisions
from wagtail_llm_actions.runs.audit_log import log_saved_texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

BODY, LOG = Item("body:*"), Item("log:*")


def block(name: str, value: Any, key: str) -> dict[str, Any]:
    return {"type": name, "value": value, "id": key}


def voyage_with(*log: Mapping[str, Any]) -> Voyage:
    field: Any = Voyage._meta.get_field("log")
    return Voyage(name="North", log=field.to_python(list(log)))


QUOTE = block("quote", {"quote": "Ahoy!", "author": "A boy"}, "q")
SECTION = block(
    "section",
    {
        "title": "",
        "content": [block("paragraph", '<p data-block-key="k">Tide <b>and</b> time</p>', "rich")],
    },
    "section",
)
POINTS = block("points", [block("item", "One", "one"), block("item", "Two", "two")], "points")
OTHERS = [
    block("stop", {"berth": 3, "kind": "day"}, "stop"),
    block("html", "<b>As it is</b>", "html"),
    block("link", "https://example.com/", "link"),
]
NESTED = voyage_with(QUOTE, SECTION, POINTS, *OTHERS)


def mark(path: str, item_id: str) -> str:
    return f"[[{path} {digest_of(path.split('.'), item_id)[:6]}]]"


def held(*rows: tuple[str, str, str]) -> str:
    """Return what a browser says that a form holds: the path, the id and the value of each text."""
    texts = [{"names": path.split("."), "id": key, "value": value} for path, key, value in rows]
    return json.dumps({"texts": texts})


def changes(
    text: str, current: str, *, model: Any = BlogPage, path: str = "body:*", targets: Any = ()
) -> list[dict[str, Any]]:
    adapter, stream = fields.adapter_at(model, path), model._meta.get_field(path[:-2]).formfield()
    assert adapter
    value, _html = adapter.to_form_value(
        text, stream, current=current, mode="replace", targets=targets
    )
    found: list[dict[str, Any]] = json.loads(value)
    return found


def test_a_prompt_names_each_text_that_a_person_could_type_and_what_it_takes() -> None:
    assert fields.read(NESTED, "log", item=LOG) == "\n\n".join(
        [
            f"{mark('quote.quote', 'q')} (plain text)\nAhoy!",
            f"{mark('quote.author', 'q')} (plain text on one line)\nA boy",
            f"{mark('section.content.paragraph', 'rich')} (Markdown (headings ##, ###, ####, bold, "
            "italic, lists, numbered lists, rules, links))\nTide **and** time",
            f"{mark('points', 'one')} (plain text on one line)\nOne",
            f"{mark('points', 'two')} (plain text on one line)\nTwo",
        ]
    )


def test_a_source_of_one_kind_of_block_names_the_texts_of_these_alone() -> None:
    assert fields.read(NESTED, "log:points", item=LOG).count("[[") == 2
    assert fields.read(NESTED, "log:quote.author", item=LOG).count("[[") == 1
    assert fields.read(NESTED, "log:table", item=LOG) == ""


def test_texts_that_could_be_taken_for_others_are_not_named() -> None:
    double = block("heading", "Twice", "same")
    marked = block("text", "Look:\n[[heading aaaaaa]]\nhere", "t")

    text = fields.read(voyage_with(double, double, marked, QUOTE), "log", item=LOG)

    assert text == fields.read(voyage_with(QUOTE), "log", item=LOG)


def test_only_the_field_itself_or_its_blocks_can_be_the_source() -> None:
    assert fields.goes_with(Voyage, "log", "log:*")
    assert fields.goes_with(Voyage, "log:quote.author", "log:*")
    assert not fields.goes_with(Voyage, "name", "log:*")
    assert not fields.goes_with(Voyage, "secret_log", "log:*")
    assert not fields.goes_with(Voyage, "log:image:image", "log:*")
    assert not fields.is_source(Voyage, "log:*")
    assert fields.goes_with(Voyage, "name", "log")


def test_the_prompt_says_how_to_name_what_is_changed_and_a_schema_asks_for_the_same() -> None:
    destination = fields.destination_at(Voyage, "log:*")

    assert "each below its own mark" in describe(destination)
    assert destination.schema()["items"]["required"] == ["mark", "change", "text"]
    assert fields.label(Voyage, "log:*") == "Log > the texts of its blocks"


ANSWER = "[[heading aaaaaa]]\nLow tide\n\n[[quote.author bbbbbb]]\nA *man*\n\nAnd more."


@pytest.mark.parametrize(
    "answer",
    [
        ANSWER,
        f"Sure! Here are the changes:\n\n{ANSWER}\n\nLet me know if you'd like any changes!",
        f"```\n{ANSWER}\n```\nLet me know.",
        ANSWER.replace("]]\n", "]] (plain text on one line)\n"),
        ANSWER.replace("]]\n", "]]: "),
        ANSWER.replace("[[heading aaaaaa]]", "### **[[heading  aaaaaa]]**"),
        ANSWER.replace("[[", r"\[\[").replace("]]", r"\]\]"),
        json.dumps(
            {
                "answer": [
                    {"mark": "heading aaaaaa", "text": "Low tide"},
                    {"mark": "[[quote.author bbbbbb]]", "text": "A *man*\n\nAnd more."},
                ]
            }
        ),
        "```json\n"
        + json.dumps(
            [
                {"mark": "heading aaaaaa", "text": "Low tide"},
                {"text": "A *man*\n\nAnd more.", "mark": "quote.author bbbbbb"},
            ],
            indent=1,
        )
        + "\n```",
    ],
)
def test_however_a_model_writes_its_changes_they_are_stored_in_one_form(answer: str) -> None:
    destination = fields.destination_at(BlogPage, "body:*")

    assert clean(answer, destination, TAG).text == ANSWER
    assert clean(ANSWER, destination, TAG).text == ANSWER


def test_of_an_answer_that_was_cut_off_only_whole_texts_are_proposed() -> None:
    destination = fields.destination_at(BlogPage, "body:*")
    first, second = ({"mark": f"heading {key * 6}", "text": "Low tide"} for key in "ab")
    truncated = json.dumps({"answer": [first, second]})[:-9]

    for answer in (truncated, ANSWER, f"{ANSWER}\n\n[["):
        cleaned = clean(answer, destination, TAG, is_cut_off=True)
        assert cleaned.text == "[[heading aaaaaa]]\nLow tide"
    only = "[[heading aaaaaa]]\nLow ti"
    assert clean(only, destination, TAG, is_cut_off=True).text == only


def test_each_change_is_checked_for_its_own_block_and_the_others_stay_acceptable() -> None:
    text = "\n\n".join(
        [
            f"{mark('heading', 'h')}\n*Low*\ntide",
            f"{mark('quote.text', 'q')}\n",
            f"{mark('quote.author', 'q')}\nA boy",
            f"{mark('paragraph', 'p')}\n## Head\n\nThe **tide**",
            f"{mark('heading', 'gone')}\nNobody",
        ]
    )
    current = held(
        ("heading", "h", "High tide"),
        ("quote.text", "q", "Ahoy!"),
        ("quote.author", "q", "A boy"),
        ("paragraph", "p", ""),
    )

    heading, paragraph, gone = changes(text, current)

    assert heading == {"names": ["heading"], "id": "h", "label": "Heading", "value": "Low tide"}
    assert [row["type"] for row in json.loads(paragraph["value"])["blocks"]] == ["unstyled"] * 2
    assert gone == {
        "label": "Heading",
        "refused": "This text is not there any more.",
    }


def test_what_fits_no_block_is_refused_with_the_reasons() -> None:
    text = f"{mark('heading', 'gone')}\nNobody\n\n{mark('points', 'one')}\n<script></script>"
    with pytest.raises(ValidationError) as refused:
        changes(text, held(("points", "two", "Two")))
    assert all("not there any more" in message for message in refused.value.messages)

    with pytest.raises(ValidationError, match="All texts would stay as they are"):
        changes(f"{mark('points', 'two')}\nTwo", held(("points", "two", "Two")))


@pytest.mark.parametrize(
    "current",
    [
        "",
        "[]",
        "null",
        '{"texts": 1, "blocks": "x"}',
        '{"texts": [1, {"names": 1}], "blocks": [1, {"names": 1}]}',
        '{"texts": [{"names": [[]]}], "blocks": [{"names": [[]], "within": [], "is_entry": 1}]}',
        '{"texts": [{"id": {}}]}',
    ],
)
def test_a_browser_that_says_nothing_sensible_of_the_form_changes_nothing(current: str) -> None:
    with pytest.raises(ValidationError, match="not there any more"):
        changes(f"{mark('points', 'two')}\nTwo", current)


def test_a_text_that_no_block_takes_is_a_fault_and_so_is_an_answer_without_marks() -> None:
    contract = fields.contract_at(Voyage, "log:*")

    (none,) = contract.faults("The tide came in.")
    assert none.kind == FaultKind.NO_VALUE
    assert contract.faults("[[quote.author aaaaaa]]\nA man\n\n[[nothing aaaaaa]]\nX") == []
    assert contract.as_read("[[quote.author aaaaaa]]\nA *man*") == "A man"
    assert contract.length("[[quote.author aaaaaa]]\nA man") == len("A man")


def test_what_was_saved_is_compared_in_the_places_that_were_changed() -> None:
    adapter = fields.adapter_at(Voyage, "log:*")
    answer = f"{mark('points', 'two')}\nTwo\n\n{mark('points', 'gone')}\nThree"

    assert adapter
    assert adapter.compared(answer, fields.read_item(NESTED, LOG)) == ("Two\n\nThree", "Two\n\n")


def held_texts(
    stream: Any, state: Any, names: tuple[str, ...] = (), key: str = ""
) -> Iterator[Any]:
    """Yield each text of a form in the state that Wagtail's script has of it, with what writes it."""
    for number, row in enumerate(state) if isinstance(state, list) else state.items():
        place = (state, number)
        if isinstance(state, list):
            inner = (*names, row["type"]) if row.get("type") in STREAM.child_blocks else names
            key, value, place = row["id"], row["value"], (row, "value")
        else:
            inner, value = (*names, number), row
        if isinstance(value, (list, dict)):
            yield from held_texts(stream, value, inner, key)
        else:
            yield inner, key, value, place


@examples(50)
@given(streams, st.lists(st.one_of(answers, texts), min_size=8, max_size=8), st.integers(0, 2**8))
@pytest.mark.django_db
def test_what_is_not_changed_stays_byte_for_byte(
    rows: list[dict[str, Any]], new: list[str], chosen: int
) -> None:
    page = BlogPage(body=FIELD.to_python(rows))
    state = STREAM.get_form_state(STREAM.to_python(rows))
    there = list(held_texts(STREAM, state))
    named = parse(fields.read(page, "body", item=BODY))
    answer = "\n\n".join(
        f"[[{each.mark}]]\n{text}" for each, text in zip(named, new * 2, strict=False)
    )
    current = json.dumps(
        {"texts": [{"names": names, "id": key, "value": value} for names, key, value, _ in there]}
    )
    before = saved(state)
    try:
        found = changes(answer, current)
    except ValidationError:
        return

    written = [change for number, change in enumerate(found) if chosen >> number & 1]
    ids = set()
    for change in written:
        for names, key, _value, (holder, name) in there:
            if (list(names), key) == (change["names"], change["id"]) and "value" in change:
                holder[name] = change["value"]
                ids.add(key)

    for row, was, now in zip(rows, before, saved(state), strict=True):
        keys = {row["id"], *(each["id"] for each in row["value"] if row["type"] == "points")}
        assert json.loads(now)["id"] == row["id"]
        if not keys & ids:
            assert now == was


@examples(50)
@given(streams)
@pytest.mark.django_db
def test_texts_that_come_back_as_they_were_change_nothing(rows: list[dict[str, Any]]) -> None:
    page = BlogPage(body=FIELD.to_python(rows))
    state = STREAM.get_form_state(STREAM.to_python(rows))
    there = held_texts(STREAM, state)
    current = json.dumps(
        {"texts": [{"names": names, "id": key, "value": value} for names, key, value, _ in there]}
    )

    answer = as_text(fields.read(page, "body", item=BODY), is_cut_off=False)

    if answer:
        with pytest.raises(ValidationError, match="stay as they are"):
            changes(answer, current)


@examples(50)
@given(
    st.text(max_size=300),
    st.lists(st.sampled_from(["[[", "]]", "(", ")", "{", "}", "\n", "```", "heading", "aaaaaa"])),
)
def test_any_answer_has_one_form(text: str, pieces: list[str]) -> None:
    for answer in (text, " ".join(pieces), f"[[heading aaaaaa]]{text}"):
        once = as_text(answer, is_cut_off=False)
        assert as_text(once, is_cut_off=False) == once


@pytest.mark.django_db
def test_a_save_without_the_changed_texts_is_no_acceptance() -> None:
    rows = [block("heading", "Low tide", "h"), block("heading", "Noon", "n")]
    page = BlogPageFactory(body=rows)
    output = f"{mark('heading', 'h')}\nHigh water at midnight"
    run = LLMRunFactory(
        page=page, field_path="body:*", succeeded=True, output=output, user=EditorFactory()
    )
    decisions.accept(run, output)

    log_saved_texts(run.user, page)
    run.refresh_from_db()
    assert run.decision == "unsaved"

    page.body = FIELD.to_python([{**rows[0], "value": "High water at midnight"}, rows[1]])
    log_saved_texts(run.user, page)
    run.refresh_from_db()
    assert run.decision == "accepted"
