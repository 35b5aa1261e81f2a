"""Which classes of forms are kept from one request to the next."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.db import models
from django.test.utils import isolate_apps
from wagtail.admin.panels import FieldPanel, InlinePanel, ObjectList

from example_site.blog.models import BlogPage
from tests.notices.models import Dossier, Notice
from tests.voyages.models import Voyage
from wagtail_llm_actions.compat import edit_handler_for
from wagtail_llm_actions.fields.edit_form import form_class_of


class SitePanel(FieldPanel):
    """May have other options tomorrow."""


class SiteField(models.CharField[str, str]):
    """Has other choices for each form class."""

    number = 0

    def formfield(self, **kwargs: Any) -> Any:
        """Return a field with the next number."""
        SiteField.number += 1
        return forms.CharField(label=str(SiteField.number))


@pytest.mark.parametrize("model", [BlogPage, Notice])
def test_that_of_wagtails_panels_and_djangos_fields_is(model: type[models.Model]) -> None:
    handler = edit_handler_for(model)

    assert form_class_of(handler) is form_class_of(handler)
    assert form_class_of(handler).base_fields.keys() == handler.get_form_class().base_fields.keys()


def test_that_of_a_handler_is_its_own() -> None:
    names = ("headline", "text")
    one, other = (ObjectList([FieldPanel(name)]).bind_to_model(Notice) for name in names)

    assert form_class_of(one).base_fields.keys() == {"headline"}
    assert form_class_of(other).base_fields.keys() == {"text"}


def test_that_with_a_panel_of_the_site_is_made_anew() -> None:
    handler = ObjectList([SitePanel("headline")]).bind_to_model(Notice)

    assert form_class_of(handler) is not form_class_of(handler)
    assert form_class_of(edit_handler_for(Dossier)) is not form_class_of(edit_handler_for(Dossier))


def test_that_with_a_panel_of_the_site_in_its_rows_is_made_anew() -> None:
    rows = InlinePanel("gallery", panels=[SitePanel("caption")])
    handler = ObjectList([rows]).bind_to_model(Voyage)

    assert form_class_of(handler) is not form_class_of(handler)


@isolate_apps("tests.notices")
def test_that_with_a_field_of_the_site_is_made_anew() -> None:
    class Berth(models.Model):
        name = SiteField(max_length=10)
        depth = models.CharField(max_length=10)

        class Meta:
            app_label = "notices"

        def __str__(self) -> str:
            return self.name

    handler = ObjectList([FieldPanel("name")]).bind_to_model(Berth)
    first, second = (form_class_of(handler).base_fields["name"].label for _ in range(2))

    assert first != second
    without = ObjectList([FieldPanel("depth")]).bind_to_model(Berth)
    assert form_class_of(without) is form_class_of(without)
