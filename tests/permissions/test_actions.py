"""Which actions are offered to whom."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType

from example_site.blog.models import Author, BlogPage
from tests.factories import (
    AdminFactory,
    BlogPageFactory,
    EditorFactory,
    LLMActionFactory,
)
from tests.runs.starting import start_run
from wagtail_llm_actions.errors import PermissionDeniedError
from wagtail_llm_actions.permissions.actions import offered_actions

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from wagtail_llm_actions.models import LLMAction

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_queue")]


def limited_action(*members: User, **values: Any) -> LLMAction:
    group = Group.objects.create(name=str(uuid.uuid4()))
    group.user_set.set(members)
    llm_action: LLMAction = LLMActionFactory(**values)
    llm_action.groups.add(group)
    llm_action.save()
    return llm_action


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
    member.groups.add(group := Group.objects.create(name="Writers"))
    llm_action.groups.add(group)
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


def test_a_run_is_refused_outside_the_groups_of_the_action() -> None:
    with pytest.raises(PermissionDeniedError):
        start_run(limited_action(EditorFactory()), BlogPageFactory(), user=EditorFactory())


def test_a_run_of_an_admin_needs_no_group() -> None:
    assert start_run(limited_action(), BlogPageFactory(), user=AdminFactory()).status == "queued"
