"""The lists of actions and templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from example_site.blog.models import Author
from tests.admin.html import page_at, table_rows, words
from tests.factories import LLMActionFactory, PromptTemplateFactory

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db

ACTIONS = "wagtail_llm_actions_actions:list"
TEMPLATES = "wagtail_llm_actions_templates:list"


def test_actions_are_listed_with_what_they_do(client: Client, admin: User) -> None:
    LLMActionFactory(label="Second", sort_order=2, is_active=False)
    LLMActionFactory(
        label="First",
        sort_order=1,
        model_type=ContentType.objects.get_for_model(Author),
        destination="tagline",
        source="bio",
    )

    page = page_at(client, reverse(ACTIONS))

    rows = [row[1:7] for row in table_rows(page)]
    assert [row[0].split()[0] for row in rows] == ["First", "Second"]
    assert [row[1:] for row in rows] == [
        ["Author (snippet)", "Tagline", "Bio", "Scripted", "True"],
        ["Blog page (page)", "Summary", "Introduction", "Scripted", "False"],
    ]


def test_the_list_of_actions_speaks_the_words_of_the_guide(client: Client, admin: User) -> None:
    page = page_at(client, reverse(ACTIONS))

    assert "LLM actions" in words(page)
    link = page.select_one(f'a[href="{reverse("wagtail_llm_actions_actions:add")}"]')
    assert link is not None
    assert words(link) == "New action"


def test_what_is_gone_since_is_listed_by_its_name(client: Client, admin: User) -> None:
    gone = ContentType.objects.create(app_label="gone", model="thing")
    LLMActionFactory(label="Old", destination="standfirst", source="lead", model="gpt-2")
    LLMActionFactory(label="Older", model_type=gone)

    rows = {row[1].split()[0]: row[2:6] for row in table_rows(page_at(client, reverse(ACTIONS)))}

    assert rows["Old"] == ["Blog page (page)", "standfirst", "lead", "gpt-2"]
    assert rows["Older"] == [str(gone), "summary", "intro", "Scripted"]


@pytest.mark.parametrize(
    ("query", "labels"),
    [
        ({"q": "tides"}, ["Ebb"]),
        ({"is_active": "false"}, ["Flow"]),
        ({"is_active": "true"}, ["Ebb"]),
    ],
)
def test_actions_are_searched_and_filtered(
    client: Client, admin: User, query: dict[str, str], labels: list[str]
) -> None:
    LLMActionFactory(label="Ebb", description="About tides.")
    LLMActionFactory(label="Flow", is_active=False)

    response = client.get(reverse(ACTIONS), query)

    assert [llm_action.label for llm_action in response.context["object_list"]] == labels


def test_templates_are_listed_and_searched_in_their_texts(client: Client, admin: User) -> None:
    PromptTemplateFactory(name="Beta", description="In two sentences.")
    PromptTemplateFactory(name="Alpha", text="About tides: {{ input }}")

    every = client.get(reverse(TEMPLATES)).context["object_list"]
    found = client.get(reverse(TEMPLATES), {"q": "tides"}).context["object_list"]

    assert [template.name for template in every] == ["Alpha", "Beta"]
    assert [template.name for template in found] == ["Alpha"]


@pytest.mark.parametrize(
    ("name", "factory"), [(ACTIONS, LLMActionFactory), (TEMPLATES, PromptTemplateFactory)]
)
def test_the_number_of_queries_does_not_grow_with_the_rows(
    client: Client,
    admin: User,
    django_assert_num_queries: DjangoAssertNumQueries,
    name: str,
    factory: Any,
) -> None:
    factory().save_revision()
    client.get(reverse(name))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse(name))
    for _ in range(5):
        factory().save_revision()

    with django_assert_num_queries(len(few)):
        client.get(reverse(name))
