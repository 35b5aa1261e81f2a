"""One call to a provider within a run."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class LLMAttempt(models.Model):
    """One call to one model. Failed calls are stored too: each may cost money."""

    class UsageSource(models.TextChoices):
        """Where the token counts come from."""

        REPORTED = "reported", _("Reported by the provider")
        ESTIMATED = "estimated", _("Estimated from the texts")

    # Identity

    run = models.ForeignKey(
        "wagtail_llm_actions.LLMRun",
        on_delete=models.CASCADE,
        related_name="attempts",
        db_index=False,  # The unique constraint below has one.
    )
    number = models.PositiveSmallIntegerField(_("number"))
    """Counted from 1 within the run."""
    is_repair = models.BooleanField(_("repair"), default=False)
    """Whether it asked to repair the answer of the attempt before, which did not fit the field."""

    # Request

    model_key = models.CharField(max_length=100, blank=True)
    """The model that was called, as a key of the setting ``MODELS``."""
    provider_name = models.CharField(_("provider"), max_length=100)
    """Its provider, as a key of the setting ``PROVIDERS``."""
    request_model = models.CharField(_("model"), max_length=255)
    """The vendor's name of the model, as it was sent."""
    sent_parameters = models.JSONField(_("sent parameters"), default=dict)
    """The parameters as they were sent; see ``runs.request.parameters.Parameters``."""

    # Times

    started_at = models.DateTimeField(_("started"))
    """When the call was made."""
    first_token_at = models.DateTimeField(_("first token"), null=True)
    """When the first text arrived."""
    finished_at = models.DateTimeField(_("finished"), null=True)
    """When the call ended; null while it is under way."""

    # Billing

    input_tokens = models.PositiveIntegerField(_("input tokens"), null=True)
    """Cached ones included; null where unknown, as all token counts."""
    cached_input_tokens = models.PositiveIntegerField(_("cached input tokens"), null=True)
    """The part of ``input_tokens`` that the provider had cached."""
    cache_write_tokens = models.PositiveIntegerField(
        _("input tokens written to the cache"), null=True
    )
    """Another part of ``input_tokens``, which the provider wrote into its cache."""
    cache_write_1h_tokens = models.PositiveIntegerField(
        _("input tokens written to the cache for an hour"), null=True
    )
    """The part of ``cache_write_tokens`` that is kept for an hour, and costs more."""
    output_tokens = models.PositiveIntegerField(_("output tokens"), null=True)
    """Reasoning included."""
    reasoning_tokens = models.PositiveIntegerField(_("reasoning tokens"), null=True)
    """The part of ``output_tokens`` that is not visible."""
    usage_source = models.CharField(
        _("token counts"), max_length=20, blank=True, choices=UsageSource.choices
    )
    """Where the token counts come from; empty without any."""
    usage_repairs = models.JSONField(_("repaired token counts"), default=list)
    """What was wrong with the reported counts: values of ``generation.UsageRepair``."""
    cost_usd = models.DecimalField(
        _("cost in US dollars"), max_digits=16, decimal_places=9, null=True
    )
    """US dollars; null where the price or a token count is unknown, 0 for a call that was refused."""
    price = models.JSONField(_("price"), null=True)
    """The price with its source, as ``pricing.charge`` gives it."""

    # Error

    error_code = models.CharField(_("error"), max_length=40, blank=True)
    """An ``ErrorCode``; empty for a call that succeeded, or is under way."""
    error_context = models.JSONField(default=dict)
    """The values of the error, as ``LLMActionsError.context`` gives them."""
    error_detail = models.TextField(_("error detail"), blank=True)
    """The provider's message, redacted; for admins only."""

    class Meta:
        """In the order they were made."""

        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="llm_attempt_number")]

    def __str__(self) -> str:
        return f"{self.run_id} #{self.number}"

    @property
    def is_estimated(self) -> bool:
        """Whether tokens and cost are our estimates, for want of a report by the provider."""
        return self.usage_source == self.UsageSource.ESTIMATED
