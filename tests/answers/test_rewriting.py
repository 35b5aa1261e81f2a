"""A rewritten text is told from what a weak model writes in its place."""

from __future__ import annotations

import pytest

from wagtail_llm_actions.answers.checks.rewriting import is_long_enough, is_rewriting

TEXT = "The boats lay dry until noon, because the tide had come early and nobody had told the harbour master."
SOURCE = (
    "On Monday the tide at Port Isaac came in two hours early. Fishermen went home for breakfast."
)
REQUEST = (
    "This text does not fit its field. Rewrite it so that it fits, and change nothing else. "
    "The text has 103 characters, and the field takes at most 80. Shorten it to at most 68 characters."
)


@pytest.mark.parametrize(
    "new",
    [
        "The boats lay dry until noon: the tide was early.",
        "Boats dry until noon as nobody told the harbour master",
        "Early tide at Port Isaac sends fishermen home",
        "The early tide left boats dry. Nobody had told the harbour master.",
    ],
)
def test_a_rewriting_shares_its_words_with_the_text_or_its_source(new: str) -> None:
    assert is_rewriting(new, TEXT, source=SOURCE, request=REQUEST)


@pytest.mark.parametrize(
    "new",
    [
        "The summary is concise and captures the main point of the article.",
        "This text has been shortened so that it fits the field.",
        "Rewrite it so that it fits, and change nothing else.",
        "The boats lay dry. The field takes at most 80 characters.",
        "I am sorry, but as a language model I cannot do this.",
        "Your shortened summary goes here",
        "Der Text wurde gekürzt und passt jetzt in das Feld.",
        "...",
        "",
    ],
)
def test_comments_echoes_and_shells_are_no_rewritings(new: str) -> None:
    assert not is_rewriting(new, TEXT, source=SOURCE, request=REQUEST)


def test_scripts_without_spaces_are_compared_by_their_characters() -> None:
    text = "船は正午まで干上がったままで、港長には誰も知らせていなかった。"

    assert is_rewriting("船は正午まで干上がったまま。", text, source="", request=REQUEST)
    assert not is_rewriting(
        "要約を短くしました。ご確認ください。", text, source="", request=REQUEST
    )


@pytest.mark.parametrize(
    ("new", "is_one_line", "enough"),
    [
        ("Boats lay dry.", False, False),
        ("The boats lay dry until noon, as the tide was early.", False, True),
        ("Early tide", True, True),
        ("Tide", True, False),
        ("早潮", True, True),
    ],
)
def test_a_scrap_is_far_shorter_than_what_was_asked_for(
    new: str, *, is_one_line: bool, enough: bool
) -> None:
    assert is_long_enough(new, asked=255, is_one_line=is_one_line) is enough
