"""Django's entry to the blog."""

from __future__ import annotations

from django.apps import AppConfig


class BlogConfig(AppConfig):
    """The app's label is ``blog``, so that an action's model type reads “blog | blog page”."""

    name = "example_site.blog"
    label = "blog"
    default_auto_field = "django.db.models.BigAutoField"
