"""A model that fails again and again, and is therefore not asked for a while."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class LLMCircuitBreaker(models.Model):
    """The failures in a row of one model of one provider; there is no row while all is well.

    It is in the database because all workers, threads and web processes share it.
    """

    provider_name = models.CharField(max_length=100)
    model = models.CharField(max_length=255)
    """The provider's own name of it."""
    failures = models.PositiveIntegerField(default=0)
    error_code = models.CharField(max_length=40, blank=True)
    error_detail = models.TextField(blank=True)
    """The provider's words on the last failure, redacted."""
    failed_at = models.DateTimeField(default=timezone.now)
    opened_at = models.DateTimeField(null=True)
    """Since when it is not asked; ``None`` while it still is."""
    wait_seconds = models.PositiveIntegerField(default=0)
    """From the last failure to ``retry_at``."""
    retry_at = models.DateTimeField(null=True)
    """When one call may find out whether it works again."""
    probe_token = models.UUIDField(null=True)
    """Of the call that finds out."""
    probe_expires_at = models.DateTimeField(null=True)
    """When another call may, because nothing was heard of that one."""

    class Meta:
        """One for each model of a provider."""

        constraints = [
            models.UniqueConstraint(
                fields=["provider_name", "model"], name="llm_circuit_one_per_model"
            )
        ]

    def __str__(self) -> str:
        return f"{self.model} ({self.provider_name})"
