"""Short names that people know things by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _lazy

from wagtail_llm_actions.answers.removals import Removal
from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.generation import FinishReason

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from wagtail_llm_actions.models import LLMRun

_FINISH: dict[str, Promise] = {
    FinishReason.STOP: _lazy("complete"),
    FinishReason.LENGTH: _lazy("cut off at the token limit"),
    FinishReason.CONTENT_FILTER: _lazy("stopped by the provider's content rules"),
}

_REMOVALS: dict[str, Promise] = {
    Removal.REASONING: _lazy("reasoning"),
    Removal.SPECIAL_TOKEN: _lazy("special tokens of the model"),
    Removal.TAG: _lazy("tags around the text"),
    Removal.FENCE: _lazy("a code fence"),
    Removal.QUOTES: _lazy("quotation marks around the text"),
    Removal.LEAD_IN: _lazy("a lead-in"),
    Removal.COMMENT: _lazy("a comment on the text"),
    Removal.ALTERNATIVE: _lazy("further texts in a list"),
    Removal.MARKUP: _lazy("markup (the text before)"),
    Removal.DECORATIVE: _lazy("the answer that the image is decorative"),
}


def model_label(key: str) -> str:
    """Return the label of a model; its key if it is not configured any more."""
    model = get_settings().models.get(key)
    return model.label if model else key


def finish_reason_label(run: LLMRun) -> str:
    """Return why the model stopped writing; empty if the provider has not said."""
    return str(_FINISH.get(run.finish_reason, run.finish_reason))


def removal_labels(run: LLMRun) -> list[tuple[str, str]]:
    """Return what was taken away from a run's answer: the kind, in words, and the text."""
    return [
        (str(_REMOVALS.get(removed["kind"], removed["kind"])), removed["text"])
        for removed in run.removed
    ]


def decision_label(run: LLMRun) -> str:
    """Return the decision on a run in words, with the reason for dismissing."""
    labels = [run.get_decision_display(), run.get_dismiss_reason_display()]
    return ": ".join(filter(None, labels))
