"""The app."""

from __future__ import annotations

from django.apps import AppConfig


class VoyagesConfig(AppConfig):
    """Names the app."""

    name = "tests.voyages"
    default_auto_field = "django.db.models.BigAutoField"
