"""What people read about the check of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from wagtail_llm_actions.generation import ModelStatus


def status_sentence(status: ModelStatus) -> str:
    """Return the result of a check in one line, with the provider's message at its end."""
    if status.reachable is None:
        parts = [_("Unknown, because this provider does not support checks")]
    elif not status.reachable:
        parts = [_("Not reachable")]
    elif status.key_accepted is False:
        parts = [_("Reachable"), _("key not accepted")]
    else:
        parts = [_("Reachable")]
        if status.key_accepted:
            parts.append(_("key accepted"))
        if status.present is not None:
            parts.append(_("model present") if status.present else _("model missing"))
        if status.loaded is not None:
            parts.append(_("loaded") if status.loaded else _("not loaded"))
    sentence = ", ".join(parts)
    return f"{sentence}. {status.detail}" if status.detail else f"{sentence}."
