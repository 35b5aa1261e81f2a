"""Proxies, names that others use, keys that people type, secrets, and rows without a name."""

from __future__ import annotations

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.models import DraftStateMixin, RevisionMixin
from wagtail.snippets.models import register_snippet


class Vessel(DraftStateMixin, RevisionMixin):
    """Is edited by its proxies only."""

    name = models.CharField(max_length=100)
    text = models.TextField(blank=True)

    panels = [FieldPanel("name"), FieldPanel("text")]

    def __str__(self) -> str:
        return self.name


@register_snippet
class Tug(Vessel):
    """One kind, with a form and permissions of its own."""

    class Meta:
        """Shares the table."""

        proxy = True


@register_snippet
class Trawler(Vessel):
    """Another kind."""

    panels = [FieldPanel("text"), FieldPanel("name")]

    class Meta:
        """Shares the table."""

        proxy = True


@register_snippet
class Timetable(models.Model):
    """Its language is text, its season has a lazy label, and it speaks of its ferry."""

    ferry = models.ForeignKey("ports.Ferry", on_delete=models.CASCADE, related_name="+")
    locale = models.CharField(max_length=10, default="en")
    season = models.CharField(
        max_length=10,
        choices=[("Winter", [("early", _("January"))]), ("late", _("July"))],
        default="early",
    )
    text = models.TextField(blank=True)

    panels = [
        FieldPanel("ferry"),
        FieldPanel("locale"),
        FieldPanel("season"),
        FieldPanel("text"),
    ]

    def __str__(self) -> str:
        return f"Times of {self.ferry.name}"


@register_snippet
class Radio(ClusterableModel):
    """Is known by a code that people type, and has a password that no form shows."""

    code = models.CharField(max_length=20, primary_key=True)
    text = models.TextField(blank=True)
    password = models.CharField(max_length=20, blank=True)

    panels = [
        FieldPanel("code"),
        FieldPanel("text"),
        FieldPanel("password", widget=forms.PasswordInput),
        InlinePanel("channel_set", heading="Channels"),
    ]

    def __str__(self) -> str:
        return self.code


class Channel(models.Model):
    """A row whose relation has no name, so that Django names its manager, and not its field."""

    radio = ParentalKey(Radio, on_delete=models.CASCADE)
    purpose = models.CharField(max_length=100, blank=True)
    pin = models.CharField(max_length=10, blank=True)

    panels = [FieldPanel("purpose"), FieldPanel("pin", widget=forms.PasswordInput)]

    def __str__(self) -> str:
        return self.purpose
