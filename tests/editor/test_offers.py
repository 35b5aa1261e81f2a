"""Which actions and open runs a form gets."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.admin.staticfiles import versioned_static
from wagtail.models import Locale, Page

from example_site.blog.models import Author, HomePage
from tests.editor.actions import action_for
from tests.editor.forms import (
    offers,
    page_edit,
    post_add,
    snippet_add,
    snippet_edit,
    take_page_rights,
)
from tests.factories import (
    AdminFactory,
    AuthorFactory,
    BlogIndexPageFactory,
    BlogPageFactory,
    EditorFactory,
    LLMActionFactory,
    LLMRunFactory,
    NoticeFactory,
)
from tests.notices.models import MEMOS, Memo, Notice
from wagtail_llm_actions.fields.text import TextAdapter

if TYPE_CHECKING:
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

    from tests.kept_queue import QueueHere
    from wagtail_llm_actions.models import LLMAction

pytestmark = pytest.mark.django_db

NOTHING = {
    "fields": {},
    "pending": [],
    "previous_counts": {},
    "has_side_panel": False,
    "estimates": None,
}


@pytest.mark.parametrize("model", MEMOS)
def test_a_snippet_with_any_set_of_wagtails_mixins_has_its_actions(
    client: Client, model: type[Memo]
) -> None:
    client.force_login(AdminFactory())
    action_for(model, destination="text", source="headline")
    memo = model._default_manager.create(headline="Ferry")

    assert set(offers(client, snippet_edit(memo))["fields"]) == {"text"}
    assert set(offers(client, snippet_add(model))["fields"]) == {"text"}


@pytest.fixture
def author_action() -> LLMAction:
    return action_for(Author, destination="tagline", source="bio")


def test_a_field_has_its_actions_in_their_order(client: Client, editor: User) -> None:
    second = LLMActionFactory(label="Shorter", sort_order=2, only_when_empty=True)
    first = LLMActionFactory(label="Longer", description="With the boats.", sort_order=1)
    LLMActionFactory(label="Title", destination="title", source="summary")
    LLMActionFactory(is_active=False)

    found = offers(client, page_edit(BlogPageFactory()))

    assert found["pending"] == []
    assert set(found["fields"]) == {"title", "summary"}
    assert found["fields"]["summary"] == {
        "label": "Summary",
        "writer": versioned_static(TextAdapter.writer),
        "actions": [
            {
                "id": first.pk,
                "label": "Longer",
                "description": "With the boats.",
                "model_label": "Scripted",
                "only_when_empty": False,
                "source": "intro",
                "source_label": "Introduction",
                "unavailable": "",
            },
            {
                "id": second.pk,
                "label": "Shorter",
                "description": "",
                "model_label": "Scripted",
                "only_when_empty": True,
                "source": "intro",
                "source_label": "Introduction",
                "unavailable": "",
            },
        ],
    }


def test_the_queue_gets_ready_when_a_form_offers_an_action(
    client: Client, editor: User, queue_here: type[QueueHere]
) -> None:
    llm_action, url = LLMActionFactory(is_active=False), page_edit(BlogPageFactory())

    offers(client, url)
    assert queue_here.prepared == 0

    llm_action.is_active = True
    llm_action.save()
    offers(client, url)
    assert queue_here.prepared == 1


def test_a_create_form_of_a_page_has_its_actions(client: Client, editor: User) -> None:
    LLMActionFactory()

    found = offers(client, post_add(BlogIndexPageFactory()))

    assert list(found["fields"]) == ["summary"]


def test_snippet_forms_have_their_actions(
    client: Client, editor: User, author_action: LLMAction
) -> None:
    for url in (snippet_edit(AuthorFactory()), snippet_add(Author)):
        assert list(offers(client, url)["fields"]) == ["tagline"]


def test_a_form_is_found_by_its_whole_address(client: Client, editor: User) -> None:
    LLMActionFactory()
    url = page_edit(BlogPageFactory())

    assert offers(client, f"http://localhost{url}?next=/admin/#tab-promote")["fields"]


def test_an_action_with_a_field_that_the_form_has_not_is_not_offered(
    client: Client, editor: User
) -> None:
    LLMActionFactory(destination="missing")
    LLMActionFactory(source="missing")

    assert offers(client, page_edit(BlogPageFactory()))["fields"] == {}


@pytest.mark.parametrize(
    "fields",
    [{"destination": "internal", "source": "text"}, {"destination": "text", "source": "internal"}],
    ids=["destination", "source"],
)
def test_a_field_that_is_kept_from_the_user_is_neither_written_nor_read(
    client: Client, editor: User, fields: dict[str, str]
) -> None:
    action_for(Notice, **fields)
    url = snippet_edit(NoticeFactory())
    assert offers(client, url)["fields"] == {}

    permission = Permission.objects.get(codename="publish_notice")
    editor.user_permissions.add(permission)

    assert list(offers(client, url)["fields"]) == [fields["destination"]]


def test_an_action_below_a_page_is_offered_there_and_nowhere_else(
    client: Client, editor: User
) -> None:
    here, elsewhere = BlogIndexPageFactory(), BlogIndexPageFactory()
    LLMActionFactory(offered_below=str(here.pk))

    assert list(offers(client, page_edit(BlogPageFactory(parent=here)))["fields"]) == ["summary"]
    assert list(offers(client, post_add(here))["fields"]) == ["summary"]
    assert offers(client, page_edit(BlogPageFactory(parent=elsewhere)))["fields"] == {}
    assert offers(client, post_add(elsewhere))["fields"] == {}


def test_an_action_below_a_deleted_page_is_offered_nowhere(client: Client, editor: User) -> None:
    gone = BlogIndexPageFactory()
    LLMActionFactory(offered_below=str(gone.pk))
    gone.delete()

    assert offers(client, page_edit(BlogPageFactory()))["fields"] == {}


def test_a_locked_page_offers_nothing(client: Client, editor: User) -> None:
    LLMActionFactory()
    page = BlogPageFactory(locked=True, locked_by=AdminFactory(), locked_at=timezone.now())
    LLMRunFactory(page=page, user=editor, succeeded=True)

    assert offers(client, page_edit(page)) == NOTHING


def test_a_page_that_may_not_be_edited_offers_nothing(client: Client, editor: User) -> None:
    LLMActionFactory()
    take_page_rights(editor)

    assert offers(client, page_edit(BlogPageFactory())) == NOTHING


def test_a_translated_snippet_is_added_in_the_language_of_its_form(
    client: Client, editor: User
) -> None:
    action_for(Notice, destination="text", source="headline")
    Locale.objects.create(language_code="fr")

    for query in ("?locale=fr", "?locale=xx", ""):
        assert list(offers(client, snippet_add(Notice) + query)["fields"]) == ["text"]


NO_FORMS = {
    "collection": "/admin/collections/add/",
    "page of a viewset of a model": "/admin/sites/new/",
    "snippet without a number": "/admin/snippets/blog/author/edit/none/",
    "user": "/admin/users/edit/1/",
    "group": "/admin/groups/new/",
    "redirect": "/admin/redirects/add/",
    "page listing": "/admin/pages/1/",
    "page to be deleted": "/admin/pages/1/delete/",
    "page type that cannot be created": "/admin/pages/add/wagtailcore/page/1/",
    "page type below a page that takes none": "/admin/pages/add/blog/blogpage/{post}/",
    "page type that is full": "/admin/pages/add/blog/homepage/1/",
    "model that is no page": "/admin/pages/add/auth/user/1/",
    "snippet listing": "/admin/snippets/blog/author/",
    "snippet to be deleted": "/admin/snippets/blog/author/delete/1/",
    "snippet to be copied": "/admin/snippets/blog/author/copy/1/",
    "public page": "/",
    "nothing": "",
    "no address": "nowhere at all",
    "broken address": "http://[",
    "control character": "/admin/\0/",
    "script": "javascript:alert(1)",
    "way up": "/admin/../../../etc/passwd",
}

GONE = {
    "image that is gone": "/admin/images/4711/",
    "page that is gone": "/admin/pages/4711/edit/",
    "page with too large a number": f"/admin/pages/{10**30}/edit/",
    "page type that is gone": "/admin/pages/add/blog/nothing/1/",
    "page below a page that is gone": "/admin/pages/add/blog/blogpage/4711/",
    "snippet that is gone": "/admin/snippets/blog/author/edit/4711/",
}


@pytest.mark.parametrize("address", NO_FORMS.values(), ids=NO_FORMS.keys())
def test_what_is_no_form_of_a_page_or_snippet_offers_nothing(
    client: Client, editor: User, address: str
) -> None:
    Page.objects.get(depth=1).add_child(instance=HomePage(title="Home", slug="front"))

    assert offers(client, address.format(post=BlogPageFactory().pk)) == NOTHING


@pytest.mark.parametrize("address", GONE.values(), ids=GONE.keys())
def test_the_form_of_what_is_gone_is_not_found(client: Client, editor: User, address: str) -> None:
    response = client.get(reverse("wagtail_llm_actions:offers"), {"form_action": address})

    assert response.status_code == 404
    assert response.json() == {
        "error": {
            "code": "not_found",
            "message": "This does not exist any more. Reload the page.",
        }
    }


def test_a_form_key_that_no_browser_makes_is_refused(client: Client, editor: User) -> None:
    LLMActionFactory()
    url = post_add(BlogIndexPageFactory())

    for form_key in ("x" * 65, "a\0b"):
        response = client.get(
            reverse("wagtail_llm_actions:offers"), {"form_action": url, "form_key": form_key}
        )
        assert (response.status_code, response.json()["error"]["code"]) == (400, "bad_request")


def test_the_open_runs_of_this_user_are_shown_again(client: Client, editor: User) -> None:
    llm_action = LLMActionFactory()
    page = BlogPageFactory()
    run = LLMRunFactory(action=llm_action, page=page, user=editor, succeeded=True)
    LLMRunFactory(action=llm_action, page=page, succeeded=True)

    (shown,) = offers(client, page_edit(page))["pending"]

    assert (shown["id"], shown["field_key"], shown["status"]) == (
        str(run.pk),
        "summary",
        "succeeded",
    )
    assert shown["output"] == "The tide came early."


def test_all_open_candidates_are_shown_again_as_one(client: Client, editor: User) -> None:
    page, candidates = BlogPageFactory(), uuid.uuid4()
    here = {
        "action": LLMActionFactory(),
        "page": page,
        "user": editor,
        "candidate_group": candidates,
    }
    LLMRunFactory(**here, status="failed", error_code="timeout")
    first = LLMRunFactory(**here, pk=candidates, status="queued")
    LLMRunFactory(**here, succeeded=True)

    (shown,) = offers(client, page_edit(page))["pending"]

    assert shown["id"] == str(first.pk)
    assert {each["status"] for each in shown["candidates"]} == {"failed", "succeeded"}


def test_the_runs_of_a_create_form_are_shown_again_by_its_key(client: Client, editor: User) -> None:
    llm_action = LLMActionFactory()
    run = LLMRunFactory(
        action=llm_action, user=editor, succeeded=True, target_object_id=None, form_key="form-1"
    )
    url = post_add(BlogIndexPageFactory())

    assert [shown["id"] for shown in offers(client, url, form_key="form-1")["pending"]] == [
        str(run.pk)
    ]
    assert offers(client, url, form_key="form-2")["pending"] == []


def test_a_run_for_a_field_without_actions_is_not_shown(client: Client, editor: User) -> None:
    LLMActionFactory(destination="title")
    page = BlogPageFactory()
    LLMRunFactory(action__is_active=False, page=page, user=editor, succeeded=True)

    assert offers(client, page_edit(page))["pending"] == []


def test_offers_are_never_cached(client: Client, editor: User) -> None:
    url = page_edit(BlogPageFactory())

    response = client.get(reverse("wagtail_llm_actions:offers"), {"form_action": url})

    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("actions", [1, 5])
def test_the_number_of_queries_does_not_grow_with_actions_and_runs(
    client: Client,
    editor: User,
    django_assert_num_queries: DjangoAssertNumQueries,
    actions: int,
) -> None:
    page = BlogPageFactory()
    for _ in range(actions):
        llm_action = LLMActionFactory(source="intro")
        llm_action.groups.set(editor.groups.all())
        llm_action.save()
        LLMRunFactory(action=llm_action, page=page, user=editor, succeeded=True)
    url = page_edit(page)
    offers(client, url)

    with django_assert_num_queries(13):
        assert len(offers(client, url)["fields"]["summary"]["actions"]) == actions


def test_the_long_texts_of_runs_stay_in_the_database(client: Client, editor: User) -> None:
    page, llm_action = BlogPageFactory(), LLMActionFactory(source="intro")
    LLMRunFactory(action=llm_action, page=page, user=editor, status="failed", error_code="timeout")
    LLMRunFactory(action=llm_action, page=page, user=editor, succeeded=True)

    with CaptureQueriesContext(connection) as queries:
        assert offers(client, page_edit(page))["pending"]

    asked = " ".join(query["sql"] for query in queries)
    for name in ("prompt", "system_instructions", "raw_output", "error_detail"):
        assert f'llmrun"."{name}"' not in asked.replace("`", '"')


@pytest.mark.parametrize("actions", [1, 3])
def test_the_number_of_queries_does_not_grow_with_actions_below_pages(
    client: Client,
    editor: User,
    django_assert_num_queries: DjangoAssertNumQueries,
    actions: int,
) -> None:
    page = BlogPageFactory()
    for top in Page.objects.filter(depth__lte=3).order_by("depth")[:actions]:
        LLMActionFactory(source="intro", offered_below=str(top.pk))
        LLMActionFactory(source="intro", offered_below=str(top.pk))
    url = page_edit(page)
    offers(client, url)

    with django_assert_num_queries(14):
        assert offers(client, url)["fields"]["summary"]["actions"]


def test_another_editor_gets_the_actions_and_not_the_runs(client: Client, editor: User) -> None:
    page = BlogPageFactory()
    LLMRunFactory(page=page, user=EditorFactory(), succeeded=True)

    found = offers(client, page_edit(page))

    assert list(found["fields"]) == ["summary"]
    assert found["pending"] == []
