"""URLs of the admin's screens, and of the history narrowed to the runs behind a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse
from wagtail.models import AbstractPage

from wagtail_llm_actions.compat import content_type_of
from wagtail_llm_actions.errors import EXCLUDED_ERRORS
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.permissions.policies import can_view_models, can_view_runs
from wagtail_llm_actions.reporting.metrics import (
    COUNTED_TRIGGERS,
    TIMED_TRIGGERS,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import Model

    from wagtail_llm_actions.permissions import User
    from wagtail_llm_actions.reporting.period import Period

# Filters of the history, for the runs that a metric counts.
SUCCEEDED: Mapping[str, Any] = {"status": LLMRun.Status.SUCCEEDED}
ACCEPTED: Mapping[str, Any] = {**SUCCEEDED, "decision": LLMRun.ACCEPTED_DECISIONS}
TIMED: Mapping[str, Any] = {**SUCCEEDED, "trigger": TIMED_TRIGGERS}
FAILED: Mapping[str, Any] = {"status": LLMRun.Status.FAILED}
IN_PROGRESS: Mapping[str, Any] = {"status": LLMRun.UNFINISHED}
EXCLUDED_RUNS: Mapping[str, Any] = {"error_code": sorted(EXCLUDED_ERRORS)}
UNKNOWN_COST: Mapping[str, Any] = {"cost": "unknown"}

NO_USER = "none"
_DELETED = "deleted:"


def deleted_action(label: str) -> str:
    """Return the value of the history's filter ``action`` for a deleted action, by its last label."""
    return f"{_DELETED}{label}"


def history_url(**filters: Any) -> str:
    """Return the URL of the history with these filters in force."""
    return f"{reverse('wagtail_llm_actions:history')}?{urlencode(filters, doseq=True)}"


class CountedRunsUrls:
    """Makes URLs of the lists of exactly the runs of ``counted_runs(period)`` that fit filters.

    The filters that all of them share are quoted once: a report links to hundreds of them.
    """

    def __init__(self, **filters: Any) -> None:
        self._url = history_url(**{"trigger": COUNTED_TRIGGERS} | filters)

    def of(self, period: Period, **filters: Any) -> str:
        """Return the URL for a period, and for filters beside the shared ones."""
        # Dates in ISO format need no quoting.
        url = f"{self._url}&queued_at_from={period.start}&queued_at_to={period.end}"
        return f"{url}&{urlencode(filters, doseq=True)}" if filters else url


def counted_runs_url(period: Period, **filters: Any) -> str:
    """Return one such URL."""
    return CountedRunsUrls(**filters).of(period)


def object_filters(instance: Model) -> dict[str, Any]:
    """Return the filters that narrow the history to the runs of a page or snippet."""
    if isinstance(instance, AbstractPage):
        # Not by its class: Wagtail often passes pages that are not specific.
        content_type_id = instance.content_type_id
    else:
        content_type_id = content_type_of(type(instance)).pk
    return {"page": instance.pk, "page_type": content_type_id}


def object_history_url(instance: Model, user: User) -> str:
    """Return the URL of an object's runs; empty if it is not saved yet or the user may not view runs."""
    if instance._state.adding or not can_view_runs(user):
        return ""
    return history_url(**object_filters(instance))


def models_url(user: User) -> str:
    """Return the URL of the list of models; empty if the user may not view it."""
    return reverse("wagtail_llm_actions:models") if can_view_models(user) else ""
