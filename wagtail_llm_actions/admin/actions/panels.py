"""The Test panel of the form of an action."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from wagtail.admin.panels import Panel

from wagtail_llm_actions.permissions.policies import can_view_costs
from wagtail_llm_actions.queues import get_queue


class PlaygroundPanel(Panel):
    """The Test button and the results, below the test input."""

    class BoundPanel(Panel.BoundPanel):
        """The panel on the form of an action."""

        template_name = "wagtail_llm_actions/actions/playground.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            """Add the URL that starts a run and whether it shows costs, and let the queue get ready for it."""
            get_queue().prepare()
            context: dict[str, Any] = super().get_context_data(parent_context)
            return context | {
                "runs_url": reverse("wagtail_llm_actions:start_playground_run"),
                "can_view_costs": can_view_costs(self.request.user),
            }
