"""Choices: one, or several, by their labels or their values."""

from __future__ import annotations

import html
import string
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from wagtail_llm_actions.answers.characters import caseless
from wagtail_llm_actions.fields.parsing.base import (
    format_of,
    raw_value,
    schema_of,
    shown_value,
    takes_several,
    vocabulary_of,
)
from wagtail_llm_actions.fields.parsing.items import lines, split

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MAX_CHOICES = 1_000
MAX_ENUM = 200
"""Vendors take few hundred; of more choices, the prompt names as many as it should."""
MAX_LANGUAGES = 10
"""Of the site, by whose labels a choice is looked for as well: a model may answer in that of the page."""
MAX_LISTED_CHARS = 4_000
"""Of the choices that a prompt names."""
MAX_SHOWN_CHARS = 60
"""Of a text that is no choice, in a message."""
_AROUND = string.punctuation + string.whitespace + "“”„‘’«»‹›‚「」『』《》。、，！？：；؟،؛।"


@raw_value.register(forms.ChoiceField)
def _choice(form_field: Any, text: str) -> Any:
    """Return the value of the choice, or the values of the choices, that a text names."""
    readers = dict.fromkeys(["en", get_language() or "en"])
    try:
        return _named(_Choices(form_field, readers), text, several=takes_several(form_field))
    except ValidationError:
        others = [code for code, _name in settings.LANGUAGES if code not in readers]
        if not 0 < len(others) <= MAX_LANGUAGES:
            raise
        with suppress(ValidationError):
            return _named(_Choices(form_field, others), text, several=takes_several(form_field))
        raise


def _named(choices: _Choices, text: str, *, several: bool) -> Any:
    if several:
        return list(dict.fromkeys(value for line in lines(text) for value in choices.several(line)))
    return choices.one(text) if text.strip() else ""


@shown_value.register(forms.ChoiceField)
def _shown(form_field: Any, controls: list[str]) -> str:
    labels = dict(_flat(form_field))
    return ", ".join(str(labels.get(value, value)) for value in controls)


@format_of.register(forms.ChoiceField)
def _format(form_field: forms.ChoiceField) -> str:
    several = takes_several(form_field)
    return "some of these choices, separated by commas" if several else "one of these choices"


@vocabulary_of.register(forms.ChoiceField)
def _vocabulary(form_field: forms.ChoiceField) -> str:
    with override("en"):
        return (
            f"The choices are: {listed(str(label) for value, label in _flat(form_field) if value)}."
        )


@schema_of.register(forms.ChoiceField)
def _schema(form_field: forms.ChoiceField) -> dict[str, Any]:
    """Return the labels of fixed choices; objects are looked up by names that a prompt may not tell."""
    if isinstance(form_field, forms.ModelChoiceField):
        return {}
    with override("en"):
        labels = [str(label).strip() for value, label in _flat(form_field) if value]
    if not 0 < len(labels) == len(set(labels)) <= MAX_ENUM:
        return {}
    one = {"type": "string", "enum": labels}
    return {"type": "array", "items": one} if takes_several(form_field) else one


def listed(names: Iterable[str]) -> str:
    """Return names in quotation marks, as many as a prompt should have."""
    quoted, room = [], MAX_LISTED_CHARS
    for name in names:
        quoted.append('"{}"'.format(" ".join(name.replace('"', "'").split())))
        room -= len(quoted[-1])
        if room < 0:
            break
    return ", ".join(quoted)


class _Choices:
    """Finds a choice by its label, in one of some languages, or by its value.

    What is written exactly alike comes first, then labels, then values.
    """

    def __init__(self, form_field: Any, languages: Iterable[str]) -> None:
        self._choices = [(value, label) for value, label in _flat(form_field) if value]
        self._names: list[dict[str, set[str]]] = [{}, {}, {}]
        exact, alike, values = self._names
        for language in languages:
            with override(language):
                for value, label in self._choices:
                    exact.setdefault(str(label).strip(), set()).add(value)
                    alike.setdefault(_plain(str(label)), set()).add(value)
        for value, _label in self._choices:
            values.setdefault(_plain(value), set()).add(value)

    def one(self, text: str) -> str:
        """Return the value of the choice that a text, its first line, or what is behind a colon names."""
        line = text.strip().splitlines()[0]
        for part in (text, line, line.rpartition(":")[2]):
            if value := self._find(part):
                return value
        raise self._unknown(text)

    def several(self, line: str) -> Iterator[str]:
        """Yield the values of the choices that a line names; a label may have commas itself."""
        if value := self._find(line):
            yield value
            return
        items = split(line)
        start = 0
        while start < len(items):
            value, start = self._longest(items, start)
            yield value

    def _longest(self, items: Sequence[str], start: int) -> tuple[str, int]:
        for end in range(min(len(items), start + 5), start, -1):
            if value := self._find(", ".join(items[start:end])):
                return value, end
        # A heading before the first one, or a reason behind each.
        for part in (items[start].partition(":")[0], items[start].rpartition(":")[2]):
            if value := self._find(part):
                return value, start + 1
        raise self._unknown(items[start])

    def _find(self, text: str) -> str:
        exact, alike, values = self._names
        plain = _plain(text)
        for found in (exact.get(text.strip()), alike.get(plain), values.get(plain)):
            if found and len(found) == 1:
                return next(iter(found))
        return ""

    def _unknown(self, text: str) -> ValidationError:
        return ValidationError(
            _("“%(text)s” is not one of the choices."),
            code="invalid_choice",
            params={"text": " ".join(text.split())[:MAX_SHOWN_CHARS]},
        )


def _flat(form_field: Any) -> Iterator[tuple[str, Any]]:
    """Yield the values and the labels of choices, of those in groups as well."""
    for value, label in islice(form_field.choices, MAX_CHOICES):
        group = label if isinstance(label, (list, tuple)) else [(value, label)]
        for each, its_label in group:
            yield "" if each is None else str(each), its_label


def _plain(name: str) -> str:
    text = caseless(html.unescape(name))
    # A name of marks only, such as "+" and "-", is what they are.
    return " ".join(text.strip(_AROUND).split()) or text.strip()
