"""What an answer has in common with the text that it was made from is no addition of the model."""

from __future__ import annotations

import pytest

from tests.answers.test_cleaning import LINE, LINES
from wagtail_llm_actions.answers.cleaning import clean
from wagtail_llm_actions.answers.destination import Destination, Source
from wagtail_llm_actions.prompts.variables import TAG, content_in

TEXT = "The tide came early.\n\nNobody knew why."


def made_from(source: str, answer: str, destination: Destination = LINES) -> str:
    return clean(answer, destination, TAG, source=Source(source)).text


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("Summary: the tide came early", "Summary: The tide came early."),
        ("**Description:** A warm jumper", "Description: A warm jumper."),
        ("Here is a title for you: Rocky", "Here is a title for you: “Rocky”"),
        ('"I saw the Tide," she said, "and ran."', '"I saw the tide and ran."'),
        (f"{TEXT}\n\nI hope this helps !", f"{TEXT}\n\nI hope this helps!"),
        (
            f"{TEXT}\n\n*Let me know if you need changes, to the text*",
            f"{TEXT}\n\nLet me know if you need changes to the text.",
        ),
    ],
)
def test_what_a_text_begins_or_ends_with_stays_in_the_text_made_from_it(
    source: str, answer: str
) -> None:
    assert made_from(source, answer) == answer
    assert made_from("Boats lay dry.", answer) != answer


def test_a_source_with_the_same_first_and_last_letters_is_not_between_marks() -> None:
    answer = 'The title could be "The tide came early".'

    assert made_from("The boats lay dry.", answer, LINE) == "The tide came early"


@pytest.mark.parametrize(
    ("source", "answer", "text"),
    [
        (
            "Title: The sea",
            "Sure! Here is the corrected text:\n\nTitle: The sea.",
            "Title: The sea.",
        ),
        ("Boats. Summary: The sea", "Summary: Tides", "Tides"),
        (f"{TEXT}\n\nI hope you come.", f"{TEXT}\n\nI hope this helps!", TEXT),
    ],
)
def test_other_words_around_it_are_taken_away(source: str, answer: str, text: str) -> None:
    assert made_from(source, answer) == text


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("<input>Boats lay dry.</input>\n\nThe tide", "The tide"),
        ("The tide\n\n<input>\nBoats  lay dry.\n</input>", "The tide"),
        ("<input>The tide</input>", "The tide"),
        ("<input>Boats lay dry.</input>", "Boats lay dry."),
        ("Input: <input>Boats lay dry.</input>\nTitle: The tide", "The tide"),
        ("Here is the corrected text:\n<input>Boats lay dry.</input>", "Boats lay dry."),
    ],
)
def test_a_text_that_a_model_repeats_with_its_tags_is_not_its_answer(
    answer: str, text: str
) -> None:
    assert made_from("Boats lay dry.", answer, LINE) == text


def test_a_number_that_only_the_model_has_written_is_that_of_a_list_of_one() -> None:
    assert made_from("The tide", "1. The tide", LINE) == "The tide"
    assert made_from("Am 1. Mai kam die Flut", "1. Mai: die Flut", LINE) == "1. Mai: die Flut"


def test_the_texts_of_a_prompt_are_those_between_its_tags() -> None:
    prompt = "Title for:\n<input>\nThe tide\n</input>\nNot <post_title>Boats</post_title> <b>x</b>"

    assert content_in(prompt) == ["\nThe tide\n", "Boats"]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("The <b>tide</b> came erly.", "The <b>tide</b> came early."),
        (
            "# Tides\n\nIt *came* erly, see [here](/a).",
            "# Tides\n\nIt *came* early, see [here](/a).",
        ),
        ("Write &lt; for less.", "Write &lt; for less."),
    ],
)
def test_markup_that_a_plain_field_holds_stays_in_its_new_text(text: str, answer: str) -> None:
    own = Source(text, is_own=True)

    assert clean(answer, LINES, TAG, source=own).text == answer
    assert made_from(text, answer) != answer


def test_markup_is_taken_from_the_new_text_of_a_plain_field_that_holds_none() -> None:
    own = Source("5 * 3 and snake_case_words", is_own=True)

    assert clean("**Five** times three", LINES, TAG, source=own).text == "Five times three"


@pytest.mark.parametrize(
    "answer",
    [
        "The tide came early[1]. Nobody knew [2][3]. Why?",
        "The tide came early.[1] Nobody knew.[2] [3] Why?",
        "The tide came early. Nobody knew. Why? [1][2]",
        "The tide came early【1:2†source】. Nobody knew citeturn0search1turn1news2. Why?",
    ],
)
@pytest.mark.parametrize("is_plain", [True, False])
def test_citations_that_the_source_does_not_have_go(answer: str, is_plain: bool) -> None:
    text = "The tide came early. Nobody knew. Why?"

    assert made_from(TEXT, answer, Destination(is_plain=is_plain)) == text


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("The tide came erly[1].", "The tide came early[1]."),
        ("for i: print(boats[i])", "Print the last of boats[1]"),
        (TEXT, "The tide came early[1].\n\n[1] Smith 2020"),
        (TEXT, "Sizes [1] and [2] differ"),
        (TEXT, "A boat [2020] came"),
        (TEXT, "Write so:\n\n```\nboats[1]\n```"),
        (TEXT, "See [1](https://example.com)."),
        (TEXT, "first = boats[0]\nlast = boats[1]"),
        (TEXT, ">>> boats.read()[1]"),
    ],
)
def test_numbers_in_brackets_that_may_be_no_citations_stay(source: str, answer: str) -> None:
    assert made_from(source, answer, Destination(is_plain=False)) == answer


def test_a_call_of_a_tool_that_the_source_holds_stays() -> None:
    text = 'It is written so:\n\n<tool_call>{"name": "sail"}</tool_call>\n\nThat is all.'

    assert made_from(text, text) == text
    assert made_from(TEXT, text) != text


NOTHING = [
    "The text is already correct.",
    "No changes needed.",
    "✅ The text is correct. No changes are needed.",
    "**The provided text contains no errors.**",
    "There are no spelling mistakes in the text.",
    "Der Text ist bereits fehlerfrei. Keine Änderungen nötig.",
    "Aucune correction n’est nécessaire.",
    "Le texte est déjà correct.",
    "El texto ya es correcto.",
    "No se encontraron errores.",
]


@pytest.mark.parametrize("destination", [LINE, LINES], ids=["line", "lines"])
@pytest.mark.parametrize("answer", NOTHING)
def test_a_verdict_on_a_text_is_not_its_new_text(answer: str, destination: Destination) -> None:
    own = Source("The tide came early.", is_own=True)

    found = clean(answer, destination, TAG, source=own)
    assert (found.text, found.is_unchanged) == ("", True)
    assert found.removed[-1]["kind"] == "comment"

    found = clean(f"{answer}\n\nThe tide came early.", destination, TAG, source=own)
    assert (found.text, found.is_unchanged) == ("The tide came early.", False)


@pytest.mark.parametrize("answer", NOTHING)
def test_a_text_from_another_field_may_read_like_a_verdict(answer: str) -> None:
    own = Source(answer.strip("✅* "), is_own=True)

    for source in (Source("The tide came early."), own):
        found = clean(answer.strip("✅* "), LINES, TAG, source=source)
        assert (found.text, found.is_unchanged) == (answer.strip("✅* "), False)


@pytest.mark.parametrize(
    "answer", ["No changes in the crew", "The text is already a classic", "Keine Fehler im Hafen"]
)
def test_a_new_text_that_begins_like_a_verdict_is_a_text(answer: str) -> None:
    own = Source("The tide came early.", is_own=True)

    assert clean(answer, LINE, TAG, source=own).text == answer
