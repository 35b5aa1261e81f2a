"""The cards at the top of the usage report: a metric, compared with the previous period."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wagtail_llm_actions.admin.links import (
    ACCEPTED,
    EXCLUDED_RUNS,
    FAILED,
    IN_PROGRESS,
    SUCCEEDED,
    TIMED,
    UNKNOWN_COST,
    counted_runs_url,
)
from wagtail_llm_actions.admin.usage.formatting import change
from wagtail_llm_actions.messages.metrics import format_display

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wagtail_llm_actions.reporting.metrics import Metrics
    from wagtail_llm_actions.reporting.usage import Usage


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """A line below a metric, with the list of its runs where it counts other runs."""

    text: str
    url: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """A metric, formatted for display, and the list of the runs that it counts."""

    label: str
    value: str
    previous: str
    change: str
    """In percent, or in points for rates; empty where it cannot be computed."""
    url: str
    note: Note | None = None

    def without_links(self) -> Card:
        """Return the card for a user who may not open the history."""
        return replace(self, url="", note=self.note and Note(text=self.note.text))


def cards(usage: Usage, previous: Usage, *, with_costs: bool) -> list[Card]:
    """Return the cards of a period, without costs for users who may not view them."""
    now, then = usage.totals, previous.totals

    def card(
        kind: str,
        name: str,
        label: str,
        filters: Mapping[str, Any],
        note: Note | None = None,
    ) -> Card:
        value, earlier = getattr(now, name), getattr(then, name)
        return Card(
            label=label,
            value=format_display(kind, value),
            previous=format_display(kind, earlier),
            change=change(kind, value, earlier),
            url=counted_runs_url(usage.period, **filters),
            note=note,
        )

    timed = _timed(now)
    found = [
        card("count", "runs", _("Runs"), {}, _in_progress(usage)),
        card("rate", "success_rate", _("Succeeded"), SUCCEEDED, _succeeded(now)),
        card("count", "failed", _("Failed"), FAILED, _excluded(usage)),
        card("rate", "acceptance_rate", _("Accepted"), ACCEPTED, _accepted(now)),
        card("seconds", "median_seconds", _("Time, median"), TIMED, timed),
        card("seconds", "p95_seconds", _("Time, 95th percentile"), TIMED, timed),
        card("seconds", "first_token_seconds", _("Time to first token, median"), TIMED, timed),
    ]
    if with_costs:
        found += [
            card("money", "cost_usd", _("Cost"), {}, _unknown_costs(usage)),
            card("price", "cost_per_accepted", _("Cost per accepted text"), ACCEPTED),
        ]
    return found


def _in_progress(usage: Usage) -> Note | None:
    count = usage.totals.in_progress
    if not count:
        return None
    text = ngettext("%(count)d in progress", "%(count)d in progress", count)
    return Note(text=text % {"count": count}, url=counted_runs_url(usage.period, **IN_PROGRESS))


def _succeeded(metrics: Metrics) -> Note | None:
    if not metrics.rated:
        return None
    text = ngettext("%(part)d of %(count)d run", "%(part)d of %(count)d runs", metrics.rated)
    return Note(text=text % {"part": metrics.succeeded, "count": metrics.rated})


def _excluded(usage: Usage) -> Note | None:
    count = usage.totals.excluded
    if not count:
        return None
    text = ngettext(
        "%(count)d stopped by a limit, or with nothing to change",
        "%(count)d stopped by a limit, or with nothing to change",
        count,
    )
    return Note(text=text % {"count": count}, url=counted_runs_url(usage.period, **EXCLUDED_RUNS))


def _accepted(metrics: Metrics) -> Note | None:
    if not metrics.proposed:
        return None
    text = ngettext(
        "%(part)d of %(count)d text, edited or not",
        "%(part)d of %(count)d texts, edited or not",
        metrics.proposed,
    )
    return Note(text=text % {"part": metrics.accepted, "count": metrics.proposed})


def _timed(metrics: Metrics) -> Note | None:
    if not metrics.timed_runs:
        return None
    if metrics.has_approximate_times:
        text = ngettext(
            "± 4 %%, of %(count)d run, without bulk runs",
            "± 4 %%, of %(count)d runs, without bulk runs",
            metrics.timed_runs,
        )
    else:
        text = ngettext(
            "of %(count)d run, without bulk runs",
            "of %(count)d runs, without bulk runs",
            metrics.timed_runs,
        )
    return Note(text=text % {"count": metrics.timed_runs})


def _unknown_costs(usage: Usage) -> Note | None:
    count = usage.totals.unknown_costs
    if not count:
        return None
    text = ngettext(
        "without %(count)d run whose cost is unknown",
        "without %(count)d runs whose cost is unknown",
        count,
    )
    return Note(text=text % {"count": count}, url=counted_runs_url(usage.period, **UNKNOWN_COST))
