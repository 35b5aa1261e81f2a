"""The app."""

from __future__ import annotations

from django.apps import AppConfig


class PortsConfig(AppConfig):
    """Names the app."""

    name = "tests.ports"
    default_auto_field = "django.db.models.BigAutoField"
