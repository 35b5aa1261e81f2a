"""Cancelling, deciding, and who is shown the end of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from example_site.blog.models import BlogPage
from tests.editor.forms import take_page_rights
from tests.editor.requests import cancel, decide, poll, running
from tests.factories import AdminFactory, BlogPageFactory, EditorFactory, LLMRunFactory
from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client

    from tests.kept_queue import KeptQueue

pytestmark = pytest.mark.django_db


def test_a_run_that_waits_is_cancelled_at_once(
    client: Client, editor: User, kept_queue: type[KeptQueue]
) -> None:
    run = LLMRunFactory(user=editor)

    state = cancel(client, run).json()

    assert (state["status"], state["error"]) == ("cancelled", None)
    assert kept_queue.cancelled == [run.pk]


def test_a_run_that_is_executed_is_asked_to_end(client: Client, editor: User) -> None:
    run = running(user=editor)

    state = cancel(client, run).json()

    run.refresh_from_db()
    assert state["status"] == run.status == "running"
    assert run.cancel_requested_at


def test_cancelling_a_final_run_changes_nothing(client: Client, editor: User) -> None:
    run = LLMRunFactory(user=editor, succeeded=True)

    state = cancel(client, run).json()

    assert (state["status"], state["output"]) == ("succeeded", "The tide came early.")


@pytest.mark.parametrize(
    ("data", "decision"),
    [
        ({"decision": "accept", "text": "The tide came early."}, "accepted"),
        ({"decision": "accept", "text": "The tide came late."}, "edited"),
        ({"decision": "accept"}, "edited"),
        ({"decision": "dismiss"}, "dismissed"),
        ({"decision": "dismiss", "reason": "tone"}, "dismissed"),
        ({"decision": "undo"}, "none"),
    ],
)
def test_a_decision_is_recorded(
    client: Client, editor: User, data: dict[str, str], decision: str
) -> None:
    run = LLMRunFactory(user=editor, succeeded=True)

    assert decide(client, run, **data).json()["decision"] == decision

    run.refresh_from_db()
    assert run.decision == decision
    assert run.dismiss_reason == data.get("reason", "")


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"decision": ""},
        {"decision": "delete"},
        {"decision": "dismiss", "reason": "dull"},
    ],
)
def test_an_unknown_decision_is_refused(client: Client, editor: User, data: dict[str, str]) -> None:
    response = decide(client, LLMRunFactory(user=editor, succeeded=True), **data)

    assert (response.status_code, response.json()["error"]["code"]) == (400, "bad_request")


@pytest.mark.parametrize("user", [EditorFactory, AdminFactory])
@pytest.mark.parametrize("verb", [poll, cancel, decide])
def test_the_run_of_somebody_else_is_refused(
    client: Client, db: None, user: Any, verb: Any
) -> None:
    client.force_login(user())
    run = LLMRunFactory()

    response = verb(client, run)

    assert response.status_code == 403
    assert response.json() == {
        "error": {
            "code": "permission_denied",
            "message": "You are not allowed to do this here. Ask your admin if you need to.",
        }
    }
    run.refresh_from_db()
    assert run.status == "queued"


def decide_accept(client: Client, run: LLMRun) -> Any:
    return decide(client, run, decision="accept", text="x")


@pytest.mark.parametrize("verb", [poll, cancel, decide_accept])
def test_the_end_of_a_run_is_not_shown_after_the_right_was_taken_away(
    client: Client, editor: User, verb: Any
) -> None:
    run = LLMRunFactory(user=editor, succeeded=True)
    take_page_rights(editor)

    response = verb(client, run)

    assert (response.status_code, response.json()["error"]) == (
        403,
        {
            "code": "permission_denied",
            "message": "You are not allowed to edit this any more. Ask your admin if you need to; the text is kept in the history.",
        },
    )
    assert "tide" not in response.text


def test_a_lock_takes_nobodys_right_to_see_and_copy_a_text(client: Client, editor: User) -> None:
    page = BlogPageFactory(locked=True, locked_by=AdminFactory(), locked_at=timezone.now())

    state = poll(client, LLMRunFactory(user=editor, page=page, succeeded=True)).json()

    assert state["output"] == "The tide came early."
    assert state["accept_blocked_reason"] == (
        "This was locked while the text was being written, and cannot be saved. Copy the text, or "
        "reload the page when it is unlocked."
    )


def test_the_one_who_locked_the_page_is_not_barred(client: Client, editor: User) -> None:
    page = BlogPageFactory(locked=True, locked_by=editor, locked_at=timezone.now())

    state = poll(client, LLMRunFactory(user=editor, page=page, succeeded=True)).json()

    assert state["accept_blocked_reason"] == ""


def test_a_text_for_a_page_that_was_deleted_can_be_copied(client: Client, editor: User) -> None:
    run = LLMRunFactory(user=editor, status="running")
    BlogPage.objects.all().delete()
    # As the worker ends it.
    LLMRun.objects.update(
        status="succeeded", output="The tide came early.", finished_at=timezone.now()
    )

    state = poll(client, run).json()

    assert state["output"] == "The tide came early."
    assert state["accept_blocked_reason"] == (
        "This was deleted while the text was being written. Copy the text to keep it."
    )


@pytest.mark.parametrize("verb", [poll, cancel, decide])
@pytest.mark.parametrize("status", ["running", "succeeded"])
def test_a_run_on_a_model_that_was_removed_from_the_code_is_nobodys_to_follow(
    client: Client, editor: User, verb: Any, status: str
) -> None:
    run = LLMRunFactory(user=editor, status=status)
    gone = ContentType.objects.create(app_label="blog", model="gone")
    LLMRun.objects.update(target_content_type=gone)

    assert verb(client, run).status_code == 403
    assert LLMRun.objects.get().target is None


@pytest.mark.parametrize("verb", [poll, cancel, decide])
def test_a_run_that_does_not_exist_is_not_found(client: Client, editor: User, verb: Any) -> None:
    response = verb(client, LLMRun())

    assert (response.status_code, response.json()["error"]["code"]) == (404, "not_found")
