"""Tables with a row for each day, and the charts that are drawn from them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from wagtail_llm_actions.admin.links import TIMED, CountedRunsUrls
from wagtail_llm_actions.admin.usage.table import Column, Row, Table, columns_of
from wagtail_llm_actions.messages.labels import model_label
from wagtail_llm_actions.messages.metrics import formatter
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.reporting.period import Period

if TYPE_CHECKING:
    from collections.abc import Callable

    from wagtail_llm_actions.reporting.usage import Day, Usage

Status = LLMRun.Status

MAX_SERIES = 6
"""Series of the chart of costs; more could not be told apart."""


def runs_by_day(usage: Usage) -> Table:
    """Return the runs of each day by their status."""
    statuses, urls = [Status.SUCCEEDED, Status.FAILED, Status.CANCELLED], CountedRunsUrls()
    columns = [Column(str(status.label)) for status in statuses]
    return Table(
        slug="runs",
        title=_("Runs by day"),
        columns=[Column(_("Day"), "day"), *columns, Column(_("In progress"))],
        rows=[
            Row(
                [
                    day.day,
                    *(getattr(day.metrics, status.value) for status in statuses),
                    day.metrics.in_progress,
                ],
                _url_of_runs(urls, day, day.metrics.runs),
            )
            for day in usage.days
        ],
    )


def costs_by_day(usage: Usage) -> Table:
    """Return the costs of each day: the most expensive models, and all others together."""
    sums: dict[str, Any] = {}
    urls = CountedRunsUrls()
    for day in usage.days:
        for key, cost in day.costs.items():
            sums[key] = sums.get(key, 0) + cost
    ranked = sorted(sums, key=lambda key: (-sums[key], key))
    shown = ranked if len(ranked) <= MAX_SERIES else ranked[: MAX_SERIES - 1]
    names = [model_label(key) for key in shown]
    groups = [[key] for key in shown]
    if others := ranked[len(shown) :]:
        names.append(_("Others"))
        groups.append(others)
    return Table(
        slug="costs",
        title=_("Costs by day and model"),
        columns=[Column(_("Day"), "day"), *(Column(name, "money") for name in names)],
        rows=[
            Row(
                [day.day, *(sum(day.costs.get(key, 0) for key in keys) for keys in groups)],
                _url_of_runs(urls, day, day.metrics.runs),
            )
            for day in usage.days
        ],
    )


def times_by_day(usage: Usage) -> Table:
    """Return the latency of the runs of each day."""
    urls = CountedRunsUrls(**TIMED)
    return Table(
        slug="times",
        title=_("Time by day"),
        columns=[
            Column(_("Day"), "day"),
            *columns_of([(_("Median"), "seconds"), (_("95th percentile"), "seconds")], usage),
        ],
        rows=[
            Row(
                [day.day, day.metrics.median_seconds, day.metrics.p95_seconds],
                _url_of_runs(urls, day, day.metrics.timed_runs),
            )
            for day in usage.days
        ],
    )


def chart_data(table: Table, kind: str) -> dict[str, Any]:
    """Return what the script of the report draws: a series for each column but the first.

    Args:
        table: A row for each day.
        kind: A chart type of Chart.js, ``bar`` or ``line``.
    """
    series = table.columns[1:]
    label = formatter(table.columns[0].kind)
    columns = list(zip(*(row.values for row in table.rows), strict=True))
    return {
        "kind": kind,
        "unit": series[0].kind if series else "count",
        "labels": [label(row.values[0]) for row in table.rows],
        "series": [
            {
                "label": column.heading,
                "values": [None if value is None else float(value) for value in values],
            }
            for column, values in zip(series, columns[1:], strict=True)
        ],
    }


def _url_of_runs(urls: CountedRunsUrls, day: Day, count: int) -> Callable[[], str] | None:
    return partial(urls.of, Period(day.day, day.day)) if count else None
