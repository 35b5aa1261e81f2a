"""Why editors do not want a proposal."""

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
