"""Short names that people know things by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _lazy

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


def model_label(key: str) -> str:
    """Return the label of a model; its key if it is not configured any more."""
    model = get_settings().models.get(key)
    return model.label if model else key


def finish_reason_label(run: LLMRun) -> str:
    """Return why the model stopped writing; empty if the provider has not said."""
    return str(_FINISH.get(run.finish_reason, run.finish_reason))
