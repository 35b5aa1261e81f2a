"""The figures at the top of the usage report, each with the one of the period before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wagtail_llm_actions.admin.usage.formatting import change, history_url
from wagtail_llm_actions.messages.metrics import format_display
from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from wagtail_llm_actions.reporting.usage import Metrics, Usage

_SUCCEEDED = LLMRun.Status.SUCCEEDED.value
_FAILED = LLMRun.Status.FAILED.value


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """A figure, in words."""

    label: str
    value: str
    before: str
    change: str
    url: str
    note: str = ""


def cards(usage: Usage, before: Usage, *, with_costs: bool) -> list[Card]:
    """Return the figures that this reader may see."""
    now, then = usage.totals, before.totals

    def card(kind: str, name: str, label: str, note: str = "", **filters: Any) -> Card:
        value, earlier = getattr(now, name), getattr(then, name)
        return Card(
            label=label,
            value=format_display(kind, value),
            before=format_display(kind, earlier),
            change=change(kind, value, earlier),
            url=history_url(usage.period, **filters),
            note=note,
        )

    found = [
        card("count", "runs", _("Runs"), _open(now)),
        card("rate", "success_rate", _("Succeeded"), status=_SUCCEEDED),
        card("count", "failed", _("Failed"), status=_FAILED),
        card(
            "rate",
            "kept_rate",
            _("Texts kept"),
            _("accepted, some after editing"),
            status=_SUCCEEDED,
            decision=["accepted", "edited"],
        ),
        card("seconds", "median_seconds", _("Time, median"), status=_SUCCEEDED),
        card("seconds", "p95_seconds", _("Time, 95 of 100 within"), status=_SUCCEEDED),
        card("seconds", "first_text_seconds", _("Time to first text, median"), status=_SUCCEEDED),
    ]
    if with_costs:
        found += [
            card("money", "cost_usd", _("Cost"), _unknown(now)),
            card("price", "cost_per_kept", _("Cost per kept text"), status=_SUCCEEDED),
        ]
    return found


def _open(figures: Metrics) -> str:
    left = figures.queued + figures.running
    if not left:
        return ""
    return ngettext("%(count)d has not ended", "%(count)d have not ended", left) % {"count": left}


def _unknown(figures: Metrics) -> str:
    if not figures.unknown_costs:
        return ""
    return ngettext(
        "without %(count)d run whose cost is unknown",
        "without %(count)d runs whose cost is unknown",
        figures.unknown_costs,
    ) % {"count": figures.unknown_costs}
