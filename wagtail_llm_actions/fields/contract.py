"""The contract of a destination field: what it takes, and what of a text does not fit."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.validators import BaseValidator, MaxLengthValidator, MinLengthValidator
from django.utils.html import strip_tags
from django.utils.translation import override

from wagtail_llm_actions.answers.characters import visible
from wagtail_llm_actions.answers.destination import Destination

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from django.db import models

MAX_HELP_CHARS = 300
"""Longer help texts are for people who have a form before them."""


class FaultKind(StrEnum):
    """What is wrong with a text; ``messages.faults`` has the sentences."""

    TOO_LONG = "too_long"
    INVALID = "invalid"
    """A validator of the field refuses it."""
    NO_VALUE = "no_value"
    """It stands for no value that the field takes."""
    TOO_SHORT = "too_short"
    """As the next ones, by the rules of the action."""
    LANGUAGE = "language"
    MISSING_WORD = "missing_word"
    FORBIDDEN_WORD = "forbidden_word"


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One thing that does not fit."""

    kind: FaultKind
    count: int = 0
    """The characters of a text that is too long or too short."""
    limit: int = 0
    """How many it may or has to have."""
    detail: str = ""
    """The validator's message, in the active language; the word; the code of the wanted language."""
    found: str = ""
    """The code of the language of the text."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Contract:
    """What a field takes: the facts that prompts say, and the checks that answers have to pass."""

    destination: Destination = field(default_factory=Destination)
    validators: Sequence[Callable[[str], object]] = ()
    """Called with the text; they raise ``ValidationError``."""
    is_value: bool = False
    """Whether a text stands for a value, also where it is added to others, and is of no use where it
    does not fit."""
    as_counted: Callable[[str], str] = str
    """Returns what of a text counts as its length."""
    as_read: Callable[[str], str] = str
    """Returns a text as readers see it: without markup, but for the addresses that it links to."""

    def faults(self, text: str) -> list[Fault]:
        """Return what of a text does not fit, the length first; empty where all does."""
        return [*self._too_long(text), *self._invalid(text)]

    def length(self, text: str) -> int:
        """Return the characters of a text, as the field counts them."""
        return len(visible(self.as_counted(text)))

    def _too_long(self, text: str) -> Iterator[Fault]:
        limit, count = self.destination.max_length, self.length(text)
        if limit is not None and count > limit:
            yield Fault(kind=FaultKind.TOO_LONG, count=count, limit=limit)

    def _invalid(self, text: str) -> Iterator[Fault]:
        for validator in self.validators:
            try:
                validator(text)
            except ValidationError as error:
                is_none = self.is_value or getattr(error, "code", "") == FaultKind.NO_VALUE
                kind = FaultKind.NO_VALUE if is_none else FaultKind.INVALID
                for message in error.messages:
                    yield Fault(kind=kind, detail=message)
            except Exception:  # noqa: BLE001, S112 - code of the site, which may expect its own format
                continue


def validators_of(model_field: models.Field[Any, Any]) -> list[Callable[[str], object]]:
    """Return the validators of a field, without that of its length, which counts otherwise."""
    return [each for each in model_field.validators if not isinstance(each, MaxLengthValidator)]


def help_text_of(model_field: models.Field[Any, Any]) -> str:
    """Return a field's help text as a line of plain text; empty where it is long.

    It is that of English where it is translated, as the rest of a prompt, whoever asks for one.
    """
    with override("en"):
        text = " ".join(strip_tags(str(model_field.help_text)).split())
    return text if len(text) <= MAX_HELP_CHARS else ""


def rules_of(model_field: models.Field[Any, Any]) -> tuple[str, ...]:
    """Return what the validators of a field ask for, in English, as far as they have a sentence."""
    with override("en"):
        rules = [_rule(validator) for validator in validators_of(model_field)]
    return tuple(filter(None, rules))


def _rule(validator: Any) -> str:
    if isinstance(validator, MinLengthValidator):
        limit = validator.limit_value
        return f"At least {limit() if callable(limit) else limit} characters."
    # The messages of the other validators with a limit also hold the value that they refuse.
    if isinstance(validator, BaseValidator):
        return ""
    return str(getattr(validator, "message", ""))
