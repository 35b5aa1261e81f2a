"""Whether the texts of runs are kept."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class RetentionMode(models.TextChoices):
    """Values of ``LLMRun.retention_mode``, of an action's, and of the setting ``RETENTION``."""

    KEEP = "keep", _("Keep texts for a time")
    FIGURES = "figures", _("Keep figures only")
