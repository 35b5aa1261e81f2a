"""Who may edit an object, and so run actions on it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from wagtail.models import Page, Workflow, WorkflowState, WorkflowTask

from example_site.blog.models import Author, BlogPage
from tests.factories import (
    AdminFactory,
    AuthorFactory,
    BlogIndexPageFactory,
    BlogPageFactory,
    EditorFactory,
    LLMActionFactory,
    NoticeFactory,
    UserFactory,
)
from tests.permissions.helpers import lock
from tests.runs.starting import start_run
from wagtail_llm_actions.errors import PermissionDeniedError
from wagtail_llm_actions.permissions.editing import can_edit, is_locked_for

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_queue")]


@pytest.mark.parametrize("factory", [BlogPageFactory, AuthorFactory, NoticeFactory])
def test_an_editor_may_edit_pages_and_snippets(factory: Any) -> None:
    assert can_edit(EditorFactory(), factory())
    assert can_edit(AdminFactory(), factory())


@pytest.mark.parametrize("factory", [BlogPageFactory, AuthorFactory, NoticeFactory])
@pytest.mark.parametrize("user", [UserFactory, AnonymousUser])
def test_nobody_without_rights_may_edit(factory: Any, user: Any) -> None:
    assert not can_edit(user(), factory())


def test_a_new_page_takes_the_right_to_add_below_its_parent() -> None:
    parent, editor, user = BlogIndexPageFactory(), EditorFactory(), UserFactory()

    assert can_edit(editor, BlogPage(), parent)
    assert not can_edit(user, BlogPage(), parent)


def test_a_new_snippet_takes_the_right_to_add() -> None:
    editor = EditorFactory()
    editor.groups.get().permissions.get(codename="add_author").delete()

    assert can_edit(editor, AuthorFactory())
    assert not can_edit(editor, Author())


@pytest.mark.parametrize("factory", [BlogPageFactory, NoticeFactory])
def test_a_lock_keeps_out_everybody_but_its_owner(factory: Any) -> None:
    owner, other, instance = EditorFactory(), EditorFactory(), factory()
    lock(instance, owner)

    assert can_edit(owner, instance)
    assert not can_edit(other, instance)
    assert not can_edit(AdminFactory(), instance)


def test_a_lock_holds_for_the_latest_draft_too() -> None:
    page = BlogPageFactory()
    page.save_revision()
    lock(page, EditorFactory())

    assert not can_edit(EditorFactory(), page.get_latest_revision_as_object())


def test_a_page_in_a_workflow_is_locked_for_those_who_do_not_review_it() -> None:
    page = BlogPageFactory()
    page.save_revision()
    workflow = Workflow.objects.get()
    editor = EditorFactory()
    workflow.start(page, editor)

    assert WorkflowTask.objects.filter(workflow=workflow).exists()
    assert not can_edit(editor, Page.objects.get(pk=page.pk).specific)


def test_a_page_that_is_scheduled_is_locked() -> None:
    page = BlogPageFactory()
    page.save_revision(approved_go_live_at=timezone.now() + timedelta(days=1))

    assert not can_edit(EditorFactory(), page)


def test_most_pages_have_no_locks_which_takes_two_queries(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    page, editor = BlogPageFactory(), EditorFactory()
    other = BlogPageFactory()
    other.save_revision(approved_go_live_at=timezone.now() + timedelta(days=1))

    with django_assert_num_queries(2):
        assert not is_locked_for(editor, page)


def test_what_a_site_says_of_its_workflows_and_schedules_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reviewed, editor, page = BlogPageFactory(), EditorFactory(), BlogPageFactory()
    reviewed.save_revision()
    Workflow.objects.get().start(reviewed, editor)
    of_another = property(lambda _page: WorkflowState.objects.for_instance(reviewed))
    assert not is_locked_for(editor, page)

    with monkeypatch.context() as patch:
        patch.setattr(BlogPage, "workflow_states", of_another, raising=False)
        assert is_locked_for(editor, BlogPage.objects.get(pk=page.pk))
    with monkeypatch.context() as patch:
        patch.setattr(BlogPage, "scheduled_revision", reviewed.latest_revision, raising=False)
        assert is_locked_for(editor, BlogPage.objects.get(pk=page.pk))


def test_a_run_is_refused_where_the_object_may_not_be_edited() -> None:
    with pytest.raises(PermissionDeniedError):
        start_run(LLMActionFactory(), BlogPageFactory(), user=UserFactory())


def test_a_run_is_refused_on_a_locked_page() -> None:
    page = BlogPageFactory()
    lock(page, AdminFactory())

    with pytest.raises(PermissionDeniedError):
        start_run(LLMActionFactory(), page, user=EditorFactory())


def test_a_run_is_refused_below_a_page_where_nothing_may_be_added() -> None:
    page = BlogPage(intro="<p>The tide.</p>")

    with pytest.raises(PermissionDeniedError):
        start_run(LLMActionFactory(), page, user=UserFactory(), parent=BlogIndexPageFactory())
