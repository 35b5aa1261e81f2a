"""The record of one generation: what was asked, what came back, what the editor did with it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wagtail_llm_actions.generation import FinishReason
from wagtail_llm_actions.models.action import LLMAction


class LLMRun(models.Model):
    """One run of an action on one object, from the click to the editor's decision.

    Several candidates for one click are sibling runs, which share their ``candidate_group``.

    It points to its target by content type and id in text, not by a foreign key: Page is swappable
    since Wagtail 8.0, and a run outlives its page. ``target_object_id`` is null while the object is
    not saved yet; ``form_key`` then tells which form it belongs to. Of a bulk run it tells which
    call has started it.
    """

    class Status(models.TextChoices):
        """Where the run is; the last three are final."""

        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        SUCCEEDED = "succeeded", _("Succeeded")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    class Trigger(models.TextChoices):
        """What started the run."""

        EDITOR = "editor", _("Editor")
        TEST = "test", _("Test")
        BULK = "bulk", _("Bulk run")

    class Decision(models.TextChoices):
        """What the editor did with the proposal."""

        NONE = "none", _("None")
        ACCEPTED = "accepted", _("Accepted")
        EDITED = "edited", _("Accepted after editing")
        DISMISSED = "dismissed", _("Dismissed")

    UNFINISHED = (Status.QUEUED, Status.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    action = models.ForeignKey(
        "wagtail_llm_actions.LLMAction",
        verbose_name=_("action"),
        on_delete=models.SET_NULL,
        null=True,
        related_name="runs",
    )
    action_label = models.CharField(_("action"), max_length=100)
    prompt_template_revision = models.ForeignKey(
        "wagtailcore.Revision",
        verbose_name=_("prompt template revision"),
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
    )

    target_content_type = models.ForeignKey(
        "contenttypes.ContentType", on_delete=models.CASCADE, related_name="+"
    )
    # Null and not empty text, which GenericForeignKey would look up.
    target_object_id = models.CharField(max_length=255, null=True)  # noqa: DJ001
    target = GenericForeignKey("target_content_type", "target_object_id")
    target_label = models.CharField(_("page"), max_length=255, blank=True)
    source_path = models.CharField(_("source field"), max_length=255)
    field_path = models.CharField(_("field"), max_length=255)
    field_label = models.CharField(_("field"), max_length=255)
    language_code = models.CharField(_("language"), max_length=100, blank=True)
    form_key = models.CharField(max_length=64, blank=True)
    client_request_id = models.UUIDField(null=True)
    candidate_group = models.UUIDField(null=True)
    write_mode = models.CharField(
        max_length=10, choices=LLMAction.WriteMode.choices, default=LLMAction.WriteMode.REPLACE
    )

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
    )
    trigger = models.CharField(
        _("trigger"), max_length=20, choices=Trigger.choices, default=Trigger.EDITOR
    )
    status = models.CharField(
        _("status"), max_length=20, choices=Status.choices, default=Status.QUEUED
    )

    system_instructions = models.TextField(_("system instructions"), blank=True)
    prompt = models.TextField(_("prompt"), blank=True)
    instruction = models.TextField(_("instruction"), blank=True)
    cut_chars = models.PositiveIntegerField(_("characters cut"), default=0)
    source_hash = models.CharField(max_length=64, blank=True)
    output = models.TextField(_("output"), blank=True)

    model_key = models.CharField(_("model"), max_length=100)
    fallback_model_key = models.CharField(_("fallback model"), max_length=100, blank=True)
    used_fallback = models.BooleanField(_("used the fallback model"), default=False)
    provider_name = models.CharField(_("provider"), max_length=100, blank=True)
    request_model = models.CharField(_("requested model"), max_length=255, blank=True)
    response_model = models.CharField(_("answered model"), max_length=255, blank=True)
    temperature = models.FloatField(_("temperature"))
    max_tokens = models.PositiveIntegerField(_("max tokens"))
    input_tokens = models.PositiveIntegerField(_("input tokens"), null=True)
    cached_input_tokens = models.PositiveIntegerField(_("cached input tokens"), null=True)
    output_tokens = models.PositiveIntegerField(_("output tokens"), null=True)
    reasoning_tokens = models.PositiveIntegerField(_("reasoning tokens"), null=True)
    cost_usd = models.DecimalField(
        _("cost in US dollars"), max_digits=16, decimal_places=9, null=True
    )
    price = models.JSONField(_("price"), null=True)
    finish_reason = models.CharField(
        _("finish reason"),
        max_length=20,
        blank=True,
        choices=[(reason.value, reason.value) for reason in FinishReason],
    )
    error_code = models.CharField(_("error"), max_length=40, blank=True)
    error_context = models.JSONField(default=dict)
    error_detail = models.TextField(_("error detail"), blank=True)

    queued_at = models.DateTimeField(_("queued"), default=timezone.now)
    started_at = models.DateTimeField(_("started"), null=True)
    first_token_at = models.DateTimeField(_("first token"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    retry_at = models.DateTimeField(_("tried again"), null=True)
    lease_token = models.UUIDField(null=True)
    lease_expires_at = models.DateTimeField(null=True)
    cancel_requested_at = models.DateTimeField(null=True)

    decision = models.CharField(
        _("decision"), max_length=20, choices=Decision.choices, default=Decision.NONE
    )
    decided_at = models.DateTimeField(_("decided"), null=True)
    decision_similarity = models.FloatField(_("similarity"), null=True)
    logged_at = models.DateTimeField(null=True)

    class Meta:
        """Newest first; indexed for the history, the editor's form and recovery."""

        verbose_name = _("LLM run")
        verbose_name_plural = _("LLM runs")
        ordering = ["-queued_at"]
        permissions = [("view_costs", _("Can view the costs of LLM runs"))]
        indexes = [
            models.Index(fields=["-queued_at"], name="llm_run_newest"),
            models.Index(fields=["status", "queued_at"], name="llm_run_status"),
            models.Index(fields=["user", "-queued_at"], name="llm_run_user"),
            models.Index(fields=["action", "-queued_at"], name="llm_run_action"),
            models.Index(
                fields=["target_content_type", "target_object_id", "-queued_at"],
                name="llm_run_target",
            ),
            models.Index(fields=["form_key"], name="llm_run_form_key"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "client_request_id"], name="llm_run_one_per_click"
            )
        ]

    def __str__(self) -> str:
        return f"{self.action_label} ({self.id})"

    @property
    def is_final(self) -> bool:
        """Whether nothing about the generation will change any more."""
        return self.status not in self.UNFINISHED

    @property
    def current_model_key(self) -> str:
        """The model that writes, or wrote: the action's own, or its fallback."""
        return self.fallback_model_key if self.used_fallback else self.model_key

    @property
    def seconds(self) -> float | None:
        """Seconds from the click to the end, waiting included; ``None`` before the end."""
        if self.finished_at is None:
            return None
        return (self.finished_at - self.queued_at).total_seconds()
