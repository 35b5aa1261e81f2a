"""Panels of the form of a prompt template: its variables, and a preview of the prompt."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import Panel

from wagtail_llm_actions.prompts.variables import DESCRIPTIONS

_FIELDS = _("Another field of the form, such as fields.subtitle.")


class VariablesPanel(Panel):
    """A button for each variable, which inserts it into the template."""

    class BoundPanel(Panel.BoundPanel):
        """The panel on the form of one template."""

        template_name = "wagtail_llm_actions/prompt_templates/variables_panel.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            """Add the variables, and the URLs of the endpoints that the script calls."""
            context: dict[str, Any] = super().get_context_data(parent_context)
            return context | {
                "variables": [*DESCRIPTIONS.items(), ("fields.…", _FIELDS)],
                "validate_url": reverse("wagtail_llm_actions:validate_prompt_template"),
                "preview_url": reverse("wagtail_llm_actions:preview_prompt_template"),
            }


class PreviewPanel(Panel):
    """The exact prompt that a run on the chosen page would send."""

    class BoundPanel(Panel.BoundPanel):
        """The panel on the form of one template."""

        template_name = "wagtail_llm_actions/prompt_templates/preview_panel.html"
