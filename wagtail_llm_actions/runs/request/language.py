"""The language that a prompt asks its answer to be in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wagtail_llm_actions.answers.checks.language import language_of, same_language
from wagtail_llm_actions.answers.wording.wanted_language import says_language
from wagtail_llm_actions.prompts.variables import LANGUAGE_VARIABLES
from wagtail_llm_actions.runs.request.variables import (
    has_other_locales,
    language_code,
    language_name,
)

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.db import models

KEEP = "Keep the language of the text."
OF_TEXT = "Answer in the language of the text."
PACKAGE_LANGUAGE = "en"
"""All that the package adds to prompts is in English."""
_SYNTAX = re.compile(r"(?s)\{\{.*?\}\}|\{%.*?%\}")


def asked_language(
    instance: models.Model,
    *,
    templates: tuple[str, str],
    used: Collection[str],
    instruction: str,
    source: str,
    is_own: bool,
) -> str:
    """Return the sentence that asks for a language; empty where nothing has to be said.

    On a site with several locales this is the language of the object. The locale of a site with only one
    says little about a text: such a site may have texts in another language than its locale, and templates in
    another one than its texts. There, a text is answered in its own language.

    Args:
        instance: A page or snippet.
        templates: Of the prompt and of the system instructions. What they say goes first.
        used: The variables that they use.
        instruction: What the editor typed for this run, which goes first too.
        source: The text of the source field.
        is_own: Whether the answer replaces its source, which is then worked on, not translated.
    """
    if LANGUAGE_VARIABLES & set(used) or says_language(*templates, instruction):
        return ""
    of_object, of_source = language_code(instance), language_of(source)
    if has_other_locales(instance):
        if is_own and not same_language(of_source, of_object):
            return KEEP
        return f"Answer in {language_name(of_object)}."
    of_template = language_of(_SYNTAX.sub(" ", " ".join(templates))) or PACKAGE_LANGUAGE
    if same_language(of_source or of_object, of_template):
        return ""
    if not of_source:
        return f"Answer in {language_name(of_object)}."
    return KEEP if is_own else OF_TEXT
