"""What a click would send, before anything is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from django.utils.translation import gettext as _

from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.messages.currency import money
from wagtail_llm_actions.messages.errors import error_sentence
from wagtail_llm_actions.messages.labels import model_label
from wagtail_llm_actions.messages.notices import image_notice, truncation_notice
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.permissions.policies import can_view_costs
from wagtail_llm_actions.prompts.tokens import approximate_tokens
from wagtail_llm_actions.runs.lifecycle.transitions import fail_unsaved
from wagtail_llm_actions.runs.request.build_run import build_run
from wagtail_llm_actions.runs.request.image import find_image
from wagtail_llm_actions.runs.request.variables import field_label

if TYPE_CHECKING:
    from collections.abc import Collection

    from wagtail_llm_actions.runs.start import PermittedAction


class RequestPreview(TypedDict):
    """The request of a click, as it would be sent."""

    system_instructions: str
    prompt: str
    model_label: str
    fields: list[str]
    """The labels of the fields whose content the prompt holds."""
    length: str
    """A sentence."""
    cost: str
    """About how much the click costs, a sentence; empty where nobody knows, or for users who may not see it."""
    notice: str
    """Which image is sent, and what was cut; mostly empty."""
    error: str
    """Why nothing can be sent; mostly empty."""


def request_preview(
    permitted: PermittedAction, *, item_id: str, form_fields: Collection[str], instruction: str
) -> RequestPreview:
    """Build the request of a click; nothing is saved, and no provider is asked to generate."""
    instance = permitted.instance
    run, error = build_run(
        permitted.llm_action,
        instance,
        trigger=LLMRun.Trigger.EDITOR,
        form_fields=form_fields,
        instruction=instruction,
        item_id=item_id,
        user=permitted.user,
    )
    if error:
        fail_unsaved(run, error)
    tokens = approximate_tokens(run.system_instructions) + approximate_tokens(run.prompt)
    image = find_image(run.image) if run.image else None
    if image:
        tokens += get_settings().models[run.model_key].capabilities.image_tokens
    length = _("Approximately %(tokens)d tokens, %(chars)d characters.") % {
        "tokens": tokens,
        "chars": len(run.system_instructions) + len(run.prompt),
    }
    return {
        "system_instructions": run.system_instructions,
        "prompt": run.prompt,
        "model_label": model_label(run.model_key),
        "fields": [field_label(type(instance), name) for name in run.read_fields],
        "length": "" if error else length,
        "cost": _cost(permitted, run),
        "notice": " ".join(
            filter(None, (image_notice(image.title) if image else "", truncation_notice(run)))
        ),
        "error": error_sentence(run) if error else "",
    }


def _cost(permitted: PermittedAction, run: LLMRun) -> str:
    if run.estimated_cost_usd is None or not can_view_costs(permitted.user):
        return ""
    cost = run.estimated_cost_usd * permitted.llm_action.candidate_count
    return _("About %(amount)s.") % {"amount": money(cost)}
