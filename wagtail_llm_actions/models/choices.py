"""Values of columns that several models, or the settings, have in common."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class DismissReason(models.TextChoices):
    """What an editor may say with one click when they dismiss a proposal."""

    FACTS = "facts", _("Wrong facts")
    TONE = "tone", _("Tone")
    LENGTH = "length", _("Too long")
    LANGUAGE = "language", _("Language")
    OTHER = "other", _("Other reason")


class RedactionReason(models.TextChoices):
    """Values of ``LLMRun.redaction_reason``."""

    AGE = "age", _("Older than texts are kept")
    MODE = "mode", _("Only figures are kept")
    OBJECT = "object", _("The page or snippet was deleted")
    PERSON = "person", _("The texts of a person were removed")
    NEVER = "never", _("Texts are not stored")


class RetentionMode(models.TextChoices):
    """Values of ``LLMRun.retention_mode``, of an action's, and of the setting ``RETENTION``."""

    KEEP = "keep", _("Keep texts for a time")
    FIGURES = "figures", _("Keep figures only")
    NOTHING = "nothing", _("Store no texts at all")
