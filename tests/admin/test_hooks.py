"""What the package adds to the admin: assets, menus and permissions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.admin.html import page_at, words
from tests.editor.forms import page_edit
from tests.factories import AdminFactory, BlogPageFactory, EditorFactory, LLMActionFactory
from wagtail_llm_actions.models import LLMAction
from wagtail_llm_actions.wagtail_hooks import insert_editor_js

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db


def test_a_site_without_an_active_action_pays_one_query_and_loads_nothing(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    LLMActionFactory(is_active=False)

    with django_assert_num_queries(1) as queries:
        assert insert_editor_js() == ""

    assert connection.ops.quote_name("is_active") in queries[0]["sql"]


def test_the_question_for_active_actions_is_answered_by_an_index() -> None:
    assert any(index.fields[0] == "is_active" for index in LLMAction._meta.indexes)


def test_a_site_with_an_active_action_loads_files_and_runs_no_code_of_the_page(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    LLMActionFactory()

    with django_assert_num_queries(1):
        html = str(insert_editor_js())

    assert 'id="llm-actions-loader"' in html
    assert reverse("wagtail_llm_actions:offers") in html
    assert reverse("wagtail_llm_actions:start_run") in html
    assert " style=" not in html
    assert " onclick=" not in html
    for script in html.split("<script")[1:]:
        head, _, body = script.partition(">")
        assert "src=" in head
        assert body.partition("</script>")[0].strip() == ""


@pytest.mark.parametrize("is_active", [True, False])
def test_the_widget_is_on_the_edit_form_where_there_is_an_active_action(
    client: Client, is_active: bool
) -> None:
    client.force_login(EditorFactory())
    LLMActionFactory(is_active=is_active)

    page = page_at(client, page_edit(BlogPageFactory()))

    assert bool(page.select("#llm-actions-loader")) is is_active


@pytest.mark.usefixtures("menu")
def test_an_edit_form_costs_an_admin_two_queries_of_ours(client: Client) -> None:
    client.force_login(AdminFactory())
    LLMActionFactory()
    form = page_edit(BlogPageFactory())
    client.get(form)

    with CaptureQueriesContext(connection) as queries:
        client.get(form)

    ours = [query["sql"] for query in queries if "wagtail_llm_actions" in query["sql"]]
    assert len(ours) == 2


def test_groups_can_be_given_the_rights_of_the_package(client: Client, admin: User) -> None:
    group = Group.objects.create(name="Sub-editors")

    page = page_at(client, reverse("wagtailusers_groups:edit", args=[group.pk]))

    offered = {str(box["value"]) for box in page.select("input[name=permissions]")}
    for codename in (
        "view_llmrun",
        "view_editable_llmrun",
        "view_usage_llmrun",
        "view_costs",
        "add_llmaction",
        "change_llmaction",
        "delete_llmaction",
        "add_prompttemplate",
        "change_prompttemplate",
        "delete_prompttemplate",
    ):
        permission = Permission.objects.get(
            codename=codename, content_type__app_label="wagtail_llm_actions"
        )
        assert str(permission.pk) in offered, codename
    for codename in ("add_llmrun", "change_llmrun", "delete_llmrun", "add_llmattempt"):
        assert str(Permission.objects.get(codename=codename).pk) not in offered, codename


@pytest.mark.usefixtures("menu")
def test_the_settings_menu_leads_admins_to_actions_and_templates(
    client: Client, admin: User
) -> None:
    text = client.get("/admin/").text

    assert reverse("wagtail_llm_actions_actions:list") in text
    assert reverse("wagtail_llm_actions_prompt_templates:list") in text


@pytest.mark.usefixtures("menu")
def test_the_settings_menu_has_nothing_for_editors(client: Client) -> None:
    client.force_login(EditorFactory())

    assert reverse("wagtail_llm_actions_actions:list") not in client.get("/admin/").text


def test_the_icon_is_in_the_sprite(client: Client, admin: User) -> None:
    page = page_at(client, "/admin/")

    assert "icon-llm-actions-generate" in client.get(reverse("wagtailadmin_sprite")).text
    assert words(page)
