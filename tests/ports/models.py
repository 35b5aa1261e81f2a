"""Settings, models with viewsets of their own, and a page with a form."""

from __future__ import annotations

import uuid

from django.db import models
from modelcluster.fields import ParentalKey
from wagtail import blocks
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.contrib.forms.models import AbstractEmailForm, AbstractFormField
from wagtail.contrib.settings.models import BaseGenericSetting, BaseSiteSetting, register_setting
from wagtail.fields import RichTextField, StreamField
from wagtail.images.blocks import ImageBlock, ImageChooserBlock

LAID_UP = "Laid up"
"""The name of ferries that only admins may change."""


class FigureBlock(blocks.StructBlock):
    """An image and what is said of it, as sites made it before Wagtail had a block for that."""

    photo = ImageChooserBlock(required=False)
    alt_text = blocks.CharBlock(required=False)
    is_decorative = blocks.BooleanBlock(required=False)


class PlateBlock(blocks.StructBlock):
    """Has Wagtail's block for images within it."""

    picture = ImageBlock(required=False)
    caption = blocks.TextBlock(required=False)


@register_setting
class PortSettings(BaseSiteSetting):
    """Each site has one."""

    about = models.TextField(blank=True)
    tagline = models.CharField(max_length=80, blank=True)
    notes = models.TextField(blank=True)
    figures = StreamField(
        [
            ("figure", FigureBlock()),
            ("figures", blocks.ListBlock(FigureBlock())),
            ("plate", PlateBlock()),
        ],
        blank=True,
    )

    panels = [
        FieldPanel("about"),
        FieldPanel("tagline"),
        FieldPanel("figures"),
        FieldPanel("notes", permission="ports.add_portsettings"),
    ]

    class Meta:
        """Is no plural of something."""

        verbose_name = "port settings"


@register_setting
class Almanac(BaseGenericSetting):
    """All sites share one."""

    tides = models.TextField(blank=True)
    summary = models.CharField(max_length=200, blank=True)


class Ferry(models.Model):
    """Is edited by a viewset with panels."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100)
    route = models.TextField(blank=True)
    summary = models.CharField(max_length=200, blank=True)
    remarks = models.TextField(blank=True)

    panels = [
        FieldPanel("name"),
        FieldPanel("route"),
        FieldPanel("summary"),
        FieldPanel("remarks", permission="ports.delete_ferry"),
    ]

    def __str__(self) -> str:
        return self.name


class Buoy(models.Model):
    """Is edited by a viewset without panels."""

    name = models.CharField(max_length=100)
    position = models.TextField(blank=True)
    kind = models.CharField(max_length=10, choices=[("lit", "Lit"), ("unlit", "Unlit")], blank=True)
    summary = models.CharField(max_length=200, blank=True)
    inventory = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name


class EnquiryField(AbstractFormField):
    """What the form of the page asks for."""

    page = ParentalKey("ports.Enquiry", on_delete=models.CASCADE, related_name="form_fields")


class Enquiry(AbstractEmailForm):
    """A page with a form."""

    intro = models.TextField(blank=True)
    thanks = RichTextField(blank=True)

    content_panels = [
        *AbstractEmailForm.content_panels,
        FieldPanel("intro"),
        InlinePanel("form_fields", label="Form fields"),
        FieldPanel("thanks"),
    ]
