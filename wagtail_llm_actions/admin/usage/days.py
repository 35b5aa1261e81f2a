"""Tables with a row for each day, which the charts draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from wagtail_llm_actions.admin.usage.table import Column, Row, Table
from wagtail_llm_actions.messages.labels import model_label
from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from wagtail_llm_actions.reporting.usage import Usage

MAX_SERIES = 6
"""Models that have their own costs; more could not be told apart."""


def runs_by_day(usage: Usage) -> Table:
    """Return how the runs of each day ended."""
    statuses = [LLMRun.Status.SUCCEEDED, LLMRun.Status.FAILED, LLMRun.Status.CANCELLED]
    columns = [Column(str(status.label)) for status in statuses]
    return Table(
        slug="runs",
        title=_("Runs by day"),
        columns=[Column(_("Day"), "day"), *columns, Column(_("Not ended"))],
        rows=[
            Row(
                [
                    day.day,
                    *(getattr(day.figures, status.value) for status in statuses),
                    day.figures.queued + day.figures.running,
                ]
            )
            for day in usage.days
        ],
        limit=None,
    )


def costs_by_day(usage: Usage) -> Table:
    """Return what each day cost: the dearest models, and all others together."""
    sums: dict[str, Any] = {}
    for day in usage.days:
        for key, cost in day.costs.items():
            sums[key] = sums.get(key, 0) + cost
    dearest = sorted(sums, key=lambda key: (-sums[key], key))
    shown = dearest if len(dearest) <= MAX_SERIES else dearest[: MAX_SERIES - 1]
    names = [model_label(key) for key in shown]
    groups = [[key] for key in shown]
    if others := dearest[len(shown) :]:
        names.append(_("Others"))
        groups.append(others)
    return Table(
        slug="costs",
        title=_("Costs by day and model"),
        columns=[Column(_("Day"), "day"), *(Column(name, "money") for name in names)],
        rows=[
            Row([day.day, *(sum(day.costs.get(key, 0) for key in keys) for keys in groups)])
            for day in usage.days
        ],
        limit=None,
    )


def times_by_day(usage: Usage) -> Table:
    """Return how long the runs of each day took."""
    return Table(
        slug="times",
        title=_("Time by day"),
        columns=[
            Column(_("Day"), "day"),
            Column(_("Median"), "seconds"),
            Column(_("95 of 100 within"), "seconds"),
        ],
        rows=[
            Row([day.day, day.figures.median_seconds, day.figures.p95_seconds])
            for day in usage.days
        ],
        limit=None,
    )
