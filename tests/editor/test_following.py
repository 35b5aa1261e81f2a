"""Following a run from the browser: poll, cancel, decide."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils import timezone

from tests.editor.forms import click, page_edit, take_page_rights
from tests.factories import (
    AdminFactory,
    AuthorFactory,
    BlogPageFactory,
    EditorFactory,
    LLMActionFactory,
    LLMRunFactory,
)
from wagtail_llm_actions.generation import FinishReason, Usage
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.runs.execute import execute
from wagtail_llm_actions.runs.lease import claim
from wagtail_llm_actions.streams import get_stream

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

    from tests.kept_queue import KeptQueue
    from wagtail_llm_actions.providers.testing import ScriptedProvider

pytestmark = pytest.mark.django_db

# Before any view of Wagtail's admin: session, user, the user's rights and groups' rights, profile.
ADMIN_ACCESS_QUERIES = 5


def poll(client: Client, run: LLMRun, **query: str) -> Any:
    return client.get(reverse("wagtail_llm_actions:run", args=[run.pk]), query)


def cancel(client: Client, run: LLMRun) -> Any:
    return client.post(reverse("wagtail_llm_actions:cancel", args=[run.pk]))


def decide(client: Client, run: LLMRun, **data: str) -> Any:
    return client.post(reverse("wagtail_llm_actions:decide", args=[run.pk]), data)


def running(**values: Any) -> LLMRun:
    run: LLMRun = LLMRunFactory(**values)
    claim(run.pk)
    return run


def test_a_run_is_followed_from_the_click_to_the_decision(
    client: Client, editor: User, provider: ScriptedProvider
) -> None:
    provider.script("The tide", " came.", Usage(input_tokens=12, output_tokens=7))
    state = click(client, LLMActionFactory(), page_edit(BlogPageFactory())).json()

    execute(uuid.UUID(state["id"]))
    ended = client.get(state["poll_url"]).json()
    decided = client.post(state["decide_url"], {"decision": "accept", "text": "The tide."}).json()

    assert (ended["status"], ended["output"], ended["error"]) == (
        "succeeded",
        "The tide came.",
        None,
    )
    assert (ended["finish_reason"], ended["notice"], ended["decision"]) == ("stop", "", "none")
    assert (ended["input_tokens"], ended["output_tokens"]) == (12, 7)
    assert ended["seconds"] >= 0
    assert decided == ended | {"decision": "edited"}


def test_only_the_new_text_travels(client: Client, editor: User) -> None:
    run = running(user=editor)
    get_stream().append(run.pk, "The tide")

    first = poll(client, run, after="0").json()
    get_stream().append(run.pk, " came.")
    second = poll(client, run, after=first["cursor"]).json()
    third = poll(client, run, after=second["cursor"]).json()

    assert first["status"] == "running"
    assert (first["text"], second["text"], third["text"]) == ("The tide", " came.", "")
    assert first["output"] == ""
    assert second["cursor"] == third["cursor"]


@pytest.mark.parametrize("after", ["", "x", "-1", "1.5", "9" * 30, "²"])
def test_a_position_that_was_made_up_is_answered(client: Client, editor: User, after: str) -> None:
    run = running(user=editor)
    get_stream().append(run.pk, "The tide")

    response = poll(client, run, after=after)

    assert response.status_code == 200


def test_a_text_that_was_cut_off_comes_with_a_notice(
    client: Client, editor: User, provider: ScriptedProvider
) -> None:
    provider.script("The tide", FinishReason.LENGTH)
    run = LLMRunFactory(user=editor, max_tokens=2)

    execute(run.pk)

    state = poll(client, run).json()
    assert state["finish_reason"] == "length"
    assert state["notice"] == "The text was cut off at the limit of 2 tokens."


def test_a_failed_run_tells_its_sentence_and_not_the_providers_words(
    client: Client, editor: User
) -> None:
    run = LLMRunFactory(
        user=editor, status="failed", error_code="timeout", error_detail="stack of owl-1"
    )

    response = poll(client, run)

    assert response.json()["error"] == {
        "code": "timeout",
        "message": "Scripted took too long. Try again; if it happens again, ask your admin for a "
        "smaller model or fewer max tokens.",
    }
    assert "owl" not in response.text


def test_a_poll_holds_neither_the_prompt_nor_the_instructions(client: Client, editor: User) -> None:
    run = LLMRunFactory(user=editor, prompt="Secret one", system_instructions="Secret two")

    assert "Secret" not in poll(client, run).text


def test_a_run_whose_worker_was_lost_is_ended_by_a_poll(client: Client, editor: User) -> None:
    run = running(user=editor)
    LLMRun.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))

    state = poll(client, run).json()

    assert (state["status"], state["error"]["code"]) == ("failed", "interrupted")


def test_a_run_that_waits_for_long_is_queued_again(
    client: Client, editor: User, kept_queue: type[KeptQueue]
) -> None:
    fresh = LLMRunFactory(user=editor)
    old = LLMRunFactory(user=editor, queued_at=timezone.now() - timedelta(seconds=10))

    for run in (fresh, old):
        poll(client, run)

    assert [run_id for run_id, _ in kept_queue.waiting] == [old.pk]


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


@pytest.mark.parametrize("data", [{}, {"decision": ""}, {"decision": "delete"}])
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
            "message": "You are not allowed to do this here.",
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

    assert (response.status_code, response.json()["error"]["code"]) == (403, "permission_denied")
    assert "tide" not in response.text


def test_the_end_of_a_run_is_not_shown_while_somebody_else_locks_the_page(
    client: Client, editor: User
) -> None:
    page = BlogPageFactory(locked=True, locked_by=AdminFactory(), locked_at=timezone.now())

    response = poll(client, LLMRunFactory(user=editor, page=page, succeeded=True))

    assert response.status_code == 403


@pytest.mark.parametrize("verb", [poll, cancel, decide])
def test_a_run_that_does_not_exist_is_not_found(client: Client, editor: User, verb: Any) -> None:
    response = verb(client, LLMRun())

    assert (response.status_code, response.json()["error"]["code"]) == (404, "not_found")


def test_polling_a_run_takes_few_queries(
    client: Client, editor: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    waits, runs = LLMRunFactory(user=editor), running(user=editor)
    LLMRunFactory.create_batch(3)

    with django_assert_num_queries(ADMIN_ACCESS_QUERIES + 2):
        poll(client, waits)
    with django_assert_num_queries(ADMIN_ACCESS_QUERIES + 2):
        poll(client, runs)


def test_the_last_poll_also_asks_for_the_right_to_edit(
    client: Client, editor: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    page = LLMRunFactory(user=editor, succeeded=True)
    author = AuthorFactory()
    snippet = LLMRunFactory(
        user=editor,
        succeeded=True,
        action__model_type=ContentType.objects.get_for_model(author),
        target_object_id=str(author.pk),
    )

    with django_assert_num_queries(ADMIN_ACCESS_QUERIES + 5):
        poll(client, page)
    with django_assert_num_queries(ADMIN_ACCESS_QUERIES + 2):
        poll(client, snippet)
