"""Revisions that can be deleted by a site that has dropped the app and kept its tables."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.models import RevisionMixin


class UnconstrainedRevisionMixin(RevisionMixin):
    """Wagtail's ``RevisionMixin`` with a ``latest_revision`` that constrains no row of Wagtail's."""

    latest_revision = models.ForeignKey(
        "wagtailcore.Revision",
        verbose_name=_("latest revision"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        db_constraint=False,
    )

    class Meta:
        """Has no table."""

        abstract = True
