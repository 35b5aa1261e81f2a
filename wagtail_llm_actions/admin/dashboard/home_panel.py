"""The panel on the admin's home page: the figures of this month, and alerts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin.ui.components import Component

from wagtail_llm_actions.admin.budgets.rows import budget_rows
from wagtail_llm_actions.admin.dashboard.alerts import alerts
from wagtail_llm_actions.admin.links import ACCEPTED, SUCCEEDED, counted_runs_url
from wagtail_llm_actions.admin.usage.period import MONTH, chosen_period
from wagtail_llm_actions.messages.currency import rate_sentence
from wagtail_llm_actions.messages.metrics import format_display
from wagtail_llm_actions.models import LLMAction, LLMRun
from wagtail_llm_actions.permissions.policies import can_view_costs, can_view_runs
from wagtail_llm_actions.reporting.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wagtail_llm_actions.permissions import User


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric of this month, formatted for display, and the list of the runs that it counts.

    The URL is empty if the user may not open the history.
    """

    label: str
    value: str
    url: str


class HomePanel(Component):
    """Panel for users who may view usage; empty until there is an action or a run."""

    name = "llm_actions"
    template_name = "wagtail_llm_actions/dashboard/home_panel.html"
    order = 400

    class Media:
        """Styles of the cards and of the alerts."""

        css = {
            "all": ["wagtail_llm_actions/css/admin.css", "wagtail_llm_actions/css/usage.css"],
        }

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        """Return the figures and the alerts."""
        user = parent_context["request"].user
        actions = list(LLMAction.objects.select_related("model_type", "prompt_template"))
        if not actions and not LLMRun.objects.exists():
            return {}
        return {
            "figures": _figures(user),
            "rate": rate_sentence() if can_view_costs(user) else "",
            "budgets": budget_rows(user),
            "report_url": f"{reverse('wagtail_llm_actions:usage')}?period={MONTH}",
            "alerts": alerts([action for action in actions if action.is_active], user),
        }


def _figures(user: User) -> list[Figure]:
    _choice, month = chosen_period({"period": MONTH})
    metrics = Usage(month).totals
    shown: list[tuple[str, str, str, Mapping[str, Any]]] = [
        (_("Runs"), "count", "runs", {}),
        (_("Succeeded"), "rate", "success_rate", SUCCEEDED),
        (_("Accepted"), "rate", "acceptance_rate", ACCEPTED),
    ]
    if can_view_costs(user):
        shown.append((_("Cost"), "money", "cost_usd", {}))
    return [
        Figure(
            label=label,
            value=format_display(kind, getattr(metrics, name)),
            url=counted_runs_url(month, **filters) if can_view_runs(user) else "",
        )
        for label, kind, name, filters in shown
    ]
