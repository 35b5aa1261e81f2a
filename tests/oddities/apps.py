"""The app of the oddities."""

from __future__ import annotations

from django.apps import AppConfig


class OdditiesConfig(AppConfig):
    """Has what real sites have, and what is easily forgotten."""

    name = "tests.oddities"
    default_auto_field = "django.db.models.BigAutoField"
