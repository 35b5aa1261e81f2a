"""Reasoning whose opening is part of the prompt, so that an answer holds nothing but its end."""

from __future__ import annotations

import pytest

from tests.answers.test_cleaning import LINE, LINES
from wagtail_llm_actions.answers.cleaning import clean
from wagtail_llm_actions.answers.live_filter import LiveFilter
from wagtail_llm_actions.answers.reasoning_forms import BEGINS_IN_REASONING
from wagtail_llm_actions.prompts.variables import TAG

TEXT = "The tide came early"
THOUGHT = "The page is about a harbour. A tide, perhaps.\n\n"
NO_END = ["The page is about a harbour", f"{THOUGHT}</think>", f"{THOUGHT}</think>\n\n"]


def shown(answer: str, *, is_cut_off: bool = False) -> str:
    """Return what an editor sees of the answer of a model that is known to begin in reasoning."""
    live = LiveFilter(TAG, begins_in_reasoning=True)
    pieces = [live.feed(character) for character in answer]
    return "".join([*pieces, live.end(is_cut_off=is_cut_off)])


@pytest.mark.parametrize("closing", ["</think>", "</thinking>", "[/THINK]", "<|end_of_thought|>"])
def test_what_a_model_thinks_without_a_tag_is_never_shown(closing: str) -> None:
    answer = f"{THOUGHT}{closing}\n\n{TEXT}"

    assert shown(answer).strip() == TEXT
    found = clean(answer, LINE, TAG, begins_in_reasoning=True)
    assert (found.text, found.has_reasoned_unopened) == (TEXT, True)


@pytest.mark.parametrize("is_cut_off", [False, True])
def test_a_text_is_shown_as_it_arrives_once_the_reasoning_is_over(is_cut_off: bool) -> None:
    live = LiveFilter(TAG, begins_in_reasoning=True)

    assert live.feed(f"{THOUGHT}</think>\n\n") == ""
    assert live.is_reasoning
    assert live.feed(f"{TEXT}, and").strip() == f"{TEXT}, and"
    assert live.end(is_cut_off=is_cut_off) == ""


def test_words_before_a_box_are_no_reasoning_that_the_next_answer_would_begin_with() -> None:
    found = clean(f"The title is <|begin_of_box|>{TEXT}<|end_of_box|>", LINE, TAG)

    assert (found.text, found.has_reasoned_unopened) == (TEXT, False)


def test_a_held_text_without_any_end_of_reasoning_is_the_text() -> None:
    assert shown(TEXT) == TEXT
    assert clean(TEXT, LINE, TAG, begins_in_reasoning=True).text == TEXT


@pytest.mark.parametrize("answer", NO_END)
def test_reasoning_that_is_cut_off_is_no_text(answer: str) -> None:
    assert shown(answer, is_cut_off=True).strip() == ""
    found = clean(answer, LINES, TAG, is_cut_off=True, begins_in_reasoning=True)
    assert (found.text, found.is_only_reasoning) == ("", True)


def test_a_model_that_opens_its_reasoning_itself_is_shown_behind_it() -> None:
    assert shown(f"<think>{THOUGHT}</think>{TEXT}").strip() == TEXT


@pytest.mark.parametrize("ending", ["</think>", "\n</think>\n\n", "</thinking><|im_end|>"])
def test_a_closing_tag_behind_a_finished_text_is_a_stray_one(ending: str) -> None:
    found = clean(TEXT + ending, LINE, TAG)

    assert (found.text, found.is_only_reasoning) == (TEXT, False)
    assert not found.has_reasoned_unopened


@pytest.mark.parametrize(
    "answer",
    [
        f"{TEXT}</think>",
        "The page is about a harbour, and its readers sail</think>",
        f"{THOUGHT}So a title about the sea\n</think>\n",
    ],
)
def test_a_closing_tag_behind_a_text_that_was_cut_off_ends_its_reasoning(answer: str) -> None:
    found = clean(answer, LINE, TAG, is_cut_off=True)

    assert (found.text, found.is_only_reasoning) == ("", True)


@pytest.mark.parametrize(
    "answer",
    [
        "Okay, the user wants a title.\n</think>",
        "Let me think about the harbour.</think>\n",
        f"{THOUGHT}So a title about the sea\n</think>\n",
    ],
)
def test_what_reads_like_reasoning_is_no_text_although_the_model_was_at_its_end(
    answer: str,
) -> None:
    found = clean(answer, LINE, TAG)

    assert (found.text, found.is_only_reasoning) == ("", True)


def test_paragraphs_before_a_stray_tag_are_the_text_where_a_field_takes_them() -> None:
    text = "The tide came early.\n\nNobody knew."

    assert clean(f"{text}\n</think>", LINES, TAG).text == text


def test_a_tag_that_is_written_about_ends_no_reasoning() -> None:
    answer = "It closes `</think>` here.\n</think>\nThe tag `</think>` ends it"

    assert clean(answer, LINES, TAG, begins_in_reasoning=True).text.startswith("The tag")


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("deepseek-ai/DeepSeek-R1", True),
        ("deepseek-r1:8b", True),
        ("DeepSeek-R1-Distill-Qwen-7B-Q4_K_M.gguf", True),
        ("Qwen/QwQ-32B", True),
        ("Qwen3-4B-Thinking-2507", True),
        ("moonshotai/kimi-k2-thinking", True),
        ("allenai/Olmo-3-7B-Think", True),
        ("THUDM/GLM-Z1-9B-0414", True),
        ("MiniMaxAI/MiniMax-M2", True),
        ("LGAI-EXAONE/EXAONE-Deep-7.8B", True),
        ("inclusionAI/Ring-mini-2.0", True),
        ("nvidia/NVIDIA-Nemotron-Nano-9B-v2", True),
        ("microsoft/Phi-4-mini-reasoning", True),
        ("nvidia/Llama-3.1-Nemotron-70B-Instruct", False),
        ("owl-4-fast-non-reasoning", False),
        ("qwen3:4b", False),
        ("gpt-5.1-thinking", False),
        ("claude-3-7-sonnet-thinking", False),
        ("llama-3.1-8b-instruct", False),
        ("mistral-large", False),
        ("rethinker-r12", False),
    ],
)
def test_the_models_that_do_so_are_known_by_name(name: str, begins: bool) -> None:
    assert bool(BEGINS_IN_REASONING.search(name)) is begins


BEGINNINGS = [
    "Okay, the user wants a title.",
    "Alright, let me see.",
    "Hmm, a harbour.",
    "We need to write a title.",
    "I need to find a title.",
    "First, I read the text.",
    "The user asks for a title.",
    "The task is to write a title.",
    "This is a request for a title.",
    "Got it, a title.",
    "Looking at the text, I see boats.",
    "I'll start with the boats.",
    "Let's count the boats.",
    "Also, der Nutzer will einen Titel.",
    "Der Nutzer will einen Titel.",
    "Ich muss einen Titel finden.",
    "Wir müssen kurz sein.",
    "L’utilisateur veut un titre.",
    "Je dois trouver un titre.",
    "El usuario quiere un título.",
    "Necesito un título.",
    "L'utente vuole un titolo.",
    "De gebruiker wil een titel.",
    "Пользователь хочет заголовок.",
    "好的，用户想要标题。",
    "ユーザーはタイトルを求めています。",
]


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_an_unknown_model_that_seems_to_think_is_held_back_until_it_closes_its_thoughts(
    beginning: str,
) -> None:
    live = LiveFilter(TAG)

    held = [live.feed(character) for character in f"{beginning} {THOUGHT}\n</think>\n"]
    text = [live.feed(character) for character in TEXT]

    assert "".join(held) == ""
    assert "".join([*text, live.end()]).strip() == TEXT


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_a_text_that_only_begins_so_is_shown_at_its_end(beginning: str) -> None:
    text = beginning.replace("the user", "Anna").replace("The user", "Anna") + " The end came"
    live = LiveFilter(TAG)

    assert live.feed(text) + live.end() == text
