"""The app of the notices."""

from __future__ import annotations

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Kept apart from the example site, whose models stay simple."""

    name = "tests.notices"
    default_auto_field = "django.db.models.BigAutoField"
