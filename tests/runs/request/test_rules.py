"""The rules of an action: told to the model, checked afterwards, and named where they are broken."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override
from wagtail.models import Locale

from tests.factories import BlogPageFactory, LLMActionFactory, LLMRunFactory, NoticeFactory
from wagtail_llm_actions.messages.faults import fault_sentence
from wagtail_llm_actions.models import LLMAction, LLMRun
from wagtail_llm_actions.runs.contract import faults_of
from wagtail_llm_actions.runs.request.build_run import build_run
from wagtail_llm_actions.runs.request.rules import AnswerRules, rules_of

ENGLISH = "The boats lay dry until noon, and nobody had told them that the tide was early."


def sentences(text: str, **rules: Any) -> list[str]:
    run = LLMRunFactory.build(
        action__prompt_template=None, user=None, rules=rules, field_path="summary"
    )
    return [fault_sentence(fault) for fault in faults_of(run, text)]


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        ({"language": "de"}, "The text is in another language (English), not in German."),
        ({"min_length": 200}, "The text has 79 characters; at least 200 are asked for."),
        ({"required_words": ["harbour"]}, "The text does not have the word “harbour”."),
        ({"forbidden_words": ["boat*"]}, "The text must not have the word “boat”."),
    ],
)
@pytest.mark.django_db
def test_each_rule_that_is_broken_has_a_sentence(rules: dict[str, Any], sentence: str) -> None:
    assert sentences(ENGLISH, **rules) == [sentence]


@pytest.mark.django_db
def test_a_text_that_keeps_the_rules_has_no_faults() -> None:
    rules = {"language": "en", "min_length": 20, "required_words": ["Tide"]}

    assert sentences(ENGLISH, **rules, forbidden_words=["cheap"]) == []


@pytest.mark.django_db
def test_the_sentences_are_in_the_language_of_the_reader() -> None:
    with override("de"):
        assert "Deutsch" in sentences(ENGLISH, language="de")[0]


def test_words_are_looked_for_in_what_readers_see() -> None:
    rules = AnswerRules(required_words=("lay dry",))

    assert [fault.detail for fault in rules.faults("lay **dry**", length=7)] == ["lay dry"]
    assert list(rules.faults("lay dry", length=7)) == []


@pytest.mark.django_db
def test_the_prompt_tells_the_rules_and_the_run_keeps_them() -> None:
    llm_action = LLMActionFactory(
        answer_language="de", required_words="Husum", forbidden_words="billig*", min_length=80
    )

    run, error = build_run(
        llm_action, BlogPageFactory(), trigger=LLMRun.Trigger.EDITOR, source_text="Boats."
    )

    assert error is None
    assert (
        "Answer in German. At least 80 characters. Use these words: “Husum”. "
        "Do not use these words: “billig”."
    ) in " ".join(run.system_instructions.split())
    assert run.rules == {
        "language": "de",
        "language_name": "German",
        "required_words": ("Husum",),
        "forbidden_words": ("billig*",),
        "min_length": 80,
    }


@pytest.mark.django_db
def test_an_action_without_rules_says_nothing() -> None:
    rules = rules_of(LLMActionFactory(), BlogPageFactory())

    assert (list(rules.sentences()), rules.as_json()) == ([], {})


@pytest.mark.django_db
def test_the_language_may_be_that_of_the_page() -> None:
    german = Locale.objects.create(language_code="de")
    llm_action = LLMActionFactory(answer_language="page")

    assert rules_of(llm_action, NoticeFactory(locale=german)).language == "de"
    # A snippet that is not translatable has no language of its own.
    assert rules_of(llm_action, LLMActionFactory()).language == ""


@pytest.mark.parametrize(
    ("text", "instruction", "language"),
    [
        ("Correct this, and keep its language: {{ input }}", "", "fr"),
        ("Translate this into Spanish: {{ input }}", "", ""),
        ("Correct this: {{ input }}", "auf Deutsch", ""),
    ],
)
@pytest.mark.django_db
def test_what_a_template_says_goes_before_the_language_of_the_page(
    text: str, instruction: str, language: str
) -> None:
    llm_action = LLMActionFactory(answer_language="page", prompt_template__text=text)
    french = "Les bateaux sont restés à sec jusqu'à midi, et personne ne les avait prévenus."

    run, _error = build_run(
        llm_action,
        BlogPageFactory(),
        trigger=LLMRun.Trigger.EDITOR,
        source_text=french,
        instruction=instruction,
    )

    assert "Answer in" not in run.system_instructions
    assert run.rules.get("language", "") == language


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Correct this.", "Answer in German."),
        (
            "Correct this. Keep its language.",
            "Answer in German, even where another language is asked for.",
        ),
    ],
)
@pytest.mark.django_db
def test_a_language_that_an_action_names_goes_before_all_and_says_so(
    text: str, sentence: str
) -> None:
    llm_action = LLMActionFactory(answer_language="de", prompt_template__text=text)

    run, _error = build_run(
        llm_action, BlogPageFactory(), trigger=LLMRun.Trigger.EDITOR, source_text="Boats."
    )

    assert sentence in run.system_instructions.split("\n\n")


@pytest.mark.django_db
def test_the_language_of_a_template_is_the_one_that_the_action_asks_for() -> None:
    text = "Translate this text into {{ language }}: {{ input }} It is on a page in {{ page.language }}."
    llm_action = LLMActionFactory(answer_language="fr", prompt_template__text=text)

    run, _error = build_run(
        llm_action, BlogPageFactory(), trigger=LLMRun.Trigger.EDITOR, source_text="Boats."
    )

    assert "into French" in run.prompt
    assert "page in English" in run.prompt
    assert "Answer in French." in run.system_instructions


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"required_words": "boats", "forbidden_words": "tide, Boats"}, "required_words"),
        ({"answer_language": "tlh"}, "answer_language"),
        ({"forbidden_words": "x" * 1001}, "forbidden_words"),
    ],
)
@pytest.mark.django_db
def test_rules_that_no_text_can_keep_are_refused(values: dict[str, Any], name: str) -> None:
    llm_action: LLMAction = LLMActionFactory(**values)

    with pytest.raises(ValidationError) as caught:
        llm_action.full_clean()

    assert list(caught.value.message_dict) == [name]
