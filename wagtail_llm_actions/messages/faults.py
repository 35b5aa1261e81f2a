"""Sentences about what of a text does not fit its field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from wagtail_llm_actions.answers.checks.words import ANY_ENDING
from wagtail_llm_actions.fields.contract import FaultKind
from wagtail_llm_actions.models.languages import language_label

if TYPE_CHECKING:
    from wagtail_llm_actions.fields.contract import Fault


def fault_sentence(fault: Fault) -> str:
    """Return what does not fit, in the active language."""
    values = {
        "count": fault.count,
        "limit": fault.limit,
        "word": fault.detail.rstrip(ANY_ENDING),
        "wanted": language_label(fault.detail),
        "found": language_label(fault.found),
    }
    # A validator's message is a sentence already.
    sentence = _SENTENCES.get(fault.kind)
    return str(sentence) % values if sentence else fault.detail


_SENTENCES = {
    FaultKind.TOO_LONG: _(
        "The text has %(count)d characters, and the field takes at most %(limit)d."
    ),
    FaultKind.TOO_SHORT: _("The text has %(count)d characters; at least %(limit)d are asked for."),
    FaultKind.LANGUAGE: _("The text is in another language (%(found)s), not in %(wanted)s."),
    FaultKind.MISSING_WORD: _("The text does not have the word “%(word)s”."),
    FaultKind.FORBIDDEN_WORD: _("The text must not have the word “%(word)s”."),
}
