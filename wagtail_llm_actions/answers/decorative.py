"""Tell from the answer about an image that the image is decorative, and needs no text."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from wagtail_llm_actions.answers.removals import Removal, Removals

if TYPE_CHECKING:
    from wagtail_llm_actions.answers.cleaning import CleanAnswer

DECORATIVE = "DECORATIVE"
"""What prompts ask for; the one word of an answer in capitals is it, whatever the model adds to it."""
_DECORATIVE_FIRST = re.compile(rf"\W*{DECORATIVE}\b(?!\w)")
_IS_DECORATIVE = re.compile(
    r"""\W*
    (?:(?:alt(?:ernative)?[ ]?text|answer)\W+)?
    (?:(?:the|this|an?)\s)?(?:image\s)?(?:(?:is|as)\s)?(?:marked\sas\s)?(?:an?\s)?
    (?:(?:purely|only|merely|just|solely)\s)?
    (?:decorative|decoration|dekorativ|d[ée]coratif|d[ée]corative|decorativ[ao]|decoratief)
    (?:\s(?:image|only|element|purposes?|bild|afbeelding))?
    \W*""",
    re.VERBOSE | re.IGNORECASE,
)
"""The same in other words, and in the languages of common pages; a text that only begins so is a text."""
_EMPTY_ALT = re.compile(r"""\W*alt\s*=\s*(["'])\s*\1\W*""", re.IGNORECASE)


def without_decorative(answer: CleanAnswer) -> CleanAnswer:
    """Return the answer without any text where the model only says that the image is decorative."""
    text = answer.text
    if not (
        _DECORATIVE_FIRST.match(text)
        or _IS_DECORATIVE.fullmatch(text)
        or _EMPTY_ALT.fullmatch(text)
    ):
        return answer
    removals = Removals()
    removals.add(Removal.DECORATIVE, text)
    return replace(answer, text="", removed=[*answer.removed, *removals.as_json()])
