"""A snippet with drafts, locks, languages, and fields of every kind that holds text."""

from __future__ import annotations

from django.db import models
from wagtail.models import DraftStateMixin, LockableMixin, RevisionMixin, TranslatableMixin


class Notice(DraftStateMixin, LockableMixin, RevisionMixin, TranslatableMixin):
    """Its validation writes to the database, as that of some sites does."""

    headline = models.CharField(max_length=100)
    text = models.TextField(blank=True)
    internal = models.TextField(blank=True)
    kind = models.CharField(
        max_length=10, choices=[("news", "News"), ("job", "Job")], default="news"
    )
    code = models.SlugField(default="notice")
    link = models.URLField(blank=True)
    contact = models.EmailField(blank=True)
    colour = models.CharField(max_length=7, blank=True)
    reviewer = models.CharField(max_length=50, blank=True)
    unlisted = models.CharField(max_length=50, blank=True)
    validations = models.PositiveIntegerField(default=0)

    class Meta(TranslatableMixin.Meta):
        """Unique in each language."""

    def __str__(self) -> str:
        return self.headline

    def clean(self) -> None:
        """Count, on all notices, that one was validated."""
        super().clean()
        Notice.objects.update(validations=models.F("validations") + 1)


class Rating(models.Model):
    """Has no text that an action could write."""

    stars = models.PositiveSmallIntegerField()

    def __str__(self) -> str:
        return f"{self.stars} stars"
