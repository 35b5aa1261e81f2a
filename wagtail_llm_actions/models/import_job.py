"""An import of actions and prompt templates that is too large for a request."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

SILENT_FOR = timedelta(minutes=2)
"""A running import that has written nothing for so long has lost its process."""


class LLMImport(models.Model):
    """One confirmed import; it is written part by part, outside the request."""

    class Status(models.TextChoices):
        """The last two are final."""

        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_constraint=False,
    )
    """Who confirmed it; their permissions are asked for again when it starts."""
    content = models.TextField()
    """The file; empty in a final status."""
    fingerprint = models.CharField(max_length=64)
    """Of the changes that were confirmed."""
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.WAITING)
    total = models.PositiveIntegerField()
    """How many objects it creates or changes."""
    written = models.PositiveIntegerField(default=0)
    """How many of them are written."""
    error = models.TextField(blank=True)
    """Why it failed, as a sentence."""
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        """The newest first."""

        ordering = ("-created_at",)
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.written} of {self.total}"

    @property
    def is_lost(self) -> bool:
        """Whether its process has ended before it."""
        is_silent = timezone.now() - self.updated_at > SILENT_FOR
        return self.status == self.Status.RUNNING and is_silent

    @property
    def is_unfinished(self) -> bool:
        """Whether something more will be written."""
        return self.status in {self.Status.WAITING, self.Status.RUNNING} and not self.is_lost
