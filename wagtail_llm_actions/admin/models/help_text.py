"""Help texts about the chosen model, shown beside the fields of the form of an action."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.messages.currency import price_sentence
from wagtail_llm_actions.models.action import MAX_TEMPERATURE
from wagtail_llm_actions.spending.prices import current_price

if TYPE_CHECKING:
    from wagtail_llm_actions.conf import ModelSettings


class ModelHelpText(TypedDict):
    """Help texts by the name of the form field; empty where there is none."""

    model: str
    about: str
    """The same as ``model``, without the price."""
    temperature: str
    max_tokens: str
    accepts_temperature: bool


def model_help_text(model: ModelSettings) -> ModelHelpText:
    """Return the help texts about a model, for the admin who chooses it."""
    about = " ".join(filter(None, (_description(model), alias_note(model), _retirement(model))))
    return {
        "model": f"{about} {price_sentence(current_price(model))}".strip(),
        "about": about,
        "temperature": _temperature(model),
        "max_tokens": _max_tokens(model),
        "accepts_temperature": model.capabilities.accepts_temperature,
    }


def _description(model: ModelSettings) -> str:
    return f"{str(model.description).rstrip('.')}." if model.description else ""


def alias_note(model: ModelSettings) -> str:
    """Return which model an alias stands for since its own was shut down; empty for other models."""
    if not model.retired_on:
        return ""
    successor = next(
        (
            str(other.label)
            for other in get_settings().models.values()
            if other.name == model.name and not other.retired_on
        ),
        model.name,
    )
    message = _("%(name)s was shut down on %(date)s; %(successor)s answers in its place.")
    return message % {
        "name": model.deprecated_name,
        "date": date_format(model.retired_on),
        "successor": successor,
    }


def _retirement(model: ModelSettings) -> str:
    if not model.retires_on:
        return ""
    return _("Its vendor shuts it down on %(date)s.") % {"date": date_format(model.retires_on)}


def _temperature(model: ModelSettings) -> str:
    capabilities = model.capabilities
    if not capabilities.accepts_temperature:
        return _("%(model)s accepts no temperature, so none is sent.") % {"model": model.label}
    if capabilities.max_temperature < MAX_TEMPERATURE:
        message = _(
            "%(model)s accepts temperatures up to %(highest)s; a higher value is lowered to that."
        )
        highest = number_format(capabilities.max_temperature, decimal_pos=1)
        return message % {"model": model.label, "highest": highest}
    return ""


def _max_tokens(model: ModelSettings) -> str:
    capabilities = model.capabilities
    if not capabilities.reasoning_tokens:
        return ""
    message = _(
        "This limits the visible text. %(model)s reasons before it writes, so %(count)s more tokens "
        "are allowed, at its lowest reasoning effort (%(effort)s)."
    )
    return message % {
        "model": model.label,
        "count": number_format(capabilities.reasoning_tokens, force_grouping=True),
        "effort": capabilities.reasoning_effort,
    }
