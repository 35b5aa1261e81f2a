"""Who may run an action on what, and who may see what came out."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from wagtail.models import Page, Workflow, WorkflowTask

from example_site.blog.models import Author, BlogIndexPage, BlogPage, HomePage
from tests.factories import (
    AdminFactory,
    AuthorFactory,
    BlogIndexPageFactory,
    BlogPageFactory,
    EditorFactory,
    LLMActionFactory,
    LLMRunFactory,
    NoticeFactory,
    UserFactory,
)
from tests.notices.models import Notice
from wagtail_llm_actions.errors import PermissionDeniedError
from wagtail_llm_actions.permissions.objects import (
    may_edit,
    may_follow,
    may_see_output,
    offered_actions,
    target_models,
)
from wagtail_llm_actions.runs.start import start

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.db.models import Model

    from wagtail_llm_actions.models import LLMAction, LLMRun

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_queue")]


def limited_action(*members: User, **values: Any) -> LLMAction:
    group = Group.objects.create(name=str(uuid.uuid4()))
    group.user_set.set(members)
    llm_action: LLMAction = LLMActionFactory(**values)
    llm_action.groups.add(group)
    llm_action.save()
    return llm_action


def lock(instance: Any, user: User) -> None:
    instance.locked, instance.locked_by, instance.locked_at = True, user, timezone.now()
    instance.save()


def test_actions_are_for_page_types_that_can_be_created_and_for_snippets() -> None:
    assert target_models() == [Author, BlogIndexPage, BlogPage, HomePage, Notice]


@pytest.mark.parametrize("factory", [BlogPageFactory, AuthorFactory, NoticeFactory])
def test_an_editor_may_edit_pages_and_snippets(factory: Any) -> None:
    assert may_edit(EditorFactory(), factory())
    assert may_edit(AdminFactory(), factory())


@pytest.mark.parametrize("factory", [BlogPageFactory, AuthorFactory, NoticeFactory])
@pytest.mark.parametrize("user", [UserFactory, AnonymousUser])
def test_nobody_without_rights_may_edit(factory: Any, user: Any) -> None:
    assert not may_edit(user(), factory())


def test_a_new_page_takes_the_right_to_add_below_its_parent() -> None:
    parent, editor, user = BlogIndexPageFactory(), EditorFactory(), UserFactory()

    assert may_edit(editor, BlogPage(), parent)
    assert not may_edit(user, BlogPage(), parent)


def test_a_new_snippet_takes_the_right_to_add() -> None:
    editor = EditorFactory()
    editor.groups.get().permissions.get(codename="add_author").delete()

    assert may_edit(editor, AuthorFactory())
    assert not may_edit(editor, Author())


@pytest.mark.parametrize("factory", [BlogPageFactory, NoticeFactory])
def test_a_lock_keeps_out_everybody_but_its_owner(factory: Any) -> None:
    owner, other, instance = EditorFactory(), EditorFactory(), factory()
    lock(instance, owner)

    assert may_edit(owner, instance)
    assert not may_edit(other, instance)
    assert not may_edit(AdminFactory(), instance)


def test_a_lock_holds_for_the_latest_draft_too() -> None:
    page = BlogPageFactory()
    page.save_revision()
    lock(page, EditorFactory())

    assert not may_edit(EditorFactory(), page.get_latest_revision_as_object())


def test_a_page_in_a_workflow_is_locked_for_those_who_do_not_review_it() -> None:
    page = BlogPageFactory()
    page.save_revision()
    workflow = Workflow.objects.get()
    editor = EditorFactory()
    workflow.start(page, editor)

    assert WorkflowTask.objects.filter(workflow=workflow).exists()
    assert not may_edit(editor, Page.objects.get(pk=page.pk).specific)


def test_only_active_actions_of_the_model_are_offered_in_their_order() -> None:
    LLMActionFactory(is_active=False)
    LLMActionFactory(model_type=ContentType.objects.get_for_model(Author))
    last = LLMActionFactory(label="A", sort_order=2)
    second = LLMActionFactory(label="C", sort_order=1)
    first = LLMActionFactory(label="B", sort_order=1)

    assert list(offered_actions(EditorFactory(), BlogPage)) == [first, second, last]


def test_an_action_with_groups_is_offered_to_their_members_and_to_superusers() -> None:
    member, other = EditorFactory(), EditorFactory()
    llm_action = limited_action(member)
    llm_action.groups.add(member.groups.first())
    llm_action.save()

    assert list(offered_actions(member, BlogPage)) == [llm_action]
    assert list(offered_actions(other, BlogPage)) == []
    assert list(offered_actions(AdminFactory(), BlogPage)) == [llm_action]


def test_the_number_of_queries_does_not_grow_with_the_actions(
    django_assert_num_queries: Any,
) -> None:
    editor = EditorFactory()
    for _ in range(5):
        limited_action(editor)
    ContentType.objects.get_for_model(BlogPage)

    with django_assert_num_queries(1):
        assert len(offered_actions(editor, BlogPage)) == 5


def start_run(llm_action: LLMAction, user: User, instance: Model, **values: Any) -> LLMRun:
    return start(
        llm_action=llm_action,
        user=user,
        instance=instance,
        client_request_id=uuid.uuid4(),
        **values,
    )


def test_a_run_is_refused_where_the_object_may_not_be_edited() -> None:
    with pytest.raises(PermissionDeniedError):
        start_run(LLMActionFactory(), UserFactory(), BlogPageFactory())


def test_a_run_is_refused_on_a_locked_page() -> None:
    page = BlogPageFactory()
    lock(page, AdminFactory())

    with pytest.raises(PermissionDeniedError):
        start_run(LLMActionFactory(), EditorFactory(), page)


def test_a_run_is_refused_below_a_page_where_nothing_may_be_added() -> None:
    page = BlogPage(intro="<p>The tide.</p>")

    with pytest.raises(PermissionDeniedError):
        start_run(LLMActionFactory(), UserFactory(), page, parent=BlogIndexPageFactory())


def test_a_run_is_refused_outside_the_groups_of_the_action() -> None:
    with pytest.raises(PermissionDeniedError):
        start_run(limited_action(EditorFactory()), EditorFactory(), BlogPageFactory())


def test_a_run_of_an_admin_needs_no_group() -> None:
    assert start_run(limited_action(), AdminFactory(), BlogPageFactory()).status == "queued"


def test_a_run_is_followed_by_the_one_who_started_it_and_by_nobody_else() -> None:
    run = LLMRunFactory()

    assert may_follow(run.user, run)
    assert not may_follow(EditorFactory(), run)
    assert not may_follow(AdminFactory(), run)


def test_a_run_of_a_deleted_user_is_followed_by_nobody() -> None:
    run = LLMRunFactory()
    run.user.delete()
    run.refresh_from_db()

    assert not may_follow(AnonymousUser(), run)


def test_the_output_is_seen_by_those_who_may_edit_the_object() -> None:
    run = LLMRunFactory(succeeded=True)

    assert may_see_output(EditorFactory(), run)
    assert not may_see_output(UserFactory(), run)


def test_a_lock_hides_no_output_from_those_who_have_the_right_to_edit() -> None:
    run = LLMRunFactory(succeeded=True)
    lock(run.target, AdminFactory())

    assert may_see_output(EditorFactory(), run)
    assert not may_edit(EditorFactory(), run.target)
    assert not may_see_output(UserFactory(), run)


@pytest.mark.parametrize("object_id", [None, "4711"], ids=["not saved yet", "deleted since"])
def test_the_output_for_no_object_is_seen_by_the_one_who_started_the_run(
    object_id: str | None,
) -> None:
    run = LLMRunFactory(succeeded=True, target_object_id=object_id)

    assert may_see_output(run.user, run)
    assert not may_see_output(EditorFactory(), run)
