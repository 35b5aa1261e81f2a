"""Who may follow a run and read its output."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser

from tests.factories import (
    AdminFactory,
    EditorFactory,
    LLMRunFactory,
    UserFactory,
)
from tests.permissions.helpers import lock
from wagtail_llm_actions.permissions.editing import can_edit
from wagtail_llm_actions.permissions.runs import can_follow, can_view_output

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


def test_the_output_is_seen_by_those_who_may_edit_the_object() -> None:
    run = LLMRunFactory(succeeded=True)

    assert can_view_output(EditorFactory(), run)
    assert not can_view_output(UserFactory(), run)


def test_a_lock_hides_no_output_from_those_who_have_the_right_to_edit() -> None:
    run = LLMRunFactory(succeeded=True)
    lock(run.target, AdminFactory())

    assert can_view_output(EditorFactory(), run)
    assert not can_edit(EditorFactory(), run.target)
    assert not can_view_output(UserFactory(), run)


@pytest.mark.parametrize("object_id", [None, "4711"], ids=["not saved yet", "deleted since"])
def test_the_output_for_no_object_is_seen_by_the_one_who_started_the_run(
    object_id: str | None,
) -> None:
    run = LLMRunFactory(succeeded=True, target_object_id=object_id)

    assert can_view_output(run.user, run)
    assert not can_view_output(EditorFactory(), run)
