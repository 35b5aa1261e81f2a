"""Who may follow a run and read its output."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser, Permission, User

from tests.factories import (
    AdminFactory,
    EditorFactory,
    LLMRunFactory,
    UserFactory,
)
from tests.permissions.helpers import lock
from wagtail_llm_actions.permissions.editing import can_edit
from wagtail_llm_actions.permissions.runs import can_edit_target, can_follow

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_queue")]


def test_a_run_is_followed_by_the_one_who_started_it_and_by_nobody_else() -> None:
    run = LLMRunFactory()

    assert can_follow(run.user, run)
    assert not can_follow(EditorFactory(), run)
    assert not can_follow(AdminFactory(), run)


def test_a_run_of_a_deleted_user_is_followed_by_nobody() -> None:
    run = LLMRunFactory()
    run.user.delete()
    run.refresh_from_db()

    assert not can_follow(AnonymousUser(), run)


def test_the_object_may_be_edited_by_those_with_the_right() -> None:
    run = LLMRunFactory(succeeded=True)

    assert can_edit_target(EditorFactory(), run)
    assert not can_edit_target(UserFactory(), run)


def test_a_lock_takes_the_right_from_nobody() -> None:
    run = LLMRunFactory(succeeded=True)
    lock(run.target, AdminFactory())

    assert can_edit_target(EditorFactory(), run)
    assert not can_edit(EditorFactory(), run.target)
    assert not can_edit_target(UserFactory(), run)


@pytest.mark.parametrize("object_id", [None, "4711"], ids=["not saved yet", "deleted since"])
def test_the_output_for_no_object_is_seen_by_the_one_who_started_the_run(
    object_id: str | None,
) -> None:
    run = LLMRunFactory(succeeded=True, target_object_id=object_id)

    assert can_edit_target(run.user, run)
    assert not can_edit_target(EditorFactory(), run)


@pytest.mark.parametrize("object_id", [None, "4711"], ids=["not saved yet", "deleted since"])
def test_without_the_right_to_edit_any_such_object_the_one_who_started_it_loses_it(
    object_id: str | None,
) -> None:
    run = LLMRunFactory(succeeded=True, target_object_id=object_id)
    run.user.groups.clear()

    assert not can_edit_target(User.objects.get(pk=run.user.pk), run)


def test_a_test_is_followed_while_its_user_may_test() -> None:
    tester = UserFactory()
    tester.user_permissions.add(Permission.objects.get(codename="change_llmaction"))
    run = LLMRunFactory(user=tester, trigger="test", target_object_id=None)
    assert can_follow(User.objects.get(pk=tester.pk), run)

    tester.user_permissions.clear()

    assert not can_follow(User.objects.get(pk=tester.pk), run)
