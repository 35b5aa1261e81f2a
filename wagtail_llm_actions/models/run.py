"""The record of one generation: the request, the result, and the editor's decision."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wagtail_llm_actions.answers.removals import Removal
from wagtail_llm_actions.models.action import LLMAction
from wagtail_llm_actions.models.choices import DismissReason, RedactionReason, RetentionMode
from wagtail_llm_actions.models.run_queryset import INDEXES, LLMRunQuerySet


class LLMRun(models.Model):
    """One run of an action on one object, from the click to the editor's decision.

    The runs of one click that an editor chooses from share their ``candidate_group``.

    The target is stored as content type and id, not as a foreign key: Page is swappable since
    Wagtail 8.0, and a run outlives its page. Labels and settings are copied from the action, which
    may change or be deleted later. Only ``runs.lifecycle.transitions`` writes ``status``.
    """

    class Status(models.TextChoices):
        """The state of the run; the last three are final."""

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
        UNSAVED = "unsaved", _("Accepted, not saved")
        DISMISSED = "dismissed", _("Dismissed")

    UNFINISHED = (Status.QUEUED, Status.RUNNING)
    ACCEPTED_DECISIONS = (Decision.ACCEPTED, Decision.EDITED)

    # Identity

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    action = models.ForeignKey(
        "wagtail_llm_actions.LLMAction",
        verbose_name=_("action"),
        on_delete=models.SET_NULL,
        null=True,
        related_name="runs",
        db_index=False,
    )
    """Null for an action that was deleted, or not saved yet when it was tested."""
    action_label = models.CharField(_("action"), max_length=100)
    """The action's label at the time of the run."""
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        # Of many runs, one statement would keep others from writing for seconds: see
        # ``retention.deletions``.
        on_delete=models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    """Who clicked, or started the bulk run; null if unknown or deleted."""
    trigger = models.CharField(
        _("trigger"), max_length=20, choices=Trigger.choices, default=Trigger.EDITOR
    )
    """What started the run."""
    client_request_id = models.UUIDField(null=True)
    """The browser's id of the click, so that a repeated request starts nothing; null if bulk."""
    candidate_group = models.UUIDField(null=True)
    """The id of the first run of the click; null if the action has one candidate."""
    form_key = models.CharField(max_length=64, blank=True)
    """The browser's id of a create form, or the id of a bulk call."""

    # Item

    target_content_type = models.ForeignKey(
        "contenttypes.ContentType",
        on_delete=models.CASCADE,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    """The page or snippet model."""
    # Null and not empty text, which GenericForeignKey would look up.
    target_object_id = models.CharField(max_length=255, null=True)  # noqa: DJ001
    """The primary key of the page or snippet as text; null until the object is saved."""
    _target = GenericForeignKey("target_content_type", "target_object_id", for_concrete_model=False)
    target_label = models.CharField(_("page"), max_length=255, blank=True)
    """The title at the time of the run."""
    source_path = models.CharField(_("source field"), max_length=255)
    """The field that was read."""
    field_path = models.CharField(_("field"), max_length=255)
    """The destination field."""
    item_id = models.CharField(max_length=255, blank=True)
    """Of the blocks or rows that the path names, the one; empty for a field of the form itself."""
    field_label = models.CharField(_("field"), max_length=255)
    """The label of the destination field, in the language of the user."""
    language_code = models.CharField(_("language"), max_length=100, blank=True)
    """The language of the object, which the output is asked for in."""
    write_mode = models.CharField(
        max_length=10, choices=LLMAction.WriteMode.choices, default=LLMAction.WriteMode.REPLACE
    )
    """What Accept does with the text that the field has."""
    check_facts = models.BooleanField(default=True)
    """Whether the facts of the output are looked for in what was sent."""
    rules = models.JSONField(default=dict)
    """The action's rules for the answer, as ``runs.request.rules.AnswerRules.as_json`` gives them."""

    # Request: what is sent, frozen when the run is created

    prompt_template_revision = models.ForeignKey(
        "wagtailcore.Revision",
        verbose_name=_("prompt template revision"),
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_constraint=False,
    )
    """The version of the prompt template; null if it was never saved in the admin, or is deleted."""
    system_instructions = models.TextField(_("system instructions"), blank=True)
    """The system message as it is sent."""
    prompt = models.TextField(_("prompt"), blank=True)
    """The user message as it is sent; empty for a run that could not be sent."""
    instruction = models.TextField(_("instruction"), blank=True)
    """What the editor added to this run."""
    source_hash = models.CharField(max_length=64, blank=True)
    """SHA-256 of the source text in hexadecimal: tells whether the source has changed since."""
    image = models.JSONField(null=True)
    """The image that is sent, as ``runs.request.image.SentImage``; null for none. Never its content."""
    source_chars = models.PositiveIntegerField(_("characters of the source"), null=True)
    """Characters of the source that were sent; null for a run that could not be sent."""
    read_fields = models.JSONField(default=list)
    """The names of the object's fields whose content the prompt was made from, sorted."""
    truncated_chars = models.PositiveIntegerField(_("characters cut"), default=0)
    """Characters at the end of the source that did not fit into the context of the model asked last."""
    fallback_request = models.JSONField(null=True)
    """What is sent to the fallback model, where its context takes another part of the source.

    Values of ``prompt``, ``system_instructions`` and ``truncated_chars``.
    """
    model_key = models.CharField(_("model"), max_length=100)
    """The action's model, or its cheaper one, as a key of the setting ``MODELS``."""
    used_cheaper_model = models.BooleanField(_("used the cheaper model"), default=False)
    """Whether a budget asked for the action's cheaper model."""
    fallback_model_key = models.CharField(_("fallback model"), max_length=100, blank=True)
    """The action's fallback model, as a key of the setting ``MODELS``."""
    temperature = models.FloatField(_("temperature"))
    """From 0.0 to 2.0, before it is fitted to the model's capabilities."""
    max_tokens = models.PositiveIntegerField(_("max tokens"))
    """Tokens of visible output, before they are fitted to the model's capabilities."""

    # Status and lease

    status = models.CharField(
        _("status"), max_length=20, choices=Status.choices, default=Status.QUEUED
    )
    """See ``runs.lifecycle.transitions``."""
    queued_at = models.DateTimeField(_("queued"), default=timezone.now)
    """When the run was created."""
    started_at = models.DateTimeField(_("started"), null=True)
    """When a worker first claimed the run; the time limit of the run begins here."""
    first_token_at = models.DateTimeField(_("first token"), null=True)
    """When the first text of the last attempt arrived."""
    finished_at = models.DateTimeField(_("finished"), null=True)
    """When the status became final."""
    retry_at = models.DateTimeField(_("tried again"), null=True)
    """When the next attempt is due, while the run waits for it."""
    cancel_requested_at = models.DateTimeField(null=True)
    """When the editor cancelled; the worker of a running run looks for it."""
    is_reasoning = models.BooleanField(default=False)
    """Whether the model is at its reasoning, and has written no text yet."""
    is_repairing = models.BooleanField(default=False)
    """Whether the text has arrived, does not fit its field, and the model is asked to repair it."""
    lease_token = models.UUIDField(null=True)
    """Of the worker that executes the run; fences off others. Null unless the run is running."""
    lease_expires_at = models.DateTimeField(null=True)
    """When the run is abandoned, unless its worker renews the lease."""

    # Result and billing

    output = models.TextField(_("output"), blank=True)
    """The text that arrived, cleaned; also that of a failed or cancelled run."""
    raw_output = models.TextField(_("raw answer"), blank=True)
    """The text as the model wrote it."""
    removed = models.JSONField(default=list)
    """What cleaning took away, as ``answers.RemovedText`` of each kind."""
    unsourced_facts = models.JSONField(default=list)
    """Facts of the output that are not in what was sent, as ``answers.facts`` finds them."""
    finish_reason = models.CharField(
        _("finish reason"),
        max_length=100,
        blank=True,
    )
    """Why the model stopped; empty unless the run has succeeded."""
    used_fallback = models.BooleanField(_("used the fallback model"), default=False)
    """Whether the fallback model has been asked."""
    provider_name = models.CharField(_("provider"), max_length=100, blank=True)
    """The provider of the model that was asked last, as a key of the setting ``PROVIDERS``."""
    request_model = models.CharField(_("requested model"), max_length=255, blank=True)
    """The vendor's name of that model, as it was sent."""
    response_model = models.CharField(_("answered model"), max_length=255, blank=True)
    """The vendor's name of the model that answered, as it was reported."""
    input_tokens = models.PositiveIntegerField(_("input tokens"), null=True)
    """Of all attempts, cached ones included; null where unknown, as all token counts."""
    cached_input_tokens = models.PositiveIntegerField(_("cached input tokens"), null=True)
    """The part of ``input_tokens`` that the provider had cached."""
    cache_write_tokens = models.PositiveIntegerField(
        _("input tokens written to the cache"), null=True
    )
    """Another part of ``input_tokens``, which the provider wrote into its cache."""
    output_tokens = models.PositiveIntegerField(_("output tokens"), null=True)
    """Of all attempts, reasoning included."""
    reasoning_tokens = models.PositiveIntegerField(_("reasoning tokens"), null=True)
    """The part of ``output_tokens`` that is not visible."""
    cost_usd = models.DecimalField(
        _("cost in US dollars"), max_digits=16, decimal_places=9, null=True
    )
    """Of all attempts, in US dollars; null where the cost of any of them is unknown."""
    estimated_cost_usd = models.DecimalField(
        _("estimated cost in US dollars"), max_digits=16, decimal_places=9, null=True
    )
    """What the run was expected to cost before it began, in US dollars; null where nobody knew."""
    price = models.JSONField(_("price"), null=True)
    """The price of the last attempt with its source, as ``pricing.charge`` gives it."""

    # Error

    error_code = models.CharField(_("error"), max_length=40, blank=True)
    """An ``ErrorCode``; empty unless the run has failed."""
    error_context = models.JSONField(default=dict)
    """The values of the error, as ``LLMActionsError.context`` gives them."""
    error_detail = models.TextField(_("error detail"), blank=True)
    """The provider's message, redacted; for admins only."""
    error_detail_hash = models.CharField(max_length=32, blank=True)
    """Of ``error_detail``, see ``hash_detail``; for an index that can tell messages apart."""

    # Decision

    decision = models.CharField(
        _("decision"), max_length=20, choices=Decision.choices, default=Decision.NONE
    )
    """What the editor did with the output."""
    dismiss_reason = models.CharField(
        _("reason for dismissing"), max_length=20, choices=DismissReason.choices, blank=True
    )
    """Empty unless the output was dismissed and the editor gave a reason."""
    decided_at = models.DateTimeField(_("decided"), null=True)
    """When; null without a decision."""
    decision_similarity = models.FloatField(_("similarity"), null=True)
    """Of the accepted text to the output, by words, from 0.0 to 1.0; null unless accepted."""
    audit_logged_at = models.DateTimeField(null=True)
    """When the acceptance was written to Wagtail's audit log, as the object was saved."""

    # Retention

    retention_mode = models.CharField(
        max_length=10, choices=RetentionMode.choices, default=RetentionMode.KEEP
    )
    """Whether the texts are kept; as of the click."""
    content_expires_at = models.DateTimeField(null=True)
    """When the texts are emptied that nobody has decided on; null where they are kept for a time."""
    redacted_at = models.DateTimeField(_("texts redacted"), null=True)
    """When all texts of the run were emptied, see ``runs.redaction``; null while they are kept."""
    redaction_reason = models.CharField(
        _("why the texts were redacted"),
        max_length=20,
        blank=True,
        choices=RedactionReason.choices,
    )
    """Empty while they are kept."""

    objects = LLMRunQuerySet.as_manager()
    cheaper_request: dict[str, object] | None = None
    """Of a run that is not saved yet: what the cheaper model of its action would be asked."""

    class Meta:
        """Newest first; indexed for the history, the editor's form and recovery."""

        verbose_name = _("LLM run")
        verbose_name_plural = _("LLM runs")
        ordering = ["-queued_at"]
        permissions = [
            ("view_costs", _("Can view the costs of LLM runs")),
            ("view_usage_llmrun", _("Can view the usage of LLM runs, without prompts and outputs")),
            (
                "view_editable_llmrun",
                _("Can view the LLM runs of pages and snippets that they may edit"),
            ),
        ]
        indexes = INDEXES
        constraints = [
            models.UniqueConstraint(
                fields=["user", "client_request_id"], name="llm_run_one_per_click"
            )
        ]

    def __str__(self) -> str:
        return f"{self.action_label} ({self.id})"

    @property
    def is_final(self) -> bool:
        """Whether the status is final; a decision may still follow."""
        return self.status not in self.UNFINISHED

    @property
    def target_model(self) -> type[models.Model] | None:
        """The page or snippet model; ``None`` where it was removed from the code."""
        # By the id, as the manager keeps the types of models: a list of runs costs no queries.
        return ContentType.objects.get_for_id(self.target_content_type_id).model_class()

    @property
    def target(self) -> Any:
        """The page or snippet; ``None`` if it is not saved yet or was deleted, or its model was removed."""
        return None if self.target_model is None else self._target

    @property
    def field_key(self) -> str:
        """What tells the destination from all others of the same form."""
        return f"{self.field_path}#{self.item_id}" if self.item_id else self.field_path

    @property
    def is_decorative(self) -> bool:
        """Whether the model takes the image that was sent as decorative, so that there is no text."""
        return any(removed["kind"] == Removal.DECORATIVE for removed in self.removed)

    @property
    def content_fields(self) -> set[str]:
        """The names of the fields whose content the prompt and the output hold, or are meant for.

        Only those to whom their form shows all of them may read the texts. A test of a typed text
        is for no field of an object.
        """
        if self.trigger == self.Trigger.TEST:
            return set(self.read_fields)
        # Reads the fields of models, which have to be loaded first.
        from wagtail_llm_actions.fields import form_names  # noqa: PLC0415

        own = form_names(self.source_path) | form_names(self.field_path)
        return {*own, *self.read_fields}

    @property
    def current_model_key(self) -> str:
        """The key of the model that is asked, or was asked last: the action's own or its fallback."""
        return self.fallback_model_key if self.used_fallback else self.model_key

    @property
    def seconds(self) -> float | None:
        """Seconds from the click to the end, the time in the queue included; ``None`` before."""
        if self.finished_at is None:
            return None
        return (self.finished_at - self.queued_at).total_seconds()
