"""Django's entry to the package."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.utils.translation import gettext_lazy as _


class WagtailLLMActionsConfig(AppConfig):
    """Registers the system checks; loads no SDK."""

    name = "wagtail_llm_actions"
    label = "wagtail_llm_actions"
    verbose_name = _("LLM actions")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks, and listen to deletions."""
        from wagtail_llm_actions import checks  # noqa: F401, PLC0415
        from wagtail_llm_actions.retention import deletions  # noqa: PLC0415
        from wagtail_llm_actions.spending import deletion  # noqa: PLC0415

        deletion.connect()

        # Snippets are registered after this, and nothing is deleted without a connection.
        connection_created.connect(deletions.connect, dispatch_uid="wagtail_llm_actions.deletions")
