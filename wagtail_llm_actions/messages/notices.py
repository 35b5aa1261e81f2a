"""Notices about outputs that arrived, but not exactly as the action asked for, or are not kept any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from wagtail_llm_actions.answers.characters import direction_controls
from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.generation import FinishReason
from wagtail_llm_actions.messages.labels import model_label
from wagtail_llm_actions.models import RedactionReason

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from django.utils.functional import Promise

    from wagtail_llm_actions.models import LLMRun


_REDACTED: Mapping[str, Promise] = {
    RedactionReason.AGE: _lazy(
        "The texts of this run were redacted on %(date)s: they were older than this site keeps texts."
    ),
    RedactionReason.MODE: _lazy(
        "The texts of this run were redacted on %(date)s: only its figures are kept once it is decided on."
    ),
    RedactionReason.OBJECT: _lazy(
        "The texts of this run were redacted on %(date)s: the page or snippet was deleted."
    ),
    RedactionReason.PERSON: _lazy(
        "The texts of this run were redacted on %(date)s: they were removed with the data of a person."
    ),
    RedactionReason.NEVER: _lazy("The texts of this run are not stored."),
}


def notice(run: LLMRun) -> str:
    """Return what the editor should know about the output of a run that has ended; often empty."""
    if run.redacted_at:
        return redaction_sentence(run)
    if run.status == run.Status.FAILED and run.output:
        return _("This text had arrived before the failure. It may not be complete.")
    if run.status != run.Status.SUCCEEDED:
        return ""
    return " ".join(_sentences(run))


def truncation_notice(run: LLMRun) -> str:
    """Return how much of the source was left out; empty where all of it was sent.

    Rich text and StreamFields are read no further than a prompt can hold, so more may follow.
    """
    if not run.truncated_chars:
        return ""
    values = {
        "model": model_label(run.current_model_key),
        "count": number_format(run.truncated_chars, force_grouping=True),
    }
    if len(run.prompt) + run.truncated_chars >= get_settings().max_prompt_chars:
        message = _(
            "The source text was too long for %(model)s: %(count)s characters or more at its end were "
            "left out."
        )
        return message % values
    sentence = ngettext(
        "The source text was too long for %(model)s: its last character was left out.",
        "The source text was too long for %(model)s: its last %(count)s characters were left out.",
        run.truncated_chars,
    )
    return sentence % values


def image_notice(title: str) -> str:
    """Return which image is sent too."""
    return _("The image “%(title)s” is sent too, in a smaller version without metadata.") % {
        "title": title
    }


def redaction_sentence(run: LLMRun) -> str:
    """Return when and why the texts of a run were redacted; empty while they are kept."""
    if run.redacted_at is None:
        return ""
    sentence = _REDACTED.get(run.redaction_reason) or _lazy(
        "The texts of this run were redacted on %(date)s."
    )
    return str(sentence) % {"date": redaction_date(run)}


def redaction_date(run: LLMRun) -> str:
    """Return the day on which the texts were redacted; empty while they are kept."""
    if run.redacted_at is None:
        return ""
    return date_format(timezone.localtime(run.redacted_at), "DATE_FORMAT")


def _sentences(run: LLMRun) -> Iterator[str]:
    if run.is_decorative:
        yield _("The model takes this image as decorative: its alternative text stays empty.")
    if run.used_fallback:
        yield _("%(model)s could not answer, so %(fallback)s wrote this text.") % {
            "model": model_label(run.model_key),
            "fallback": model_label(run.fallback_model_key),
        }
    if run.used_cheaper_model:
        yield _("A budget has too little left, so the cheaper model %(model)s wrote this text.") % {
            "model": model_label(run.model_key)
        }
    if cut := truncation_notice(run):
        yield cut
    if codes := direction_controls(run.output):
        yield _(
            "The text holds invisible characters that turn its direction, so that it may read "
            "differently from what it says: %(codes)s."
        ) % {"codes": ", ".join(codes)}
    if run.finish_reason == FinishReason.LENGTH:
        yield _("The text was cut off at the limit of %(tokens)d tokens.") % {
            "tokens": run.max_tokens
        }
