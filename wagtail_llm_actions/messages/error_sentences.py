"""Editors' sentences that depend on more than the names of the model and the field.

Each function takes the context of its error and the key of the model that failed.
"""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext

from wagtail_llm_actions.catalog import catalog
from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.messages.labels import model_label

if TYPE_CHECKING:
    from datetime import datetime

    from django.utils.functional import Promise

    from wagtail_llm_actions.errors import CircuitOpenContext, ProviderErrorContext


def timeout_sentence(context: ProviderErrorContext, model_key: str) -> str:
    """Suggest a local model, if the site has one."""
    local = _local_model(other_than=model_key)
    if local:
        message = _(
            "%(model)s took too long. Try again; if it happens again, ask your admin for fewer max "
            "tokens or a smaller model, such as %(local)s."
        )
    else:
        message = _(
            "%(model)s took too long. Try again; if it happens again, ask your admin for a smaller "
            "model or fewer max tokens."
        )
    return message % {"model": model_label(model_key), "local": local}


def rate_limited_sentence(context: ProviderErrorContext, model_key: str) -> str:
    """Say when to try again, if the provider has."""
    model = model_label(model_key)
    seconds = context.get("retry_after_seconds")
    if not seconds:
        message = _("%(model)s is busy. Wait a little, then try again.") % {"model": model}
        return _with_local_model(message, model_key, otherwise=_ABOUT_LIMITS)
    count = math.ceil(seconds)
    message = ngettext(
        "%(model)s is busy. Try again in %(count)d second.",
        "%(model)s is busy. Try again in %(count)d seconds.",
        count,
    ) % {"model": model, "count": count}
    return _with_local_model(message, model_key, otherwise=_ABOUT_LIMITS)


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
        "time": not_before(retry_at),
    }


def account_sentence(message: Promise, context: ProviderErrorContext, model_key: str) -> str:
    """Suggest a local model, if the site has one: it needs no account."""
    return _with_local_model(str(message) % {"model": model_label(model_key)}, model_key)


_ABOUT_LIMITS = _lazy("If this happens often, ask your admin about the limits of the account.")


def _with_local_model(message: str, model_key: str, otherwise: Promise | str = "") -> str:
    local = _local_model(other_than=model_key)
    if not local:
        return f"{message} {otherwise}".rstrip()
    hint = _("If this happens often, ask your admin to let this action use %(local)s.")
    return f"{message} {hint % {'local': local}}"


def _local_model(*, other_than: str) -> str:
    """Return the label of a model on the site's own machines, which no other customer uses."""
    settings = get_settings()
    local = [
        model
        for model in settings.models.values()
        if model.key != other_than
        and (provider := settings.providers.get(model.provider))
        and provider.is_local
    ]
    # A model that the site has configured itself is more likely to be pulled than a catalog entry.
    chosen = min(local, key=lambda model: model.key in catalog(), default=None)
    return str(chosen.label) if chosen else ""


def not_before(when: datetime) -> str:
    """Return a time rounded up to the minute, so that nobody tries again too early."""
    return moment(when + timedelta(minutes=1, microseconds=-1))


def moment(when: datetime) -> str:
    """Return a time, with its day unless that is today."""
    local = timezone.localtime(when)
    is_today = local.date() == timezone.localtime().date()
    return date_format(local, "TIME_FORMAT" if is_today else "SHORT_DATETIME_FORMAT")
