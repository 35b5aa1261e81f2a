"""The circuit breaker of a model that keeps failing."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class LLMCircuitBreaker(models.Model):
    """The consecutive failures of one model of one provider; a healthy model has no row.

    It is stored in the database because all workers, threads and web processes share it.
    """

    # Identity

    provider_name = models.CharField(max_length=100)
    """The provider, as a key of the setting ``PROVIDERS``."""
    request_model = models.CharField(max_length=255)
    """The vendor's name of the model, as it is sent."""

    # Failures

    failures = models.PositiveIntegerField(default=0)
    """Consecutive failures."""
    failed_at = models.DateTimeField(default=timezone.now)
    """When the last call failed."""
    error_code = models.CharField(max_length=40, blank=True)
    """The ``ErrorCode`` of the last failure."""

    # Open and half-open

    opened_at = models.DateTimeField(null=True)
    """Since when calls fail at once; null while the breaker is closed."""
    wait_seconds = models.PositiveIntegerField(default=0)
    """Seconds from the last failure to ``retry_at``; doubled after each failed probe."""
    retry_at = models.DateTimeField(null=True)
    """When the next probe may be made; null while the breaker is closed."""
    probe_token = models.UUIDField(null=True)
    """Of the probe call (half-open state)."""
    probe_expires_at = models.DateTimeField(null=True)
    """When the probe counts as lost, and another call may probe."""

    class Meta:
        """One row for each model of a provider."""

        constraints = [
            models.UniqueConstraint(
                fields=["provider_name", "request_model"], name="llm_circuit_one_per_model"
            )
        ]

    def __str__(self) -> str:
        return f"{self.request_model} ({self.provider_name})"
