"""Django's entry to the package."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WagtailLLMActionsConfig(AppConfig):
    """Registers the system checks; loads no SDK."""

    name = "wagtail_llm_actions"
    label = "wagtail_llm_actions"
    verbose_name = _("LLM actions")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks."""
        from wagtail_llm_actions import checks  # noqa: F401, PLC0415
