"""Configuration warnings: an action can be saved, but probably will not work as intended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.errors import InvalidInput
from wagtail_llm_actions.prompts.rendering import used_variables
from wagtail_llm_actions.prompts.tokens import CHARS_PER_TOKEN
from wagtail_llm_actions.runs.request.variables import field_label, field_text, max_length

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wagtail_llm_actions.models import LLMAction

SAMPLE = 100
FEW_TOKENS = 50
"""Barely two sentences."""


def configuration_warnings(llm_action: LLMAction) -> list[str]:
    """Return one sentence for each warning; usually none.

    Reads up to 100 of the newest objects of the action's type.
    """
    return [
        *_source_warnings(llm_action),
        *_template_warnings(llm_action),
        *model_warnings(llm_action),
    ]


def _source_warnings(llm_action: LLMAction) -> Iterator[str]:
    model: Any = llm_action.model_type.model_class()
    if model is None:
        return
    newest = list(model._default_manager.order_by("-pk")[:SAMPLE])
    empty = sum(not field_text(instance, llm_action.source) for instance in newest)
    if 2 * empty > len(newest):
        yield _("“%(field)s” is empty on %(empty)d of the newest %(count)d %(type)s.") % {
            "field": field_label(model, llm_action.source),
            "empty": empty,
            "count": len(newest),
            "type": model._meta.verbose_name_plural,
        }
    limit = max_length(model, llm_action.destination)
    chars = int(CHARS_PER_TOKEN * llm_action.max_tokens)
    too_few = chars * 2 < limit if limit else llm_action.max_tokens < FEW_TOKENS
    if too_few:
        yield _(
            "%(tokens)d max tokens are about %(chars)d characters, which is little for “%(field)s”."
        ) % {
            "tokens": llm_action.max_tokens,
            "chars": chars,
            "field": field_label(model, llm_action.destination),
        }


def _template_warnings(llm_action: LLMAction) -> Iterator[str]:
    template = llm_action.prompt_template
    try:
        used = used_variables(template.text) | used_variables(template.system_instructions)
    except InvalidInput:
        yield _("The prompt template has an error.")
        return
    if "input" not in used:
        yield _("The prompt template never uses {{ input }}, so the source field is not sent.")


def model_warnings(llm_action: LLMAction) -> Iterator[str]:
    """Yield a sentence for each model of the action that is not configured or was shut down."""
    for key in filter(None, (llm_action.model, llm_action.fallback_model)):
        model = get_settings().models.get(key)
        if model is None:
            yield _("The model “%(model)s” is not configured.") % {"model": key}
        elif model.retired_on:
            yield capfirst(
                _("%(model)s was shut down by its vendor; another model answers in its place.")
                % {"model": model.deprecated_name}
            )
