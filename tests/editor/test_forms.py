"""Forms of Wagtail that are edited without actions: they are answered with nothing to offer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from wagtail.models import Site

from tests.editor.actions import action_for, page_action
from tests.editor.forms import click, offers, snippet_edit
from tests.factories import AdminFactory
from tests.notices.models import Harbour
from wagtail_llm_actions.admin.editor.offers import NO_OFFERS

if TYPE_CHECKING:
    from django.test import Client

pytestmark = pytest.mark.django_db


def test_forms_of_other_objects_have_no_actions(client: Client) -> None:
    admin = AdminFactory()
    client.force_login(admin)
    llm_action = page_action()
    forms = [
        reverse("wagtailusers_users:edit", args=[admin.pk]),
        reverse("wagtailusers_groups:edit", args=[Group.objects.first().pk]),  # type: ignore[union-attr]
        reverse("wagtaildocs:add"),
        reverse("ferry:add"),
        reverse("wagtailsites:edit", args=[Site.objects.get().pk]),
        reverse("wagtailadmin_collections:add"),
        reverse("wagtailredirects:add"),
    ]

    for url in forms:
        assert offers(client, url) == NO_OFFERS, url
        assert click(client, llm_action, url).status_code == 404, url


def test_a_form_class_of_the_site_is_used(client: Client) -> None:
    client.force_login(AdminFactory())
    harbour = Harbour.objects.create(name="West", text="Two boats.")
    llm_action = action_for(Harbour, source="name", destination="text")

    assert set(offers(client, snippet_edit(harbour))["fields"]) == {"text"}
    assert click(client, llm_action, snippet_edit(harbour)).status_code == 202
