"""The people who write for the magazine, kept as snippets."""

from __future__ import annotations

from django.db import models
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.snippets.models import register_snippet


@register_snippet
class Author(models.Model):
    """A writer; the tagline stands under each of their posts."""

    name = models.CharField(max_length=100, unique=True)
    role = models.CharField(max_length=100, blank=True)
    bio = models.TextField(blank=True, help_text="Three or four sentences about the author.")
    tagline = models.CharField(
        max_length=160, blank=True, help_text="One line, shown under the author's posts."
    )

    panels = [
        FieldRowPanel([FieldPanel("name"), FieldPanel("role")]),
        FieldPanel("bio"),
        FieldPanel("tagline"),
    ]

    class Meta:
        """Listed by name."""

        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
