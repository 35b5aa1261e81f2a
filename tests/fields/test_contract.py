"""What a field takes, what of a text does not fit it, and what prompts say about it."""

from __future__ import annotations

import pytest
from django.core.validators import MinLengthValidator, RegexValidator, URLValidator
from django.db import models
from django.utils.functional import lazystr
from django.utils.translation import gettext_lazy, override

from wagtail_llm_actions.fields.base import FieldAdapter
from wagtail_llm_actions.fields.contract import Contract, Fault, FaultKind
from wagtail_llm_actions.fields.text import TextAdapter
from wagtail_llm_actions.messages.faults import fault_sentence
from wagtail_llm_actions.prompts.destination import describe

no_digits = RegexValidator(r"\A\D*\Z", "Write numbers as words.")


def breaks(_text: str) -> None:
    raise TypeError


def contract(field: models.Field[str, str]) -> Contract:
    return TextAdapter().contract(field)


def messages(faults: list[Fault]) -> list[str]:
    return [fault_sentence(fault) for fault in faults]


def test_a_text_that_fits_has_no_faults() -> None:
    assert contract(models.CharField(max_length=5, validators=[no_digits])).faults("Tides") == []


def test_a_text_is_too_long_by_the_characters_that_readers_see() -> None:
    line = contract(models.CharField(max_length=5))

    assert line.faults("Tides\u200b\u2063") == []
    assert line.faults("Harbour") == [Fault(kind=FaultKind.TOO_LONG, count=7, limit=5)]
    assert messages(line.faults("Harbour")) == [
        "The text has 7 characters, and the field takes at most 5."
    ]


@pytest.mark.parametrize(
    ("validator", "message"),
    [
        (no_digits, "Write numbers as words."),
        (URLValidator(), "Enter a valid URL."),
        (MinLengthValidator(20), "Ensure this value has at least 20 characters (it has 16)."),
    ],
)
def test_the_validators_of_the_field_judge_the_text(validator: object, message: str) -> None:
    faults = contract(models.TextField(validators=[validator])).faults("4 boats lay dry.")  # type: ignore[list-item]

    assert messages(faults) == [message]


def test_messages_are_in_the_language_of_the_reader() -> None:
    with override("de"):
        faults = contract(models.TextField(validators=[URLValidator()])).faults("tides")

    assert messages(faults) == ["Bitte eine gültige Adresse eingeben."]


def test_a_validator_that_breaks_judges_nothing() -> None:
    assert contract(models.TextField(validators=[breaks])).faults("tides") == []


def test_prompts_say_the_help_text_and_what_the_validators_ask_for() -> None:
    field = models.TextField(
        help_text=lazystr("One <b>or two</b>\nsentences."),
        validators=[MinLengthValidator(20), no_digits, breaks],
    )

    with override("de"):
        sentences = describe(contract(field).destination)

    assert sentences == (
        "Answer with plain text, only the text itself. At least 20 characters. "
        "Write numbers as words. About this field: One or two sentences."
    )


def test_a_help_text_is_sent_in_english_whoever_asks() -> None:
    field = models.TextField(help_text=gettext_lazy("Yes"))

    with override("de"):
        assert contract(field).destination.help_text == "Yes"


def test_a_help_text_of_many_lines_is_not_sent() -> None:
    assert contract(models.TextField(help_text="Long. " * 100)).destination.help_text == ""


class Codes(FieldAdapter):
    def accepts(self, field: object) -> bool:
        return True

    def read(self, instance: models.Model, field: object) -> str:
        return ""


def test_an_adapter_of_a_site_has_the_contract_that_its_destination_says() -> None:
    field = models.CharField(max_length=5, validators=[no_digits], help_text="A code.")

    codes = Codes().contract(field)

    assert codes.destination.help_text == "A code."
    assert messages(codes.faults("12345")) == []
    assert len(codes.faults("123456")) == 1
