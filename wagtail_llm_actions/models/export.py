"""An export that is too large for a request, and its file.

The file is kept in the database: that is what web processes and workers are sure to share, and what
nobody can read without a view of ours. The site's file storage is often public.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wagtail_llm_actions.database.locks import let_locks_expire
from wagtail_llm_actions.database.sqlite import yielding_writes
from wagtail_llm_actions.models.background_job import BackgroundJob

KEPT_FOR = timedelta(hours=24)
"""How long a file can be downloaded."""


def expiry() -> object:
    """Return when a file that is finished now expires."""
    return timezone.now() + KEPT_FOR


class LLMExportQuerySet(models.QuerySet["LLMExport"]):
    """Exports by their age."""

    def current(self) -> LLMExportQuerySet:
        """Keep those whose file can be downloaded, or will be."""
        return self.filter(expires_at__gt=timezone.now())

    def expired(self) -> LLMExportQuerySet:
        """Keep those whose file nobody may download any more."""
        return self.filter(expires_at__lte=timezone.now())

    def discard(self) -> None:
        """Delete exports and their files."""
        ids = list(self.values_list("pk", flat=True))
        if not ids:
            return
        with yielding_writes(), transaction.atomic():
            let_locks_expire()
            # Where a site listens to deletions, Django loads what it deletes: not the content.
            LLMExportChunk.objects.filter(export__in=ids).defer("data").delete()
            self.model._default_manager.filter(pk__in=ids).delete()


class LLMExport(BackgroundJob):
    """One export: what was asked for, by whom, and when its file expires."""

    view = models.CharField(max_length=255)
    """The name of the URL that exports."""
    arguments = models.JSONField(default=dict)
    """Of that URL."""
    query = models.TextField(blank=True)
    """The query string, with the format and the filters."""
    filename = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField(default=0)
    """Bytes of the file."""
    rights = models.CharField(max_length=64, blank=True)
    """A digest of the rights of the user as the file was written."""
    expires_at = models.DateTimeField(default=expiry, db_index=True)

    wagtail_reference_index_ignore = True
    objects = LLMExportQuerySet.as_manager()

    class Meta(BackgroundJob.Meta):
        """The newest first."""

        verbose_name = _("exported file")
        verbose_name_plural = _("exported files")


class LLMExportChunk(models.Model):
    """A part of the file of an export."""

    export = models.ForeignKey(LLMExport, on_delete=models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    data = models.BinaryField()

    wagtail_reference_index_ignore = True

    class Meta:
        """A file has each part once."""

        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["export", "number"], name="llm_export_chunk_number")
        ]

    def __str__(self) -> str:
        return f"{self.number} of {self.export_id}"
