"""What people read about the state of a model: what a check has found, and its circuit breaker."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wagtail_llm_actions.messages.labels import model_label

if TYPE_CHECKING:
    from datetime import datetime

    from wagtail_llm_actions.errors import CircuitOpenContext
    from wagtail_llm_actions.generation import ModelStatus
    from wagtail_llm_actions.models import LLMCircuitBreaker


def circuit_open_sentence(context: CircuitOpenContext, model_key: str) -> str:
    """Return why the model of a run was not called, and when the next call is possible."""
    failures, retry_at = context.get("failures", 0), parse_datetime(context.get("retry_at") or "")
    if retry_at is None:
        message = ngettext(
            "%(model)s has failed %(count)d time in a row, and another run is finding out whether it "
            "works again. Try again in a minute, or ask your admin to check its status.",
            "%(model)s has failed %(count)d times in a row, and another run is finding out whether it "
            "works again. Try again in a minute, or ask your admin to check its status.",
            failures,
        )
        return message % {"model": model_label(model_key), "count": failures}
    message = ngettext(
        "%(model)s has failed %(count)d time in a row, so it is not asked again before %(time)s: try "
        "again then, or ask your admin to check its status.",
        "%(model)s has failed %(count)d times in a row, so it is not asked again before %(time)s: try "
        "again then, or ask your admin to check its status.",
        failures,
    )
    return message % {
        "model": model_label(model_key),
        "count": failures,
        "time": _not_before(retry_at),
    }


def circuit_breaker_status(circuit: LLMCircuitBreaker) -> str:
    """Return since when, and why, an open circuit breaker stops calls, and what happens next."""
    now = timezone.now()
    if circuit.probe_expires_at and circuit.probe_expires_at > now:
        next_step = _("a run is finding out whether it works again.")
    elif circuit.retry_at and circuit.retry_at > now:
        next_step = _("from %(time)s on the next run tries it again.") % {
            "time": _not_before(circuit.retry_at)
        }
    else:
        next_step = _("the next run tries it again.")
    message = ngettext(
        "Not asked since %(time)s after %(count)d failure (%(error)s): %(next)s",
        "Not asked since %(time)s after %(count)d failures (%(error)s): %(next)s",
        circuit.failures,
    )
    return message % {
        "time": _moment(circuit.opened_at or now),
        "count": circuit.failures,
        "error": circuit.error_code,
        "next": next_step,
    }


def _not_before(moment: datetime) -> str:
    """Round up to the minute, so that nobody tries again too early."""
    return _moment(moment + timedelta(minutes=1, microseconds=-1))


def _moment(moment: datetime) -> str:
    local = timezone.localtime(moment)
    is_today = local.date() == timezone.localtime().date()
    return date_format(local, "TIME_FORMAT" if is_today else "SHORT_DATETIME_FORMAT")


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
