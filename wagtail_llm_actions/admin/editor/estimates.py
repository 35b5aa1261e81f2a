"""What the actions of a form are going to cost, for the browser, which knows the text that is not saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.spending.estimates import estimates_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from wagtail_llm_actions.models import LLMAction


class ActionEstimate(TypedDict):
    """What a click on an action costs, all its candidates together, by the length of the source."""

    fixed_usd: float
    """US dollars, whatever the source."""
    usd_per_char: float
    """US dollars for each character of the source."""
    typical_chars: int
    """The length to take for a source that is no field of the form."""


class Estimates(TypedDict):
    """The estimates of a form's actions, and how to show them."""

    from_usd: float
    """Less is not worth telling."""
    currency: str
    """The code of the site's currency; empty for US dollars alone."""
    currency_rate: float
    """Units of it for one US dollar."""
    max_chars: int
    """No more of a source is sent."""
    actions: dict[str, ActionEstimate]
    """By the id of the action."""


def form_estimates(actions: Collection[LLMAction]) -> Estimates | None:
    """Return what the actions of a form cost, for somebody who may see costs; ``None`` for nothing."""
    settings = get_settings()
    if settings.estimate_from_cents is None:
        return None
    found = {
        pk: estimate
        for pk, estimate in estimates_of(actions).items()
        if estimate.fixed_usd or estimate.usd_per_char
    }
    if not found:
        return None
    currency = settings.currency
    return {
        "from_usd": float(settings.estimate_from_cents / 100),
        "currency": currency.code if currency else "",
        "currency_rate": float(currency.rate) if currency else 0,
        "max_chars": settings.max_prompt_chars,
        "actions": {
            str(action.pk): {
                "fixed_usd": estimate.fixed_usd * action.candidate_count,
                "usd_per_char": estimate.usd_per_char * action.candidate_count,
                "typical_chars": estimate.typical_chars,
            }
            for action in actions
            if (estimate := found.get(action.pk))
        },
    }
