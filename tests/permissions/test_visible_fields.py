"""Which fields a form shows to everybody: it need not be made for these."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.test import RequestFactory
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, ObjectList, TabbedInterface
from wagtail.models import Collection, GroupCollectionPermission

from example_site.blog.models import BlogPage
from tests.factories import BlogPageFactory, UserFactory
from wagtail_llm_actions.admin.form_resolver import editor_form_of
from wagtail_llm_actions.compat import edit_handler_for
from wagtail_llm_actions.permissions.visible_fields import unconditional_fields

PERMISSION = "blog.add_author"


class FormOfTheSite(WagtailAdminPageForm):
    """Could take any field away."""


class PanelOfTheSite(FieldPanel):
    """Shows its field for some objects only."""

    class BoundPanel(FieldPanel.BoundPanel):
        """Could hide anything."""


def fields_of(*panels: Any, **options: Any) -> frozenset[str]:
    return unconditional_fields(ObjectList(panels, **options).bind_to_model(BlogPage))


def test_the_fields_of_panels_without_a_permission_are_shown_to_everybody() -> None:
    tabs = TabbedInterface(
        [
            ObjectList([FieldPanel("title"), FieldPanel("summary", permission=PERMISSION)]),
            ObjectList([FieldPanel("slug"), FieldPanel("subtitle")], permission=PERMISSION),
            MultiFieldPanel([FieldPanel("intro"), FieldPanel("tags", read_only=True)]),
        ]
    )

    assert unconditional_fields(tabs.bind_to_model(BlogPage)) == {"title", "intro"}


def test_a_permission_on_one_of_two_panels_of_a_field_counts() -> None:
    panels = FieldPanel("title"), FieldPanel("title", permission=PERMISSION)

    assert fields_of(*panels) == frozenset()


def test_a_field_that_cannot_be_changed_is_not_among_them(monkeypatch: pytest.MonkeyPatch) -> None:
    field = BlogPage._meta.get_field("subtitle")
    assert fields_of(FieldPanel("title"), FieldPanel("subtitle")) == {"title", "subtitle"}

    monkeypatch.setattr(field, "formfield", lambda **_kwargs: None)

    assert fields_of(FieldPanel("title"), FieldPanel("subtitle")) == {"title"}


@pytest.mark.parametrize(
    ("panels", "options"),
    [
        ([PanelOfTheSite("summary")], {}),
        ([MultiFieldPanel([PanelOfTheSite("summary")])], {}),
        ([], {"base_form_class": FormOfTheSite}),
    ],
)
def test_where_code_of_the_site_decides_nothing_is_known(panels: Any, options: Any) -> None:
    assert fields_of(FieldPanel("title"), *panels, **options) == frozenset()


@pytest.mark.django_db
def test_a_user_without_any_permission_sees_them_on_all_forms() -> None:
    request = RequestFactory().get("/")
    request.user = UserFactory()
    # Wagtail makes the forms of images and documents for nobody else.
    group = Group.objects.create(name="Uploaders")
    for permission in Permission.objects.filter(codename__in=["add_image", "add_document"]):
        GroupCollectionPermission.objects.create(
            group=group, collection=Collection.get_first_root_node(), permission=permission
        )
    request.user.groups.add(group)
    page = BlogPageFactory()
    known = 0
    for model in apps.get_models():
        try:
            fields = unconditional_fields(edit_handler_for(model))
        except LookupError:
            continue
        if fields:
            instance = page if model is BlogPage else model()
            assert fields <= editor_form_of(instance).fields(request).writable, model
            known += 1
    assert known
