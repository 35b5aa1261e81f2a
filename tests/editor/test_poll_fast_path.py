"""Polls with a poll token: what they cost, what they answer, and when the rights are checked."""

from __future__ import annotations

import time
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core import signing
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.editor.forms import click, page_edit, take_page_rights
from tests.editor.requests import poll, poll_again, running
from tests.factories import (
    AuthorFactory,
    BlogPageFactory,
    DossierFactory,
    EditorFactory,
    LLMActionFactory,
    LLMAttemptFactory,
    LLMRunFactory,
)
from tests.notices.models import HIDDEN_FIELDS
from wagtail_llm_actions.admin.editor.poll_token import SALT
from wagtail_llm_actions.errors import RunInterrupted
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.runs.lifecycle.outcome import error_fields
from wagtail_llm_actions.streams import get_stream

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.models import User
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

    from tests.kept_queue import KeptQueue

pytestmark = pytest.mark.django_db

# Before any view of Wagtail's admin: session, user, the user's rights and groups' rights, profile.
ADMIN_ACCESS_QUERIES = 5
# The runs, and what changes about them in their status.
FAST_PATH_QUERIES = 2
PROMISED_SECONDS = 5
"""Of SECURITY.md: for so long, live text may outlast a right."""


def candidates(count: int, **values: Any) -> list[LLMRun]:
    """Return the runs of one click, the first one first."""
    first = LLMRunFactory(**values)
    same = {
        "candidate_group": first.pk,
        "user": first.user,
        "action": first.action,
        "page": first.target,
        "queued_at": first.queued_at,
    }
    LLMRun.objects.filter(pk=first.pk).update(candidate_group=first.pk)
    rest = LLMRunFactory.create_batch(count - 1, **{**values, **same})
    return [first, *sorted(rest, key=lambda run: run.pk)]


def waiting_to_be_tried_again(user: User) -> LLMRun:
    later = timezone.now() + timedelta(seconds=30)
    run: LLMRun = LLMRunFactory(user=user, retry_at=later)
    LLMAttemptFactory(run=run, model_key="scripted", error_code="rate_limited")
    return run


@pytest.mark.parametrize("status", ["queued", "running"])
@pytest.mark.parametrize("count", [1, 3])
def test_a_poll_costs_two_queries_however_many_runs_the_click_has(
    client: Client,
    editor: User,
    django_assert_num_queries: DjangoAssertNumQueries,
    status: str,
    count: int,
) -> None:
    first, *_ = candidates(count, user=editor, status=status)
    LLMRunFactory.create_batch(3)
    state = poll(client, first).json()

    with django_assert_num_queries(FAST_PATH_QUERIES):
        answer = poll_again(client, state, *["0"] * count).json()

    assert answer["status"] == status
    assert len(answer["candidates"]) == count - 1


def test_a_poll_of_a_run_that_waits_to_be_tried_again_costs_two_queries(
    client: Client, editor: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    state = poll(client, waiting_to_be_tried_again(editor)).json()

    with django_assert_num_queries(FAST_PATH_QUERIES):
        answer = poll_again(client, state).json()

    assert answer["failed_attempts"] == 1
    assert "trying again in" in answer["retry_message"]


def test_the_first_poll_after_a_click_is_on_the_fast_path(
    client: Client, editor: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    state = click(client, LLMActionFactory(), page_edit(BlogPageFactory())).json()

    with django_assert_num_queries(FAST_PATH_QUERIES):
        answer = poll_again(client, state).json()

    assert answer["id"] == state["id"]
    assert "poll_url" not in answer


def test_a_poll_that_renews_the_token_or_brings_the_end_checks_the_rights(
    client: Client, editor: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    unfinished = running(user=editor)
    page = LLMRunFactory(user=editor, succeeded=True)
    author = AuthorFactory()
    snippet = LLMRunFactory(
        user=editor,
        succeeded=True,
        action__model_type=ContentType.objects.get_for_model(author),
        target_object_id=str(author.pk),
    )

    with django_assert_num_queries(ADMIN_ACCESS_QUERIES + 4):
        poll(client, unfinished)
    # The locks are two.
    with django_assert_num_queries(ADMIN_ACCESS_QUERIES + 5):
        poll(client, page)
    with django_assert_num_queries(ADMIN_ACCESS_QUERIES + 2):
        poll(client, snippet)


def test_the_fast_path_reads_no_long_text(client: Client, editor: User) -> None:
    state = poll(client, LLMRunFactory(user=editor)).json()

    with CaptureQueriesContext(connection) as queries:
        poll_again(client, state)

    asked = " ".join(query["sql"] for query in queries)
    assert "queued_at" in asked
    assert "prompt" not in asked
    assert "output" not in asked


def test_the_poll_of_the_first_run_brings_the_text_of_all(client: Client, editor: User) -> None:
    runs = candidates(3, user=editor, running=True)
    state = poll(client, runs[0]).json()
    for run, text in zip(runs, ["One", "Two", "Three"], strict=True):
        get_stream().append(run.pk, text)

    answer = poll_again(client, state, "0", "1", "0").json()

    states = [answer, *answer["candidates"]]
    assert [state["id"] for state in states] == [str(run.pk) for run in runs]
    assert [state["text"] for state in states] == ["One", "wo", "Three"]


def test_a_run_whose_end_the_browser_has_is_left_out(client: Client, editor: User) -> None:
    first, second = candidates(2, user=editor, running=True)
    LLMRun.objects.filter(pk=first.pk).update(status="succeeded", output="The tide came early.")

    both = poll(client, first).json()
    rest = poll_again(client, both, "done", "0").json()

    assert (both["output"], both["candidates"][0]["status"]) == ("The tide came early.", "running")
    assert (rest["id"], rest["candidates"]) == (str(second.pk), [])


def test_the_address_of_a_click_stays_that_of_its_first_run(client: Client, editor: User) -> None:
    first, second = candidates(2, user=editor, running=True)
    state = poll(client, first).json()
    LLMRun.objects.filter(pk=first.pk).update(status="succeeded", output="The tide came early.")

    # Without its token, as when that has expired.
    rest = poll_again(client, {**state, "poll_token": ""}, "done", "0").json()
    LLMRun.objects.filter(pk=second.pk).update(status="succeeded", output="The tide was early.")
    ended = poll_again(client, rest, "done", "0").json()

    assert rest["id"] == ended["id"] == str(second.pk)
    assert rest["poll_url"] == state["poll_url"]
    assert ended["output"] == "The tide was early."


def test_a_run_that_is_not_the_first_is_polled_alone(client: Client, editor: User) -> None:
    _, second = candidates(2, user=editor, running=True)

    state = poll(client, second).json()

    assert (state["id"], state["candidates"]) == (str(second.pk), [])


def test_the_end_comes_whole_though_a_token_was_sent(client: Client, editor: User) -> None:
    run = running(user=editor)
    state = poll(client, run).json()
    LLMRun.objects.update(status="succeeded", output="The tide came early.")

    ended = poll_again(client, state).json()

    assert (ended["status"], ended["output"]) == ("succeeded", "The tide came early.")


@pytest.mark.usefixtures("recovery_by_polls")
def test_the_fast_path_ends_a_run_whose_worker_was_lost(client: Client, editor: User) -> None:
    run = running(user=editor)
    state = poll(client, run).json()
    LLMRun.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))

    ended = poll_again(client, state).json()

    assert (ended["status"], ended["error"]["code"]) == ("failed", "interrupted")


@pytest.mark.usefixtures("recovery_by_polls")
def test_the_fast_path_queues_a_run_again_that_waits_for_long(
    client: Client, editor: User, kept_queue: type[KeptQueue]
) -> None:
    run = LLMRunFactory(user=editor)
    state = poll(client, run).json()
    LLMRun.objects.update(queued_at=timezone.now() - timedelta(seconds=10))

    poll_again(client, state)

    assert [run_id for run_id, _ in kept_queue.waiting] == [run.pk]


def test_a_run_that_was_deleted_is_not_found_with_a_token_either(
    client: Client, editor: User
) -> None:
    run = running(user=editor)
    state = poll(client, run).json()
    run.delete()

    assert poll_again(client, state).status_code == 404


def test_live_text_is_not_given_to_somebody_who_lost_the_right_to_edit(
    client: Client, editor: User
) -> None:
    run = running(user=editor)
    get_stream().append(run.pk, "The tide")
    take_page_rights(editor)

    response = poll(client, run)

    assert response.status_code == 403
    assert "tide" not in response.text


def token_for(client: Client, run: LLMRun, *, age: float = 0.0, language: str = "en") -> str:
    """Return the token of a check some seconds ago."""
    signer = signing.Signer(salt=f"{SALT}:{client.session.session_key}")
    return signer.sign_object([language, [run.pk.hex], time.time() - age, "", 0])


def expired(client: Client, run: LLMRun) -> str:
    return token_for(client, run, age=PROMISED_SECONDS + 0.01)


def no_token(client: Client, run: LLMRun) -> str:
    return ""


def expired_with_digest(client: Client, run: LLMRun, evaluated_ago: float = 0.0) -> str:
    """Return a token that was renewed, and has expired again; the rights were asked for long ago."""
    signer = signing.Signer(salt=f"{SALT}:{client.session.session_key}")
    renewed = poll(client, run, expired(client, run)).json()["poll_token"]
    language, run_ids, checked_at, digest, evaluated_at = signer.unsign_object(renewed)
    assert digest
    claims = [
        language,
        run_ids,
        checked_at - PROMISED_SECONDS,
        digest,
        evaluated_at - evaluated_ago,
    ]
    return signer.sign_object(claims)


def test_the_rights_are_checked_again_when_a_token_has_expired(
    client: Client, editor: User
) -> None:
    run = running(user=editor)
    take_page_rights(editor)

    assert poll(client, run, expired(client, run)).status_code == 403
    assert poll(client, run, token_for(client, run, age=PROMISED_SECONDS - 1)).status_code == 200


def deactivate(user: User) -> None:
    user.is_active = False
    user.save()


def leave_the_group(user: User) -> None:
    user.groups.clear()


def take_access_to_the_admin(user: User) -> None:
    user.groups.get().permissions.remove(Permission.objects.get(codename="access_admin"))


def take_sight_of_the_source(user: User) -> None:
    LLMRun.objects.update(read_fields=["intro", "gone_from_the_form"])


def end_the_session(user: User) -> None:
    Session.objects.all().delete()


def change_the_password(user: User) -> None:
    user.set_password("Another one.")
    user.save()


def give_the_run_to_somebody_else(user: User) -> None:
    LLMRun.objects.update(user=EditorFactory(), target_object_id=None)


@pytest.mark.parametrize(
    "take_away",
    [
        deactivate,
        leave_the_group,
        take_access_to_the_admin,
        take_sight_of_the_source,
        take_page_rights,
        end_the_session,
        change_the_password,
        give_the_run_to_somebody_else,
    ],
)
@pytest.mark.parametrize("token_of", [no_token, expired, expired_with_digest])
def test_live_text_ends_with_the_token_whatever_was_taken_away(
    client: Client,
    editor: User,
    take_away: Callable[[User], None],
    token_of: Callable[[Client, LLMRun], str],
) -> None:
    run = running(user=editor)
    get_stream().append(run.pk, "The tide")
    token = token_of(client, run)
    assert "The tide" in poll(client, run, token).text

    take_away(editor)

    response = poll(client, run, token)
    assert response.status_code in {302, 403}
    assert "tide" not in response.text


@pytest.mark.parametrize("name", [name for name in HIDDEN_FIELDS if name != "of_nobody"])
def test_live_text_ends_with_the_token_where_a_panel_is_taken_from_a_group(
    client: Client, editor: User, name: str
) -> None:
    cleared = Permission.objects.get(codename="clear_dossier")
    group = Group.objects.create(name="Cleared")
    group.permissions.add(cleared)
    editor.groups.add(group)
    dossier = DossierFactory()
    run = running(
        user=editor,
        action__model_type=ContentType.objects.get_for_model(dossier),
        target_object_id=str(dossier.pk),
        source_path="text",
        field_path="headline",
        read_fields=["text", name],
    )
    get_stream().append(run.pk, "The tide")
    token = expired(client, run)
    assert "The tide" in poll(client, run, token).text

    group.permissions.remove(cleared)

    response = poll(client, run, token)
    assert response.status_code == 403
    assert "tide" not in response.text


def test_a_poll_whose_token_has_expired_renews_it_and_asks_for_the_rights_alone(
    client: Client, editor: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    run = running(user=editor)
    get_stream().append(run.pk, "The tide")
    state = poll(client, run).json()
    # But for the profile, which has the language that the token names; four are for the digest.
    with django_assert_num_queries(ADMIN_ACCESS_QUERIES - 1 + 3 + 1 + 4):
        renewed = poll(client, run, expired(client, run)).json()

    assert renewed["text"] == "The tide"
    assert "poll_url" not in renewed
    with django_assert_num_queries(FAST_PATH_QUERIES):
        again = poll_again(client, state | renewed).json()
    assert "poll_token" not in again


@pytest.mark.parametrize(("evaluated_ago", "is_asked"), [(0, False), (61, True)])
def test_rights_whose_digest_is_the_same_are_asked_for_once_a_minute(
    client: Client, editor: User, evaluated_ago: float, is_asked: bool
) -> None:
    run = running(user=editor)
    token = expired_with_digest(client, run, evaluated_ago)

    with CaptureQueriesContext(connection) as queries:
        renewed = poll(client, run, token).json()["poll_token"]

    asked = any("blog_blogpage" in query["sql"] for query in queries)
    assert asked is is_asked
    with CaptureQueriesContext(connection) as queries:
        poll(client, run, renewed)
    assert len(queries) == FAST_PATH_QUERIES


def test_a_digest_of_somebody_elses_rights_proves_nothing(client: Client, editor: User) -> None:
    run = running(user=editor)
    token = expired_with_digest(client, run)
    LLMRun.objects.update(target_object_id=str(BlogPageFactory().pk))
    take_page_rights(editor)

    assert poll(client, run, token).status_code == 403


def test_a_renewed_token_is_for_all_runs_of_its_click(client: Client, editor: User) -> None:
    first, second = candidates(2, user=editor, running=True)
    LLMRun.objects.filter(pk=first.pk).update(status="succeeded", output="The tide came early.")
    signer = signing.Signer(salt=f"{SALT}:{client.session.session_key}")
    claims = [None, [first.pk.hex, second.pk.hex], time.time() - PROMISED_SECONDS - 1, "", 0]

    seen = poll(client, first, signer.sign_object(claims), cursor=["done", "0"]).json()
    unseen = poll(client, first, seen["poll_token"]).json()

    assert (seen["id"], seen["candidates"]) == (str(second.pk), [])
    assert (unseen["id"], unseen["output"]) == (str(first.pk), "The tide came early.")


def test_a_token_is_for_its_own_user_run_and_session_only(client: Client, editor: User) -> None:
    run, other = running(user=editor), running()
    state = poll(client, run).json()
    own = token_for(client, run)

    assert poll(client, other, own).status_code == 403
    assert poll(client, run, f"{own}x").status_code == 200
    assert poll(client, run, "made:up").status_code == 200
    client.force_login(EditorFactory())
    assert poll_again(client, state).status_code == 403
    client.logout()
    assert poll_again(client, state).status_code in {302, 403}


def test_the_rights_are_checked_for_a_token_of_another_session(
    client: Client, editor: User
) -> None:
    state = poll(client, running(user=editor)).json()
    take_page_rights(editor)
    in_its_session = poll_again(client, state).status_code
    client.logout()
    client.force_login(editor)

    assert (in_its_session, poll_again(client, state).status_code) == (200, 403)


def test_the_fast_path_speaks_the_language_of_the_user(client: Client, editor: User) -> None:
    run = waiting_to_be_tried_again(editor)

    response = poll(client, run, token_for(client, run, language="de"))

    assert response.headers["Cache-Control"].startswith("max-age=0, no-cache")
    assert response.json()["failed_attempts"] == 1


def test_what_is_asked_for_soon_after_news_is_asked_for_seldom_later(
    client: Client, editor: User
) -> None:
    fresh, old = running(user=editor), running(user=editor)
    get_stream().append(fresh.pk, "The tide")
    long_ago = timezone.now() - timedelta(seconds=60)
    LLMRun.objects.update(queued_at=long_ago, started_at=long_ago)

    at_once, first_words = poll(client, old).json(), poll(client, fresh).json()
    quiet = poll_again(client, first_words).json()

    assert at_once["poll_after_ms"] > first_words["poll_after_ms"]
    # Counted from when the words came, which is a moment ago.
    assert quiet["poll_after_ms"] < at_once["poll_after_ms"]
    assert poll(client, LLMRunFactory(user=editor, succeeded=True)).json()["poll_after_ms"] == 0


def test_a_failed_candidate_tells_what_went_wrong_beside_one_that_is_written(
    client: Client, editor: User
) -> None:
    first, second = candidates(2, user=editor, running=True)
    LLMRun.objects.filter(pk=second.pk).update(status="failed", **error_fields(RunInterrupted()))

    state = poll(client, first).json()

    assert state["status"] == "running"
    assert state["candidates"][0]["error"]["code"] == "interrupted"
    assert uuid.UUID(state["candidates"][0]["id"]) == second.pk
