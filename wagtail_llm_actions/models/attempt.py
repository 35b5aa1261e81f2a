"""One call to a provider within a run."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class LLMAttempt(models.Model):
    """Every call is counted, also those that fail: each may cost money."""

    class UsageSource(models.TextChoices):
        """Where the token counts come from."""

        REPORTED = "reported", _("Reported by the provider")
        ESTIMATED = "estimated", _("Estimated from the texts")

    run = models.ForeignKey(
        "wagtail_llm_actions.LLMRun", on_delete=models.CASCADE, related_name="attempts"
    )
    number = models.PositiveSmallIntegerField(_("number"))
    model_key = models.CharField(max_length=100, blank=True)
    provider_name = models.CharField(_("provider"), max_length=100)
    model = models.CharField(_("model"), max_length=255)
    sent_parameters = models.JSONField(_("sent parameters"), default=dict)
    started_at = models.DateTimeField(_("started"))
    first_token_at = models.DateTimeField(_("first token"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    input_tokens = models.PositiveIntegerField(_("input tokens"), null=True)
    cached_input_tokens = models.PositiveIntegerField(_("cached input tokens"), null=True)
    output_tokens = models.PositiveIntegerField(_("output tokens"), null=True)
    reasoning_tokens = models.PositiveIntegerField(_("reasoning tokens"), null=True)
    usage_source = models.CharField(
        _("token counts"), max_length=20, blank=True, choices=UsageSource.choices
    )
    cost_usd = models.DecimalField(
        _("cost in US dollars"), max_digits=16, decimal_places=9, null=True
    )
    price = models.JSONField(_("price"), null=True)
    error_code = models.CharField(_("error"), max_length=40, blank=True)
    error_context = models.JSONField(default=dict)
    error_detail = models.TextField(_("error detail"), blank=True)

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
        """Whether tokens and cost are ours, in place of the provider's report."""
        return self.usage_source == self.UsageSource.ESTIMATED
