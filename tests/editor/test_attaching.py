"""A run that was started on a create form belongs to the object that comes out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest, HttpResponse
from wagtail import hooks

from example_site.blog.models import Author, BlogPage
from tests.editor.forms import (
    click,
    offers,
    page_edit,
    post_add,
    post_of,
    snippet_add,
    snippet_edit,
)
from tests.factories import BlogIndexPageFactory, EditorFactory, LLMActionFactory, LLMRunFactory
from tests.notices.models import Notice
from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client

pytestmark = pytest.mark.django_db

KEY = {"llm-actions-form-key": "form-1"}
AUTOSAVE = {"Accept": "application/json"}


def save(client: Client, url: str, *, autosave: bool, **changes: str) -> Any:
    data = post_of(client, url) | KEY | changes
    return client.post(url, data, headers=AUTOSAVE if autosave else None)


@pytest.mark.parametrize("autosave", [False, True])
def test_a_new_page_takes_over_the_runs_of_its_form(
    client: Client, editor: User, autosave: bool
) -> None:
    url = post_add(BlogIndexPageFactory())
    click(client, LLMActionFactory(source="title"), url, title="Working title", **KEY)

    response = save(client, url, autosave=autosave, title="Tides", slug="tides")

    page, run = BlogPage.objects.get(), LLMRun.objects.get()
    assert (run.target, run.target_label) == (page, "Tides")
    assert response.headers["Content-Type"].startswith("application/json") is autosave
    (shown,) = offers(client, page_edit(page))["pending"]
    assert shown["id"] == str(run.pk)


@pytest.mark.parametrize("autosave", [False, True])
def test_a_new_snippet_takes_over_the_runs_of_its_form(
    client: Client, editor: User, autosave: bool
) -> None:
    url = snippet_add(Notice)
    model_type = ContentType.objects.get_for_model(Notice)
    llm_action = LLMActionFactory(model_type=model_type, destination="text", source="headline")
    click(client, llm_action, url, headline="Ferry", **KEY)

    save(client, url, autosave=autosave, headline="Ferries")

    notice, run = Notice.objects.get(), LLMRun.objects.get()
    assert (run.target, run.target_label) == (notice, "Ferries")
    assert len(offers(client, snippet_edit(notice))["pending"]) == 1


def test_a_hook_of_the_site_that_answers_first_loses_no_run(client: Client, editor: User) -> None:
    url = post_add(BlogIndexPageFactory())
    click(client, LLMActionFactory(source="title"), url, title="Working title", **KEY)

    def go_elsewhere(request: HttpRequest, page: BlogPage) -> HttpResponse:
        return HttpResponse("Thank you.")

    with hooks.register_temporarily("after_create_page", go_elsewhere, order=-1):
        response = save(client, url, autosave=False, title="Tides", slug="tides")

    assert response.content == b"Thank you."
    assert LLMRun.objects.get().target == BlogPage.objects.get()


def test_a_snippet_without_revisions_takes_over_the_runs_too(client: Client, editor: User) -> None:
    model_type = ContentType.objects.get_for_model(Author)
    run = LLMRunFactory(
        user=editor, action__model_type=model_type, target_object_id=None, form_key="form-1"
    )

    save(client, snippet_add(Author), autosave=False, name="Ines")

    run.refresh_from_db()
    assert run.target == Author.objects.get()


def test_a_form_that_was_not_saved_keeps_its_runs(client: Client, editor: User) -> None:
    run = LLMRunFactory(user=editor, target_object_id=None, form_key="form-1")

    response = save(client, post_add(BlogIndexPageFactory()), autosave=False, slug="not a slug")

    run.refresh_from_db()
    assert response.status_code == 200
    assert (run.target_object_id, BlogPage.objects.count()) == (None, 1)


def test_a_form_takes_over_no_runs_of_another_form_or_user(client: Client, editor: User) -> None:
    runs = [
        LLMRunFactory(user=editor, target_object_id=None, form_key="form-2"),
        LLMRunFactory(user=EditorFactory(), target_object_id=None, form_key="form-1"),
        LLMRunFactory(user=editor, target_object_id=None, form_key=""),
    ]

    save(client, post_add(BlogIndexPageFactory()), autosave=False, title="Tides", slug="tides")

    for run in runs:
        run.refresh_from_db()
        assert run.target_object_id is None


def test_a_page_that_was_made_without_the_widget_is_saved_as_ever(
    client: Client, editor: User
) -> None:
    url = post_add(BlogIndexPageFactory())
    data = post_of(client, url) | {"title": "Tides", "slug": "tides"}

    client.post(url, data)

    assert BlogPage.objects.get().title == "Tides"
