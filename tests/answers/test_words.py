"""Words and phrases are found whole, in whatever case and on whatever lines."""

from __future__ import annotations

import pytest

from wagtail_llm_actions.answers.checks.words import has_word, split_words


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("A Cheap boat", "cheap"),
        ("It is cheap.", "CHEAP"),
        ("Cheaper boats", "cheap*"),
        ("the harbour\nmaster", "harbour  master"),
        ("don’t panic", "don't"),
        ("state\u2011of\u2011the\u2011art", "state-of-the-art"),
        ("che\u00adap", "cheap"),
        ("Größe", "GRÖSSE"),
        ("安い船です", "安い"),
        ("IŞIK", "ışık"),
        ("İstanbul", "istanbul"),
        ("We use C++.", "C++"),
    ],
)
def test_a_word_is_found(text: str, word: str) -> None:
    assert has_word(text, word)


@pytest.mark.parametrize(
    ("text", "word"),
    [("Cheaper boats", "cheap"), ("Uncheap", "cheap*"), ("", "cheap"), ("Any", "*"), ("Any", "")],
)
def test_what_is_no_such_word_is_not_found(text: str, word: str) -> None:
    assert not has_word(text, word)


def test_a_list_of_words_is_separated_by_commas_and_lines() -> None:
    assert split_words(" cheap,best of all\n\ncheap; boats ,") == ("cheap", "best of all", "boats")
    assert split_words("船、港，海；سفينة، ميناء") == ("船", "港", "海", "سفينة", "ميناء")
