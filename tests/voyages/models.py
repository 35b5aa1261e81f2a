"""A voyage: a StreamField, inline rows, and fields of every kind."""

from __future__ import annotations

from django import forms
from django.core.validators import MaxValueValidator
from django.db import models
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from modelcluster.models import ClusterableModel
from taggit.models import ItemBase, TagBase, TaggedItemBase
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import DraftStateMixin, Orderable, RevisionMixin
from wagtail.snippets.models import register_snippet

from tests.voyages.blocks import LogBlock, QuoteBlock

CLEARANCE = "voyages.clear_voyage"


class VoyageTag(TaggedItemBase):
    """A tag on a voyage."""

    content_object = ParentalKey(
        "voyages.Voyage", on_delete=models.CASCADE, related_name="tagged_items"
    )


@register_snippet
class Voyage(ClusterableModel):
    """Has a method and a property that a site can name as sources."""

    name = models.CharField(max_length=100)
    summary = models.CharField(max_length=200, blank=True)
    log = StreamField(LogBlock(), blank=True)
    secret_log = StreamField([("quote", QuoteBlock())], blank=True)
    kind = models.CharField(
        max_length=10, choices=[("day", "Day trip"), ("long", "Long voyage")], blank=True
    )
    departs_at = models.DateTimeField(null=True, blank=True)
    returns_on = models.DateField(null=True, blank=True)
    miles = models.DecimalField(max_digits=6, decimal_places=1, null=True, blank=True)
    is_open = models.BooleanField(default=False)
    website = models.URLField(blank=True)
    harbour = models.ForeignKey(
        "notices.Harbour", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    image = models.ForeignKey(
        "wagtailimages.Image", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    calls_at = ParentalManyToManyField("notices.Harbour", blank=True, related_name="+")
    crew = models.ManyToManyField("blog.Author", blank=True, related_name="+")
    tags = ClusterTaggableManager(through=VoyageTag, blank=True)

    panels = [
        FieldPanel("name"),
        FieldPanel("summary"),
        FieldPanel("log"),
        FieldPanel("secret_log", permission=CLEARANCE),
        FieldPanel("kind"),
        FieldPanel("departs_at"),
        FieldPanel("returns_on"),
        FieldPanel("miles"),
        FieldPanel("is_open"),
        FieldPanel("website"),
        FieldPanel("harbour"),
        FieldPanel("image"),
        FieldPanel("calls_at"),
        FieldPanel("crew"),
        FieldPanel("tags"),
        InlinePanel("gallery", heading="Pictures"),
        MultiFieldPanel([InlinePanel("secrets", heading="Secrets")], permission=CLEARANCE),
    ]

    class Meta:
        """Some users are cleared to see what the form hides from the others."""

        permissions = [("clear_voyage", "Can see hidden rows")]

    def __str__(self) -> str:
        return self.name

    def distance(self) -> str:
        """Return a text."""
        return f"{self.miles} nautical miles"

    @property
    def broken(self) -> str:
        """Fail, as code of a site can."""
        raise ZeroDivisionError


class Picture(Orderable):
    """A row with a field for few."""

    voyage = ParentalKey(Voyage, on_delete=models.CASCADE, related_name="gallery")
    caption = models.CharField(max_length=100, blank=True)
    image = models.ForeignKey(
        "wagtailimages.Image", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    remark = models.TextField(blank=True)

    panels = [
        FieldPanel("caption"),
        FieldPanel("image"),
        FieldPanel("remark", permission=CLEARANCE),
    ]


class Secret(Orderable):
    """A row for few."""

    voyage = ParentalKey(Voyage, on_delete=models.CASCADE, related_name="secrets")
    text = models.CharField(max_length=100)

    panels = [FieldPanel("text")]


class Cargo(TagBase):
    """A tag that only admins create."""

    free_tagging = False


class CharterCargo(ItemBase):
    """What a charter carries."""

    tag = models.ForeignKey(Cargo, on_delete=models.CASCADE, related_name="charters")
    content_object = ParentalKey(
        "voyages.Charter", on_delete=models.CASCADE, related_name="carried_cargo"
    )


class CharterTag(TaggedItemBase):
    """A tag on a charter."""

    content_object = ParentalKey(
        "voyages.Charter", on_delete=models.CASCADE, related_name="tagged_items"
    )


@register_snippet
class Charter(DraftStateMixin, RevisionMixin, ClusterableModel):
    """Has drafts, and a field of each kind whose value is no prose."""

    name = models.CharField(max_length=100)
    kind = models.CharField(
        max_length=10, choices=[("day", "Day trip"), ("long", "Long voyage")], blank=True
    )
    rig = models.IntegerField(choices=[(1, "Sloop"), (2, "Ketch")], null=True, blank=True)
    is_open = models.BooleanField(default=False)
    seats = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(40)]
    )
    price = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    draught = models.FloatField(null=True, blank=True)
    departs_at = models.DateTimeField(null=True, blank=True)
    returns_on = models.DateField(null=True, blank=True)
    boards_at = models.TimeField(null=True, blank=True)
    code = models.SlugField(blank=True)
    contact = models.EmailField(blank=True)
    website = models.URLField(blank=True)
    crew = ParentalManyToManyField("blog.Author", blank=True, related_name="+")
    tags = ClusterTaggableManager(through=CharterTag, blank=True)
    cargo = ClusterTaggableManager("Cargo", through=CharterCargo, blank=True, related_name="+")

    panels = [
        FieldPanel("name"),
        FieldPanel("kind"),
        FieldPanel("rig", widget=forms.RadioSelect),
        FieldPanel("is_open"),
        FieldPanel("seats"),
        FieldPanel("price"),
        FieldPanel("draught"),
        FieldPanel("departs_at"),
        FieldPanel("returns_on"),
        FieldPanel("boards_at"),
        FieldPanel("code"),
        FieldPanel("contact"),
        FieldPanel("website"),
        FieldPanel("crew", widget=forms.CheckboxSelectMultiple),
        FieldPanel("tags"),
        FieldPanel("cargo"),
    ]

    def __str__(self) -> str:
        return self.name
