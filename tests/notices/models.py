"""A snippet with drafts, locks, languages, and fields of every kind that holds text."""

from __future__ import annotations

from django.core.validators import MinLengthValidator, RegexValidator
from django.db import models
from wagtail.contrib.forms.models import validate_to_address
from wagtail.models import (
    DraftStateMixin,
    LockableMixin,
    PreviewableMixin,
    RevisionMixin,
    TranslatableMixin,
    WorkflowMixin,
)


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
    """Has a form that only shows its field."""

    stars = models.PositiveSmallIntegerField()

    def __str__(self) -> str:
        return f"{self.stars} stars"


class Harbour(models.Model):
    """Is known by its name, as snippets of some sites are by a code or an address.

    Its code has defects: ``mistake`` is raised where the text or the name asks for it.
    """

    name = models.CharField(max_length=100, primary_key=True)
    text = models.TextField(blank=True)
    mistake: type[Exception] = ZeroDivisionError

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Fail for one text."""
        super().clean()
        if self.text == "Fail in clean":
            raise self.mistake


def validate_position(value: str) -> None:
    """Raise ValueError, as validators that expect their own format do."""
    latitude, longitude = value.split(",")
    float(latitude), float(longitude)


class Berth(models.Model):
    """Has text fields, most of which want a format."""

    first_name = models.CharField(max_length=254)
    last_name = models.CharField(max_length=254)
    position = models.CharField(max_length=36, validators=[validate_position])
    signal = models.CharField(max_length=40, validators=[RegexValidator(r"^[A-Z]{4}$")])
    to_address = models.CharField(max_length=255, blank=True, validators=[validate_to_address])
    postcode = models.CharField(max_length=8, blank=True)
    remark = models.CharField(max_length=255, blank=True, validators=[MinLengthValidator(30)])

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}"


class Memo(models.Model):
    """What snippets with other sets of Wagtail's mixins have in common."""

    headline = models.CharField(max_length=100)
    text = models.TextField(blank=True)

    class Meta:
        """Has no table."""

        abstract = True

    def __str__(self) -> str:
        return self.headline


class RevisionMemo(RevisionMixin, Memo):
    """Keeps its revisions, without drafts."""


class DraftMemo(DraftStateMixin, RevisionMixin, Memo):
    """Has drafts, and no locks."""


class WorkflowMemo(WorkflowMixin, DraftStateMixin, RevisionMixin, Memo):
    """Has workflows, and no locks."""


class LockableMemo(LockableMixin, Memo):
    """Has locks, and no revisions."""


class PreviewMemo(PreviewableMixin, TranslatableMixin, Memo):
    """Has previews and languages only."""

    class Meta(TranslatableMixin.Meta):
        """Unique in each language."""


class FullMemo(
    WorkflowMixin,
    PreviewableMixin,
    DraftStateMixin,
    LockableMixin,
    RevisionMixin,
    TranslatableMixin,
    Memo,
):
    """Has everything that a page has."""

    class Meta(TranslatableMixin.Meta):
        """Unique in each language."""


MEMOS: tuple[type[Memo], ...] = (
    RevisionMemo,
    DraftMemo,
    WorkflowMemo,
    LockableMemo,
    PreviewMemo,
    FullMemo,
)


class Dossier(models.Model):
    """Has a field for each way in which its form hides one; each is named after the way."""

    headline = models.CharField(max_length=100)
    text = models.TextField(blank=True)
    of_panel = models.TextField(blank=True)
    of_multi_field_panel = models.TextField(blank=True)
    of_row = models.TextField(blank=True)
    of_list = models.TextField(blank=True)
    of_tab = models.TextField(blank=True)
    of_group_of_the_site = models.TextField(blank=True)
    of_panel_of_the_site = models.TextField(blank=True)
    of_form_class = models.TextField(blank=True)
    of_nobody = models.TextField(blank=True, default="Written by the model.")
    read_only = models.TextField(blank=True)
    disabled = models.TextField(blank=True)

    class Meta:
        """Some users are cleared to see the fields that the form hides from the others."""

        permissions = [("clear_dossier", "Can see hidden fields")]

    def __str__(self) -> str:
        return self.headline


HIDDEN_FIELDS = (
    "of_panel",
    "of_multi_field_panel",
    "of_row",
    "of_list",
    "of_tab",
    "of_group_of_the_site",
    "of_panel_of_the_site",
    "of_form_class",
    "of_nobody",
)
"""The fields of a dossier that its form hides from those who are not cleared."""
