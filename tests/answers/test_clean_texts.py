"""Cleaning a correct text changes nothing: no word of it is lost."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.answers.test_cleaning import CORPUS, LINE, LINES, cleaned
from tests.parts.examples import examples
from wagtail_llm_actions.answers.live_filter import LiveFilter
from wagtail_llm_actions.prompts.variables import TAG

if TYPE_CHECKING:
    from wagtail_llm_actions.answers.destination import Destination

FOLDER = Path(__file__).parent / "corpus"
WRITTEN = (FOLDER / "clean.txt").read_text(encoding="utf-8").splitlines()
PARAGRAPHS = json.loads((FOLDER / "clean_paragraphs.json").read_text(encoding="utf-8"))
BEGINNINGS = [
    *(
        "Here is where",
        "Here are the boats that",
        "Sure enough,",
        "Of course",
        "Certainly,",
        "Yes, and",
    ),
    *(
        "The title fight:",
        "A summary judgement,",
        "Note how",
        "We should",
        "I should",
        "Well,",
        "In 1921,",
    ),
    *(
        "Hier sind",
        "Natürlich",
        "Voici pourquoi",
        "Claro está,",
        "Zeker,",
        "今日は",
        "قال",
        "“Wait,” said",
    ),
    *(
        "Thinking of",
        "Reasons for",
        "Okay,",
        "So",
        "Let",
        "Der Text,",
        "La description de",
        "#tide:",
    ),
]
MIDDLES = [
    *(
        "the river ends",
        "five boats & a port",
        "snake_case isn't 5 * 3",
        "a < b",
        "“the sea”",
        "C# and <3",
    ),
    *(
        "die Flut kommt",
        "la mer est froide",
        "el mar",
        "潮が早い",
        "البحر",
        "🌊 and ❤️",
        "AT&T’s tower",
        "3:2",
    ),
    *(
        "the `code` of tokens",
        "(19 boats)",
        "it costs 5 €",
        "x_1 and x_2",
        "10:30–11:45",
        'a 5" pipe',
    ),
]
ENDINGS = [
    "",
    ".",
    "!",
    "?",
    "…",
    ": a history",
    ", he said",
    " – again",
    " (part 2)",
    " at “home”",
    "*",
]


@pytest.mark.parametrize("destination", [LINE, LINES], ids=["line", "lines"])
def test_a_written_text_stays_as_it_is(destination: Destination) -> None:
    assert {
        text: cleaned(text, destination) for text in WRITTEN if cleaned(text, destination) != text
    } == {}


def test_written_paragraphs_stay_as_they_are() -> None:
    assert {text: cleaned(text, LINES) for text in PARAGRAPHS if cleaned(text, LINES) != text} == {}


def test_a_thousand_correct_texts_stay_as_they_are() -> None:
    pick = random.Random(20)  # noqa: S311 - the same texts each time
    texts = [*WRITTEN]
    while len(texts) < 1_000:
        texts.append(f"{pick.choice(BEGINNINGS)} {pick.choice(MIDDLES)}{pick.choice(ENDINGS)}")

    def kept(text: str) -> str:
        # Code marks are markup, which a plain field does not take; the words stay.
        return text.replace("`code`", "code")

    changed = {text: cleaned(text) for text in texts if cleaned(text) != kept(text)}
    assert changed == {}


@given(
    st.lists(st.sampled_from(BEGINNINGS + MIDDLES), min_size=1, max_size=6),
    st.sampled_from(["\n\n", "\n", " "]),
)
@examples(200)
def test_paragraphs_stay_as_they_are(parts: list[str], separator: str) -> None:
    text = separator.join(f"{part} and more." for part in parts)

    assert cleaned(text, LINES) == text.replace("`code`", "code")


@given(st.text(max_size=200))
@examples(300)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = cleaned(text, LINES)

    assert cleaned(once, LINES) == once


ALL_DIRTY = [case["answer"] for case in CORPUS["line"] + CORPUS["lines"]] + CORPUS["only_reasoning"]


@given(
    st.sampled_from([*ALL_DIRTY, *WRITTEN]), st.lists(st.integers(1, 9), min_size=1, max_size=20)
)
@examples(300)
def test_where_an_answer_is_split_makes_no_difference(answer: str, sizes: list[int]) -> None:
    whole = LiveFilter(TAG)
    whole.feed(answer)
    whole.end()
    split, start = LiveFilter(TAG), 0
    while start < len(answer):
        size = sizes[start % len(sizes)]
        split.feed(answer[start : start + size])
        start += size
    split.end()

    assert split.text == whole.text


def test_clean_answers_stay_clean() -> None:
    found = [case["text"] for case in CORPUS["line"] + CORPUS["lines"]]

    assert [text for text in found if cleaned(text, LINES) != text] == []
