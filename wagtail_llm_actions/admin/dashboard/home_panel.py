"""The panel on the admin's front page: how it goes this month, and what needs attention."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin.ui.components import Component

from wagtail_llm_actions.admin.dashboard.alerts import alerts
from wagtail_llm_actions.admin.usage.formatting import history_url
from wagtail_llm_actions.admin.usage.period import chosen_period
from wagtail_llm_actions.messages.metrics import format_display
from wagtail_llm_actions.models import LLMAction, LLMRun
from wagtail_llm_actions.permissions.policies import can_view_costs
from wagtail_llm_actions.reporting.usage import ACCEPTED_DECISIONS, Usage

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of this month in words, and where it comes from."""

    label: str
    value: str
    url: str


class HomePanel(Component):
    """Shown to those who may view runs, once there is an action or a run."""

    name = "llm_actions"
    template_name = "wagtail_llm_actions/home_panel.html"
    order = 400

    class Media:
        """The cards of the usage report."""

        css = {
            "all": ["wagtail_llm_actions/css/admin.css", "wagtail_llm_actions/css/usage.css"],
        }

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        """Count, and look for what is wrong; nothing where nothing was ever set up."""
        user = parent_context["request"].user
        actions = list(LLMAction.objects.only("label", "model", "fallback_model", "is_active"))
        if not actions and not LLMRun.objects.exists():
            return {}
        return {
            "figures": _figures(with_costs=can_view_costs(user)),
            "attention": alerts([action for action in actions if action.is_active], user),
        }


def _figures(*, with_costs: bool) -> list[Figure]:
    choice, month = chosen_period({"period": "month"})
    now = Usage(month).counts
    report = f"{reverse('wagtail_llm_actions:usage')}?period={choice}"
    succeeded = LLMRun.Status.SUCCEEDED.value
    decision = [decision.value for decision in ACCEPTED_DECISIONS]
    figures = [
        Figure(_("Runs"), format_display("count", now.runs), report),
        Figure(
            _("Succeeded"),
            format_display("rate", now.success_rate),
            history_url(month, status=succeeded),
        ),
        Figure(
            _("Texts kept"),
            format_display("rate", now.kept_rate),
            history_url(month, status=succeeded, decision=decision),
        ),
    ]
    if with_costs:
        figures.append(Figure(_("Cost"), format_display("money", now.cost_usd), report))
    return figures
