"""Why the texts of a run are not kept any more."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class RedactionReason(models.TextChoices):
    """Values of ``LLMRun.redaction_reason``."""

    AGE = "age", _("Older than texts are kept")
    MODE = "mode", _("Only figures are kept")
    OBJECT = "object", _("The page or snippet was deleted")
    PERSON = "person", _("The texts of a person were removed")
