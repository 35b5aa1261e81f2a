"""What is left to be erased after something was deleted that had many runs."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class LLMErasure(models.Model):
    """A deleted page, snippet or user, whose runs are erased batch by batch; a row ends with the last."""

    target_content_type = models.ForeignKey(
        "contenttypes.ContentType",
        on_delete=models.CASCADE,
        related_name="+",
        db_constraint=False,
        null=True,
    )
    """Of a page or snippet."""
    target_object_id = models.CharField(max_length=255, blank=True)
    """Its primary key as text."""
    user_key = models.CharField(max_length=255, blank=True)
    """The primary key of a user as text; empty for a page or snippet."""
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        """Nobody edits these."""

        default_permissions = ()

    def __str__(self) -> str:
        return self.user_key or self.target_object_id
