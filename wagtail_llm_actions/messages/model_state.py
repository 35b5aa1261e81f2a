"""What people read about the state of a model: what a check has found, and its circuit breaker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wagtail_llm_actions.messages.error_sentences import moment, not_before
from wagtail_llm_actions.messages.errors import error_title

if TYPE_CHECKING:
    from wagtail_llm_actions.generation import ModelStatus
    from wagtail_llm_actions.models import LLMCircuitBreaker


def circuit_breaker_status(circuit: LLMCircuitBreaker) -> str:
    """Return since when, and why, an open circuit breaker stops calls, and what happens next."""
    now = timezone.now()
    if circuit.probe_expires_at and circuit.probe_expires_at > now:
        next_step = _("a run is finding out whether it works again.")
    elif circuit.retry_at and circuit.retry_at > now:
        next_step = _("from %(time)s on the next run tries it again.") % {
            "time": not_before(circuit.retry_at)
        }
    else:
        next_step = _("the next run tries it again.")
    message = ngettext(
        "Not asked since %(time)s after %(count)d failure (%(error)s): %(next)s",
        "Not asked since %(time)s after %(count)d failures (%(error)s): %(next)s",
        circuit.failures,
    )
    return message % {
        "time": moment(circuit.opened_at or now),
        "count": circuit.failures,
        "error": error_title(circuit.error_code),
        "next": next_step,
    }


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
