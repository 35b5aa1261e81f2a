"""What people read where no model was called: a limit is reached, or a model rests."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wagtail_llm_actions.errors import LimitExceeded

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from wagtail_llm_actions.models import LLMCircuitBreaker

CONCURRENT = (LimitExceeded.USER_CONCURRENT, LimitExceeded.SITE_CONCURRENT)


def limit_sentence(facts: Mapping[str, Any]) -> str:
    """Say which limit is reached, and when to try again.

    Args:
        facts: Those of a ``LimitExceeded``, as a run keeps them.
    """
    limit = facts.get("limit", "")
    if limit in CONCURRENT:
        when = _("Wait until one ends, then try again.")
    else:
        seconds = math.ceil(facts.get("retry_after_seconds") or 0)
        when = ngettext(
            "Try again in %(count)d second.", "Try again in %(count)d seconds.", seconds
        ) % {"count": seconds}
    return f"{_which(limit, facts)} {when}"


def too_large_sentence() -> str:
    """Say that what is in the form cannot be sent."""
    return _("This form is too large to be sent. Shorten its texts, then try again.")


def circuit_open_sentence(model: str, facts: Mapping[str, Any]) -> str:
    """Say why a model was not asked, and when it is.

    Args:
        model: What people know it by.
        facts: Those of a ``CircuitOpen``, as a run keeps them.
    """
    failures, retry_at = facts.get("failures", 0), parse_datetime(facts.get("retry_at") or "")
    if retry_at is None:
        message = ngettext(
            "%(model)s has failed %(count)d time in a row, and another run is finding out whether it "
            "works again. Try again in a minute, or ask your admin to check its status.",
            "%(model)s has failed %(count)d times in a row, and another run is finding out whether it "
            "works again. Try again in a minute, or ask your admin to check its status.",
            failures,
        )
        return message % {"model": model, "count": failures}
    message = ngettext(
        "%(model)s has failed %(count)d time in a row, so it is not asked again before %(time)s: try "
        "again then, or ask your admin to check its status.",
        "%(model)s has failed %(count)d times in a row, so it is not asked again before %(time)s: try "
        "again then, or ask your admin to check its status.",
        failures,
    )
    return message % {"model": model, "count": failures, "time": _not_before(retry_at)}


def circuit_breaker_status(circuit: LLMCircuitBreaker) -> str:
    """Say since when a model is not asked, why, and what comes next; its ``opened_at`` is set."""
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


def _which(limit: str, facts: Mapping[str, Any]) -> str:
    number = facts.get("number", 0)
    if facts.get("count", number) < number:
        message = (
            ngettext(
                "This would be more than %(number)d run at once, which is the limit.",
                "This would be more than %(number)d runs at once, which is the limit.",
                number,
            )
            if limit in CONCURRENT
            else ngettext(
                "This would be more than %(number)d run in a minute, which is the limit.",
                "This would be more than %(number)d runs in a minute, which is the limit.",
                number,
            )
        )
    elif limit == LimitExceeded.USER_CONCURRENT:
        message = ngettext(
            "You have %(number)d run under way, which is the limit.",
            "You have %(number)d runs under way, which is the limit.",
            number,
        )
    elif limit == LimitExceeded.USER_PER_MINUTE:
        message = ngettext(
            "You have started %(number)d run in the last minute, which is the limit.",
            "You have started %(number)d runs in the last minute, which is the limit.",
            number,
        )
    elif limit == LimitExceeded.SITE_CONCURRENT:
        message = ngettext(
            "This site has %(number)d run under way, which is the limit.",
            "This site has %(number)d runs under way, which is the limit.",
            number,
        )
    else:
        message = ngettext(
            "This site has started %(number)d run in the last minute, which is the limit.",
            "This site has started %(number)d runs in the last minute, which is the limit.",
            number,
        )
    return message % {"number": number}


def _not_before(moment: datetime) -> str:
    """Round up to the minute: whoever tries again then is not too early."""
    return _moment(moment + timedelta(minutes=1, microseconds=-1))


def _moment(moment: datetime) -> str:
    local = timezone.localtime(moment)
    is_today = local.date() == timezone.localtime().date()
    return date_format(local, "TIME_FORMAT" if is_today else "SHORT_DATETIME_FORMAT")
