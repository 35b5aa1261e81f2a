"""The rules that an action has for its answers, beside the contract of the field."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from wagtail_llm_actions.answers.checks.language import language_of, other_language
from wagtail_llm_actions.answers.checks.words import ANY_ENDING, has_word, split_words
from wagtail_llm_actions.answers.wording.wanted_language import names_language, says_language
from wagtail_llm_actions.fields.contract import Fault, FaultKind
from wagtail_llm_actions.models.languages import LANGUAGE_OF_PAGE
from wagtail_llm_actions.runs.request.variables import language_code, language_name, locale_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db import models

    from wagtail_llm_actions.models import LLMAction


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerRules:
    """What a run asks of its answer; stored on the run as JSON."""

    language: str = ""
    """The code of the language; empty for any."""
    language_name: str = ""
    """Its name in English, as prompts say it."""
    required_words: tuple[str, ...] = ()
    forbidden_words: tuple[str, ...] = ()
    min_length: int = 0
    """In characters."""

    def as_json(self) -> dict[str, Any]:
        """Return the rules that there are."""
        return {name: value for name, value in asdict(self).items() if value}

    def sentences(self, *, is_contradicted: bool = False) -> Iterator[str]:
        """Yield what prompts say, in English, as all that the package adds to them.

        Args:
            is_contradicted: Whether the template or the editor says something else about the language.
        """
        if self.language_name:
            even = ", even where another language is asked for" if is_contradicted else ""
            yield f"Answer in {self.language_name}{even}."
        if self.min_length:
            yield f"At least {self.min_length} characters."
        if self.required_words:
            yield f"Use these words: {_listed(self.required_words)}."
        if self.forbidden_words:
            yield f"Do not use these words: {_listed(self.forbidden_words)}."

    def faults(self, text: str, *, length: int) -> Iterator[Fault]:
        """Yield what of a text breaks the rules.

        Args:
            text: As readers read it, without markup.
            length: Its characters, as the field counts them.
        """
        if found := other_language(text, self.language):
            yield Fault(kind=FaultKind.LANGUAGE, found=found, detail=self.language)
        if length < self.min_length:
            yield Fault(kind=FaultKind.TOO_SHORT, count=length, limit=self.min_length)
        for word in self.required_words:
            if not has_word(text, word):
                yield Fault(kind=FaultKind.MISSING_WORD, detail=word)
        for word in self.forbidden_words:
            if has_word(text, word):
                yield Fault(kind=FaultKind.FORBIDDEN_WORD, detail=word)


def rules_of(
    llm_action: LLMAction, instance: models.Model, *, source: str = "", instruction: str = ""
) -> AnswerRules:
    """Return the rules of an action for an object.

    An object without a locale has no language of its own, so that any will do. What the template or the
    editor says goes before the language of the page: a text that keeps its language is checked for that.
    """
    template = llm_action.prompt_template
    says = (template.text, template.system_instructions, instruction)
    code, is_asked_for = llm_action.answer_language, True
    if code == LANGUAGE_OF_PAGE:
        is_asked_for = not says_language(*says)
        code = language_code(instance) if locale_of(instance) else ""
        if not is_asked_for:
            code = "" if names_language(*says) else language_of(source)
    return AnswerRules(
        language=code,
        language_name=language_name(code) if is_asked_for else "",
        required_words=split_words(llm_action.required_words),
        forbidden_words=split_words(llm_action.forbidden_words),
        min_length=llm_action.min_length or 0,
    )


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"“{word.rstrip(ANY_ENDING)}”" for word in words)
