"""Rollups of runs: the sums of a day, and of 4, 16 and 64 days, for the reports."""

from __future__ import annotations

import uuid
from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from wagtail_llm_actions.database.prepared_query import Parameter, PreparedQuery

if TYPE_CHECKING:
    from collections.abc import Iterable

SPAN_DAYS = (1, 4, 16, 64)
"""The lengths of spans: few rows make up a month or two years, whatever the first day and the last one."""


def span_start(day: date, days: int) -> date:
    """Return the first day of the span of so many days that a day belongs to."""
    return date.fromordinal(day.toordinal() // days * days)


class LLMRollupSpanManager(models.Manager["LLMRollupSpan"]):
    """Marks spans whose runs have changed."""

    def mark_stale(self, starts: Iterable[date], days: int = 1) -> None:
        """Let these days, or longer spans, be read from their runs or parts until they are rebuilt.

        The longer spans that a day belongs to are not read either while it is stale. Has to be in the
        transaction that changes the runs: a rebuild that runs at the same time then stores nothing.
        """
        spans = [
            self.model(days=days, start=start, stale_token=uuid.uuid4())
            for start in sorted(set(starts))
        ]
        if len(spans) == 1:
            # As after each late decision: mostly the span is known, and the other statement takes longer to compile.
            new = {"stale_token": spans[0].stale_token}
            if _SPAN.update(new, days=days, start=spans[0].start):
                return
        has_target = connection.features.supports_update_conflicts_with_target
        self.bulk_create(
            spans,
            batch_size=500,
            update_conflicts=True,
            update_fields=["stale_token"],
            unique_fields=["days", "start"] if has_target else None,
        )


class LLMRollupSpan(models.Model):
    """One day, or some days in a row, whose runs have been summed up."""

    start = models.DateField()
    """The first day, in the site's time zone."""
    days = models.PositiveSmallIntegerField()
    """How many days, one of ``SPAN_DAYS``."""
    time_zone = models.CharField(max_length=64, blank=True)
    """The setting ``TIME_ZONE`` when it was built; the rollups of another one are not read."""
    stale_token = models.UUIDField(null=True)
    """A new one each time that runs of a day change, or a day of a longer span was built anew.

    Null while the rollups are those of the runs, or, of a longer span, the sums of those of its days.
    """

    objects = LLMRollupSpanManager()

    class Meta:
        """One row for each length and first day."""

        constraints = [
            models.UniqueConstraint(fields=["days", "start"], name="llm_rollup_one_span")
        ]

    def __str__(self) -> str:
        return f"{self.start} ({self.days})"


_SPAN = PreparedQuery(
    lambda: LLMRollupSpan.objects.filter(
        days=Parameter("days", LLMRollupSpan._meta.get_field("days")),
        start=Parameter("start", LLMRollupSpan._meta.get_field("start")),
    )
)


class LLMRunRollup(models.Model):
    """The sums of those finished runs of a span that share an action, a model, a user and so on."""

    class Dimension(models.TextChoices):
        """What the runs share."""

        TOTAL = "total"
        ACTION = "action"
        MODEL = "model"
        USER = "user"
        PAGE_TYPE = "page_type"
        ERROR = "error"
        ERROR_PATTERN = "error_pattern"
        """The error, the model and the provider's message."""
        DISMISS_REASON = "dismiss_reason"
        ESTIMATE = "estimate"
        """All whose cost was estimated; the histogram has how far that was off, in parts of the cost."""

    # Group

    span = models.ForeignKey(
        LLMRollupSpan, on_delete=models.CASCADE, related_name="rollups", db_index=False
    )
    dimension = models.CharField(max_length=20, choices=Dimension.choices)
    # As those of the runs: deleting an action or a user changes both in the same way.
    action = models.ForeignKey(
        "wagtail_llm_actions.LLMAction", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_constraint=False,
    )
    target_content_type = models.ForeignKey(
        "contenttypes.ContentType",
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_constraint=False,
    )
    key = models.CharField(max_length=100, blank=True)
    """The action's label at the time, the key of the model, the error code, or the reason."""
    model_key = models.CharField(max_length=100, blank=True)
    """Of an error pattern."""
    error_detail_hash = models.CharField(max_length=32, blank=True)
    """Of an error pattern, as that of its runs; empty if these have been deleted."""
    is_archived = models.BooleanField(default=False)
    """Whether the runs have been deleted, so that nothing but this row counts them."""

    # Sums, as in ``reporting.metrics.Metrics``

    runs = models.PositiveIntegerField()
    succeeded = models.PositiveIntegerField()
    failed = models.PositiveIntegerField()
    cancelled = models.PositiveIntegerField()
    excluded = models.PositiveIntegerField()
    accepted = models.PositiveIntegerField()
    proposed = models.PositiveIntegerField()
    fallback_used = models.PositiveIntegerField()
    unknown_costs = models.PositiveIntegerField()
    input_tokens = models.PositiveBigIntegerField(null=True)
    output_tokens = models.PositiveBigIntegerField(null=True)
    known_cost_usd = models.DecimalField(max_digits=20, decimal_places=9, null=True)
    times = models.BinaryField()
    """How many runs took how long, as ``reporting.latency.Latencies.packed`` gives it."""

    # Of error patterns; null for all others

    first_at = models.DateTimeField(null=True)
    """When the first of the runs was queued."""
    last_at = models.DateTimeField(null=True)
    """When the last of the runs was queued."""
    actions = models.JSONField(null=True)
    """Primary key and label of each action, as ``reporting.occurrences.Occurrences`` has them."""

    class Meta:
        """Read by span and dimension."""

        verbose_name = _("rollup of LLM runs")
        verbose_name_plural = _("rollups of LLM runs")
        indexes = [models.Index(fields=["span", "dimension"], name="llm_rollup_span")]

    def __str__(self) -> str:
        return f"{self.dimension}: {self.runs}"
