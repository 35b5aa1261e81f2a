"""What models write around a text is taken away, and nothing of the text."""

from __future__ import annotations

import json
import math
import time
from pathlib import Path
from typing import Any

import pytest

from wagtail_llm_actions.answers.cleaning import clean
from wagtail_llm_actions.answers.destination import Destination
from wagtail_llm_actions.answers.markup import plain
from wagtail_llm_actions.answers.removals import Removal
from wagtail_llm_actions.prompts.variables import TAG

CORPUS: dict[str, Any] = json.loads(
    (Path(__file__).parent / "corpus" / "dirty.json").read_text(encoding="utf-8")
)
LINE = Destination(is_one_line=True, max_length=255)
LINES = Destination()


def cleaned(answer: str, destination: Destination = LINE) -> str:
    return clean(answer, destination, TAG).text


@pytest.mark.parametrize(("name", "destination"), [("line", LINE), ("lines", LINES)])
def test_a_field_gets_the_text_alone(name: str, destination: Destination) -> None:
    found = {case["answer"]: cleaned(case["answer"], destination) for case in CORPUS[name]}

    right = {case["answer"]: case["text"] for case in CORPUS[name]}
    assert {answer: text for answer, text in found.items() if text != right[answer]} == {}


@pytest.mark.parametrize("answer", CORPUS["only_reasoning"])
def test_an_answer_of_nothing_but_reasoning_is_told_from_an_empty_one(answer: str) -> None:
    found = clean(answer, LINE, TAG)

    assert (found.text, found.is_only_reasoning) == ("", True)
    assert clean("", LINE, TAG).is_only_reasoning is False


def test_the_corpus_has_every_kind_of_removal() -> None:
    kinds = {case["kind"] for case in CORPUS["line"]}

    assert len(CORPUS["line"]) + len(CORPUS["lines"]) >= 150
    # What is decorative is only told of images, in tests of their own.
    assert kinds - {"control"} == {kind.value for kind in Removal} - {"decorative"}


def test_whatever_is_taken_away_is_recorded() -> None:
    silent = {"control", "markup"}
    unrecorded = [
        case["answer"]
        for case in CORPUS["line"]
        if case["kind"] not in silent and not clean(case["answer"], LINE, TAG).removed
    ]

    assert unrecorded == []


def test_a_removal_has_its_kind_and_its_text() -> None:
    found = clean('<think>A title.</think>Title: "The tide"<|im_end|>', LINE, TAG)

    assert found.text == "The tide"
    assert found.removed == [
        {"kind": "reasoning", "text": "A title."},
        {"kind": "special_token", "text": "<|im_end|>"},
        {"kind": "lead_in", "text": "Title:"},
        {"kind": "quotes", "text": '" … "'},
    ]


def test_the_removed_text_that_is_kept_is_bounded() -> None:
    found = clean(f"<think>{'hm ' * 5_000}</think>The tide", LINE, TAG)

    assert [len(removed["text"]) for removed in found.removed] == [2_000]


@pytest.mark.parametrize(
    "answer", ["\u200b", "\u2060\u200d", " \ufeff\u00ad\n", "\u2800", "\u3164", "** **"]
)
def test_a_text_that_nobody_sees_is_empty(answer: str) -> None:
    assert cleaned(answer).strip("* ") == ""


@pytest.mark.parametrize(
    "text", ["Tide\u200bs come", "👩\u200d👩\u200d👧 at sea", "Flut\u00adwelle", "❤\ufe0f"]
)
def test_marks_that_a_provider_puts_in_stay(text: str) -> None:
    assert cleaned(text) == text


def test_halves_of_a_character_are_joined() -> None:
    assert cleaned("Tide \ud83c\udf0a early") == "Tide 🌊 early"
    assert cleaned("Tide \ud83c early") == "Tide  early"


def test_markup_stays_where_the_field_takes_it() -> None:
    assert cleaned("```\n**The** tide\n```", Destination(is_plain=False)) == "**The** tide"


@pytest.mark.parametrize(
    "answer", ["<ul><li>One</li></ul>", "<h2>Tide</h2>", "<p>One</p>\n<p>Two</p>"]
)
def test_html_stays_where_the_field_takes_it(answer: str) -> None:
    assert cleaned(answer, Destination(is_plain=False)) == answer
    assert cleaned(f"<answer>{answer}</answer>", Destination(is_plain=False)) == answer


def test_a_list_stays_where_several_lines_are_asked_for() -> None:
    titles = "The tide\nThe boats\nA port"

    assert cleaned(titles, LINES) == titles
    assert cleaned(f"1. {titles}\n2. More", LINES) == f"1. {titles}\n2. More"


UNITS = [
    *("The tide came. ", "<", "<think>", "*a ", "**a ", "_a", "<b>", "[a](x", "`a", "&amp", "#"),
    *(
        ">a\n",
        '"a ',
        "<!--",
        "<script>",
        "![[",
        "\\",
        "assist",
        "<|im_end|> ",
        "\n<think>",
        "\n# a",
    ),
    *("$", "\\boxed{", "<x>\n", "[a ", "▁", "Final answer:\n", "a: b\n", " ", "\t", "- 1 "),
    *("Okay, the user ", "1. a\n", "Title: ", "(1 characters)\n", "\n\n", "Sure! ", "{", "```\n"),
]


def seconds_to_clean(unit: str, length: int) -> float:
    """Return the processor time for an answer of nothing but one unit."""
    repeated = (unit * length)[:length]
    started = time.process_time()
    cleaned(repeated)
    # Between words, so that blanks are not at the ends of the text.
    cleaned(f"Tides {repeated} come", LINES)
    return time.process_time() - started


@pytest.mark.parametrize("unit", UNITS)
def test_the_work_grows_with_the_length_of_an_answer_and_not_with_its_square(unit: str) -> None:
    short, long = math.inf, math.inf
    # The shortest of a few times is that of the work alone, however busy the machine is.
    for _ in range(5):
        short = min(short, seconds_to_clean(unit, 3_000))
        long = min(long, seconds_to_clean(unit, 12_000))
        if long < 8 * short:
            break

    # Four times the length; a search that looks everywhere again would take sixteen times as long.
    assert long < 8 * short


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("**Tide:**early", "Tide: early"),
        ("- **The tide came\n- **The boats", "- The tide came\n- The boats"),
        ("**The tide\ncame early", "The tide\ncame early"),
    ],
)
def test_emphasis_that_is_badly_closed_is_markup_too(answer: str, text: str) -> None:
    assert cleaned(answer, LINES) == text


def test_a_title_that_reads_like_a_thought_stays_with_a_comment_below_it() -> None:
    assert (
        cleaned("We need a new answer.\n\nThis title captures the main idea.")
        == "We need a new answer."
    )


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("10<sup>6</sup> tons of CO<sub>2</sub>", "10⁶ tons of CO₂"),
        ("Le 1<sup>er</sup> mai", "Le 1er mai"),
        ("x<SUP>n</SUP><sup>-1</sup>", "xn⁻¹"),
    ],
)
def test_numbers_above_and_below_the_line_stay_what_they_are(answer: str, text: str) -> None:
    assert plain(answer) == text
