"""An import of actions and prompt templates that is too large for a request."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wagtail_llm_actions.models.background_job import BackgroundJob


class LLMImport(BackgroundJob):
    """One confirmed import."""

    content = models.TextField()
    """The file; empty in a final status."""
    fingerprint = models.CharField(max_length=64)
    """Of the changes that were confirmed."""

    class Meta(BackgroundJob.Meta):
        """The newest first."""

        verbose_name = _("LLM import")
        verbose_name_plural = _("LLM imports")
