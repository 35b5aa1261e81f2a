"""Answers in JSON become the text that the adapter of the field reads."""

from __future__ import annotations

import pytest

from wagtail_llm_actions.answers.cleaning import clean
from wagtail_llm_actions.answers.destination import Destination
from wagtail_llm_actions.answers.structured import object_schema, text_of
from wagtail_llm_actions.prompts.variables import TAG


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ('{"answer": "Harbour, new"}', "Harbour, new"),
        (' {"answer": ["tide", "boats"]} ', "tide\nboats"),
        ('{"answer": true}', "yes"),
        ('{"answer": false}', "no"),
        ('{"answer": 12}', "12"),
        ('{"answer": null}', ""),
        ('{"answer": [{"text": "Ebb"}]}', '[{"text": "Ebb"}]'),
        ('```json\n{"answer": "Ebb"}\n```', "Ebb"),
        ('Here is the JSON:\n{"answer": "Ebb"}\n\nIt is the tide that goes.', "Ebb"),
        ('{"answer": ["tide", "boats",],}', "tide\nboats"),
        ("{'answer': ['tide', 'boats']}", "tide\nboats"),
        ("{'answer': True}", "yes"),
        (r'"{\"answer\": \"Ebb\"}"', "Ebb"),
    ],
)
def test_the_value_of_an_answer_is_a_text(answer: str, text: str) -> None:
    assert text_of(answer) == text


@pytest.mark.parametrize(
    "answer",
    [
        "Harbour",
        "[1]",
        "a {tide}",
        '"Ebb"',
        "{'answer': tide()}",
        "{" * 5_000 + "}",
        '{"answer": 1, "more": 2}',
        '{"title": "Tide"}',
        '{"answer": "T',
        "",
    ],
)
def test_what_is_no_such_object_is_no_structured_answer(answer: str) -> None:
    assert text_of(answer) is None


def test_an_object_has_the_value_and_nothing_else() -> None:
    assert object_schema({"type": "boolean"}) == {
        "type": "object",
        "properties": {"answer": {"type": "boolean"}},
        "required": ["answer"],
        "additionalProperties": False,
    }


def test_an_answer_is_read_as_json_only_where_it_was_asked_for() -> None:
    tags = Destination(schema=lambda: {"type": "array", "items": {"type": "string"}})

    assert clean('<think>Hm.</think>{"answer": ["tide", "boats"]}', tags, TAG).text == "tide\nboats"
    # A server that did not keep to the schema.
    assert clean("tide, boats", tags, TAG).text == "tide, boats"


@pytest.mark.parametrize("answer", ['{"title": {["x"]: 1}}', "{'answer': {['x']: 1}}"])
def test_what_is_neither_json_nor_python_is_no_error(answer: str) -> None:
    assert text_of(answer) is None
    assert clean(answer, Destination(is_one_line=True), TAG).text == answer
