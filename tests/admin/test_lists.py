"""The lists of actions and templates."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from example_site.blog.models import Author
from tests.admin.action_forms import edit_url
from tests.admin.html import context_of, page_at, table_rows, words
from tests.factories import LLMActionFactory, LLMRunFactory, PromptTemplateFactory, UserFactory
from wagtail_llm_actions.models import LLMAction, PromptTemplate

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db

ACTIONS = "wagtail_llm_actions_actions:list"
TEMPLATES = "wagtail_llm_actions_prompt_templates:list"


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

    rows = [row[-10:-4] for row in table_rows(page)]
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

    listed = table_rows(page_at(client, reverse(ACTIONS)))
    rows = {row[-10].split()[0]: row[-9:-5] for row in listed}

    assert rows["Old"] == ["Blog page (page)", "standfirst", "lead", "gpt-2"]
    assert rows["Older"] == [str(gone), "summary", "intro", "Scripted"]


@pytest.mark.parametrize(
    ("query", "labels"),
    [
        ({"q": "tides"}, ["Ebb"]),
        ({"is_active": "false"}, ["Flow"]),
        ({"is_active": "true"}, ["Ebb"]),
        ({"model": "owl"}, ["Flow"]),
        ({"model_type": "author"}, ["Flow"]),
    ],
)
def test_actions_are_searched_and_filtered(
    client: Client, admin: User, query: dict[str, str], labels: list[str]
) -> None:
    LLMActionFactory(label="Ebb", description="About tides.")
    author = ContentType.objects.get_for_model(Author)
    LLMActionFactory(label="Flow", is_active=False, model="owl", model_type=author)
    if "model_type" in query:
        query = {"model_type": str(author.pk)}

    response = client.get(reverse(ACTIONS), query)

    assert [llm_action.label for llm_action in context_of(response)["object_list"]] == labels


def test_actions_are_listed_with_how_they_went_lately(client: Client, admin: User) -> None:
    llm_action = LLMActionFactory()
    old = timezone.now() - timedelta(days=31)
    for status in ("succeeded", "succeeded", "failed", "cancelled"):
        LLMRunFactory(action=llm_action, status=status)
    LLMRunFactory(action=llm_action, status="failed", queued_at=old)
    LLMRunFactory(action=llm_action, status="failed", trigger="test")
    LLMActionFactory(label="Never run", sort_order=9)

    used, unused = (row[-4:] for row in table_rows(page_at(client, reverse(ACTIONS))))

    assert used[:2] == ["4", "67 %"]
    assert used[2]
    assert unused[:3] == ["0", "-", ""]


def test_each_action_has_icons_for_what_one_may_do(client: Client, admin: User) -> None:
    llm_action = LLMActionFactory(label="Summary")

    icons = page_at(client, reverse(ACTIONS)).select(".llm-actions-icons a")

    edit = edit_url(llm_action)
    assert {str(icon["aria-label"]): str(icon["href"]) for icon in icons} == {
        "Edit: Summary": edit,
        "Delete: Summary": reverse("wagtail_llm_actions_actions:delete", args=[llm_action.pk]),
        "History: Summary": f"{reverse('wagtail_llm_actions:history')}?action={llm_action.pk}",
        "Test: Summary": f"{edit}#llm-actions-playground",
    }


def test_whoever_may_only_view_has_no_icons(client: Client) -> None:
    user = UserFactory()
    for codename in ("access_admin", "view_llmaction"):
        user.user_permissions.add(Permission.objects.get(codename=codename))
    client.force_login(user)
    LLMActionFactory()

    assert not page_at(client, reverse(ACTIONS)).select(".llm-actions-icons a")


def test_actions_are_put_into_another_order(client: Client, admin: User) -> None:
    first, second = LLMActionFactory(sort_order=0), LLMActionFactory(sort_order=1)

    client.post(f"{reverse('wagtail_llm_actions_actions:reorder', args=[second.pk])}?position=0")

    assert list(LLMAction.objects.all()) == [second, first]


def test_deleting_an_action_says_that_its_runs_stay(client: Client, admin: User) -> None:
    llm_action = LLMActionFactory(label="Summary")
    runs = LLMRunFactory.create_batch(2, action=llm_action)
    url = reverse("wagtail_llm_actions_actions:delete", args=[llm_action.pk])

    assert "Its 2 runs stay in the history, with the label “Summary”." in words(
        page_at(client, url)
    )
    client.post(url)

    assert not LLMAction.objects.exists()
    for run in runs:
        run.refresh_from_db()
        assert (run.action, run.action_label) == (None, "Summary")


def test_a_template_in_use_is_not_deleted(client: Client, admin: User) -> None:
    llm_action = LLMActionFactory(label="Summary")
    url = reverse(
        "wagtail_llm_actions_prompt_templates:delete", args=[llm_action.prompt_template_id]
    )

    page = page_at(client, url)
    answer = client.post(url)

    assert edit_url(llm_action) in {str(link["href"]) for link in page.select("a[href]")}
    assert not page.select(".serious[type=submit]")
    assert b"cannot be deleted" in answer.content
    assert PromptTemplate.objects.filter(pk=llm_action.prompt_template_id).exists()


def test_a_template_that_nothing_uses_is_deleted(client: Client, admin: User) -> None:
    template = PromptTemplateFactory()

    client.post(reverse("wagtail_llm_actions_prompt_templates:delete", args=[template.pk]))

    assert not PromptTemplate.objects.exists()


def test_templates_say_how_many_actions_use_them(client: Client, admin: User) -> None:
    template = PromptTemplateFactory(name="Alpha", description="Short.")
    LLMActionFactory.create_batch(2, prompt_template=template)

    (row,) = table_rows(page_at(client, reverse(TEMPLATES)))

    assert row[3] == "2"


def test_templates_are_listed_and_searched_in_their_texts(client: Client, admin: User) -> None:
    PromptTemplateFactory(name="Beta", description="In two sentences.")
    PromptTemplateFactory(name="Alpha", text="About tides: {{ input }}")

    every = context_of(client.get(reverse(TEMPLATES)))["object_list"]
    found = context_of(client.get(reverse(TEMPLATES), {"q": "tides"}))["object_list"]

    assert [template.name for template in every] == ["Alpha", "Beta"]
    assert [template.name for template in found] == ["Alpha"]


@pytest.mark.parametrize(
    ("name", "factory"), [(ACTIONS, LLMActionFactory), (TEMPLATES, PromptTemplateFactory)]
)
@pytest.mark.usefixtures("menu")
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


def test_the_list_is_narrowed_to_a_model_as_the_models_page_counts_its_actions(
    client: Client, admin: User
) -> None:
    LLMActionFactory(label="Own")
    LLMActionFactory(label="Fallback", model="other", fallback_model="scripted")
    LLMActionFactory(label="Neither", model="other")

    page = page_at(client, f"{reverse('wagtail_llm_actions_actions:list')}?model=scripted")

    assert {row[1].split(" ")[0] for row in table_rows(page)} == {"Own", "Fallback"}
