"""How many runs a person and the site may have at once and start in a minute."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, fields
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import BlogPageFactory, EditorFactory, LLMActionFactory, LLMRunFactory
from tests.runs.starting import start_run
from wagtail_llm_actions.conf import Limits
from wagtail_llm_actions.errors import LimitExceeded
from wagtail_llm_actions.messages.errors import troubleshooting
from wagtail_llm_actions.messages.limits import limit_sentence
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.reporting.period import Period, today
from wagtail_llm_actions.reporting.usage import Usage
from wagtail_llm_actions.runs.playground import start_playground_run

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

    from tests.kept_queue import KeptQueue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_queue")]


@pytest.fixture
def user() -> User:
    return EditorFactory()


def limit(settings: Settings, **limits: int | None) -> None:
    none = dict.fromkeys(field.name.upper() for field in fields(Limits))
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {"LIMITS": {**none, **limits}}


def click(user: User, **values: Any) -> LLMRun:
    return start_run(LLMActionFactory(**values), BlogPageFactory(), user=user)


def had(user: User, *, seconds: float = 0, **values: Any) -> LLMRun:
    """Give the user a run of so many seconds ago."""
    queued_at = timezone.now() - timedelta(seconds=seconds)
    return LLMRunFactory(user=user, queued_at=queued_at, **values)


def test_one_more_run_at_once_than_the_limit_is_refused_and_not_queued(
    settings: Settings,
    user: User,
    kept_queue: type[KeptQueue],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    limit(settings, USER_CONCURRENT=2)
    had(user)
    had(user, running=True)

    with django_capture_on_commit_callbacks(execute=True):
        run = click(user)

    assert (run.status, run.error_code) == ("failed", "limit_reached")
    assert run.error_context == {
        "limit": "user_concurrent",
        "number": 2,
        "count": 2,
        "retry_after_seconds": None,
    }
    assert run.finished_at is not None
    assert kept_queue.waiting == []
    assert "raise USER_CONCURRENT in LIMITS" in troubleshooting(run)


def test_runs_that_have_ended_or_are_of_others_or_nobody_waits_for_leave_room(
    settings: Settings, user: User
) -> None:
    limit(settings, USER_CONCURRENT=1)
    had(user, succeeded=True)
    had(user, status="failed")
    had(user, status="cancelled")
    had(user, trigger=LLMRun.Trigger.BULK)
    had(user, seconds=60 * 60)
    had(EditorFactory())

    assert click(user).status == "queued"
    assert click(user).error_code == "limit_reached"


def test_a_test_of_an_action_counts_and_is_limited(settings: Settings, user: User) -> None:
    limit(settings, USER_CONCURRENT=1)
    had(user, trigger=LLMRun.Trigger.TEST)

    assert click(user).error_code == "limit_reached"
    with pytest.raises(LimitExceeded):
        start_playground_run(
            llm_action=LLMActionFactory(), user=user, client_request_id=uuid.uuid4(), text="Tide"
        )


def test_a_minute_has_only_so_many_runs_and_says_when_there_is_room(
    settings: Settings, user: User
) -> None:
    limit(settings, USER_PER_MINUTE=2)
    had(user, seconds=61, succeeded=True)
    had(user, seconds=40, succeeded=True)
    assert click(user).status == "queued"

    run = click(user)

    assert (run.error_context["limit"], run.error_context["number"]) == ("user_per_minute", 2)
    assert 0 < run.error_context["retry_after_seconds"] <= 20


def test_a_day_has_only_so_many_runs_of_a_user_and_says_when_there_is_room(
    settings: Settings, user: User
) -> None:
    limit(settings, USER_PER_DAY=2)
    had(user, seconds=24 * 60 * 60 + 1, succeeded=True)
    had(user, seconds=20 * 60 * 60, succeeded=True)
    assert click(user).status == "queued"

    run = click(user)

    assert run.error_context["limit"] == "user_per_day"
    assert limit_sentence(run.error_context) == (
        "You have started 2 runs in the last 24 hours, which is the limit. Try again in 4 hours."
    )
    assert click(EditorFactory()).status == "queued"


def test_a_day_has_only_so_many_runs_of_the_site_and_says_when_there_is_room(
    settings: Settings, user: User
) -> None:
    limit(settings, SITE_PER_DAY=3)
    had(EditorFactory(), seconds=24 * 60 * 60 + 1, succeeded=True)
    had(EditorFactory(), seconds=60, trigger=LLMRun.Trigger.BULK)
    had(EditorFactory(), seconds=60, status="failed", error_code="limit_reached")
    had(EditorFactory(), seconds=21 * 60 * 60, succeeded=True)
    had(EditorFactory(), seconds=20 * 60 * 60, trigger=LLMRun.Trigger.TEST)
    assert click(user, candidate_count=2).error_context["count"] == 2
    assert click(user).status == "queued"

    run = click(EditorFactory())

    assert run.error_context["limit"] == "site_per_day"
    assert limit_sentence(run.error_context) == (
        "This site has started 3 runs in the last 24 hours, which is the limit. Try again in 3 hours."
    )
    assert "raise SITE_PER_DAY in LIMITS" in troubleshooting(run)


def test_a_site_that_sets_no_limits_has_some() -> None:
    assert all(asdict(Limits()).values())


def test_the_candidates_of_a_click_need_room_for_each(settings: Settings, user: User) -> None:
    limit(settings, USER_CONCURRENT=3, USER_PER_MINUTE=3)
    had(user)

    assert click(user, candidate_count=3).error_context["count"] == 1
    assert LLMRun.objects.count() == 2, "the refused click is one run"
    assert click(user, candidate_count=2).status == "queued"


def test_room_for_several_candidates_comes_when_enough_runs_have_left_the_minute(
    settings: Settings, user: User
) -> None:
    limit(settings, USER_PER_MINUTE=3)
    for seconds in (50, 30, 10):
        had(user, seconds=seconds, succeeded=True)

    run = click(user, candidate_count=2)

    assert 20 < run.error_context["retry_after_seconds"] <= 30


def test_more_candidates_than_the_limit_start_where_nothing_else_runs(
    settings: Settings, user: User
) -> None:
    limit(settings, USER_CONCURRENT=2, USER_PER_MINUTE=2)

    assert click(user, candidate_count=5).status == "queued"


@pytest.mark.parametrize("name", ["SITE_CONCURRENT", "SITE_PER_MINUTE", "SITE_PER_DAY"])
def test_the_site_has_limits_of_its_own(settings: Settings, user: User, name: str) -> None:
    limit(settings, **{name: 2})
    had(EditorFactory())
    had(EditorFactory())

    assert click(user).error_context["limit"] == name.lower()


def test_without_limits_nothing_is_asked(settings: Settings, user: User) -> None:
    limit(settings)
    llm_action, page = LLMActionFactory(), BlogPageFactory()

    with CaptureQueriesContext(connection) as queries:
        start_run(llm_action, page, user=user)
    limit(settings, USER_CONCURRENT=10, USER_PER_MINUTE=60)
    with CaptureQueriesContext(connection) as limited:
        start_run(llm_action, page, user=user)

    assert len(limited) <= len(queries) + 2


def test_refused_runs_and_correct_texts_are_no_failures_of_the_model(
    settings: Settings, user: User
) -> None:
    limit(settings, USER_PER_MINUTE=1)
    had(user, seconds=59.9, succeeded=True)
    had(user, status="failed", error_code="limit_reached")
    had(user, status="failed", error_code="nothing_to_change", seconds=90)

    figures = Usage(Period(today() - timedelta(days=1), today())).totals
    LLMRun.objects.filter(status="succeeded").delete()

    assert (figures.runs, figures.failed, figures.excluded) == (3, 2, 2)
    assert figures.success_rate == 1
    assert click(user).status == "queued"


def test_only_the_first_refusal_in_a_minute_is_recorded(settings: Settings, user: User) -> None:
    limit(settings, USER_CONCURRENT=1)
    had(user)
    click(user)

    for _ in range(3):
        with pytest.raises(LimitExceeded):
            click(user)

    assert LLMRun.objects.filter(error_code="limit_reached").count() == 1
    LLMRun.objects.filter(error_code="limit_reached").update(
        queued_at=timezone.now() - timedelta(minutes=1)
    )
    assert click(user).error_code == "limit_reached"


def test_the_same_click_again_gets_its_run_and_no_refusal(settings: Settings, user: User) -> None:
    limit(settings, USER_CONCURRENT=1)
    llm_action, page, click_id = LLMActionFactory(), BlogPageFactory(), uuid.uuid4()

    first, second = [
        start_run(llm_action, page, user=user, client_request_id=click_id) for _ in range(2)
    ]

    assert (first.pk, first.status) == (second.pk, "queued")


@pytest.mark.django_db(transaction=True)
def test_clicks_of_one_user_at_the_same_moment_start_exactly_the_limit(
    settings: Settings, user: User
) -> None:
    limit(settings, USER_CONCURRENT=3)
    llm_action, page = LLMActionFactory(), BlogPageFactory()
    together = threading.Barrier(6)

    def work(_number: int) -> str:
        try:
            together.wait(30)
            return start_run(llm_action, page, user=user).status
        except LimitExceeded:
            return "refused"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as workers:
        statuses = sorted(workers.map(work, range(6)))

    assert statuses == ["failed", "queued", "queued", "queued", "refused", "refused"]
    assert LLMRun.objects.filter(status="queued").count() == 3
