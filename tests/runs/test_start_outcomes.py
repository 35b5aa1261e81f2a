"""Starting a run: queued after commit, failed at once, refused, or there already."""

from __future__ import annotations

import logging
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from tests.factories import (
    AuthorFactory,
    BlogPageFactory,
    EditorFactory,
    LLMActionFactory,
    PromptTemplateFactory,
)
from tests.runs.starting import start_run
from wagtail_llm_actions.errors import PermissionDeniedError
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.queues import Priority

if TYPE_CHECKING:
    from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

    from tests.kept_queue import KeptQueue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_queue")]


def test_a_run_is_queued_after_commit_and_not_before(
    kept_queue: type[KeptQueue],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        run = start_run(LLMActionFactory(), BlogPageFactory())
        assert kept_queue.waiting == []

    assert kept_queue.waiting == [(run.pk, Priority.INTERACTIVE)]


def test_a_queue_that_is_down_fails_the_run_and_logs_no_content(
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {
        "QUEUE": "tests.kept_queue.ClosedQueue"
    }

    with (
        caplog.at_level(logging.WARNING, "wagtail_llm_actions"),
        django_capture_on_commit_callbacks(execute=True),
    ):
        run = start_run(LLMActionFactory(), BlogPageFactory())

    run.refresh_from_db()
    assert (run.status, run.error_code) == ("failed", "queue_unavailable")
    assert run.finished_at is not None
    (record,) = caplog.records
    assert str(run.pk) in record.getMessage()
    assert "tide" not in caplog.text


@pytest.mark.parametrize(
    ("action_values", "template", "page_values", "facts"),
    [
        ({}, "{{ input }}", {"intro": ""}, {"reason": "empty_source", "detail": "Introduction"}),
        (
            {},
            "{{ input }}",
            {"intro": "<p> </p>"},
            {"reason": "empty_source", "detail": "Introduction"},
        ),
        (
            {"source": "gone"},
            "{{ input }}",
            {},
            {"reason": "unreadable_source", "detail": "gone"},
        ),
        ({"source": "body"}, "{{ input }}", {}, {"reason": "empty_source", "detail": "Body"}),
        ({"model": "gone"}, "{{ input }}", {}, {"reason": "unknown_model", "detail": "gone"}),
        (
            {},
            "{{ inptu }}",
            {},
            {"reason": "template", "detail": "Line 1: There is no variable “inptu”."},
        ),
        ({}, "{{ post_summary }}", {}, {"reason": "template", "detail": "The prompt is empty."}),
        ({}, "Sum up. " * 200 + "{{ input }}", {}, {"reason": "too_long", "detail": "1000"}),
    ],
)
def test_what_cannot_run_is_recorded_as_failed_and_not_queued(
    *,
    settings: Settings,
    kept_queue: type[KeptQueue],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    action_values: dict[str, str],
    template: str,
    page_values: dict[str, str],
    facts: dict[str, str],
) -> None:
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {"MAX_PROMPT_CHARS": 1_000}
    llm_action = LLMActionFactory(
        prompt_template=PromptTemplateFactory(text=template), **action_values
    )

    with django_capture_on_commit_callbacks(execute=True):
        run = start_run(llm_action, BlogPageFactory(**page_values))

    assert (run.status, run.error_code) == ("failed", "invalid_input")
    assert run.error_context == facts
    assert run.finished_at == run.queued_at
    assert run.prompt == "" or facts["reason"] == "too_long"
    assert kept_queue.waiting == []


def test_the_same_click_sent_twice_is_one_run(
    kept_queue: type[KeptQueue],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    llm_action, page = LLMActionFactory(), BlogPageFactory()
    click: dict[str, Any] = {"user": EditorFactory(), "client_request_id": uuid.uuid4()}

    with django_capture_on_commit_callbacks(execute=True):
        first = start_run(llm_action, page, **click)
        second = start_run(llm_action, page, **click)

    assert first == second
    assert len(kept_queue.waiting) == LLMRun.objects.count() == 1


def test_of_two_posts_of_one_click_at_the_same_time_one_wins(
    monkeypatch: pytest.MonkeyPatch,
    kept_queue: type[KeptQueue],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    llm_action, page, slow_page = LLMActionFactory(), BlogPageFactory(), BlogPageFactory()
    click: dict[str, Any] = {"user": EditorFactory(), "client_request_id": uuid.uuid4()}
    faster: list[LLMRun] = []

    def other_post() -> None:
        faster.append(start_run(llm_action, page, **click))

    # Asked after the search for an earlier run, and before this one is written.
    monkeypatch.setattr(slow_page, "get_lock", other_post)
    with django_capture_on_commit_callbacks(execute=True):
        run = start_run(llm_action, slow_page, **click)

    assert [run] == faster
    assert len(kept_queue.waiting) == LLMRun.objects.count() == 1


def test_the_same_number_of_another_user_is_another_click() -> None:
    llm_action, page, request_id = LLMActionFactory(), BlogPageFactory(), uuid.uuid4()

    first = start_run(llm_action, page, client_request_id=request_id)
    second = start_run(llm_action, page, client_request_id=request_id)

    assert first != second


@pytest.mark.parametrize(
    ("action_values", "instance"),
    [({"is_active": False}, BlogPageFactory), ({}, AuthorFactory)],
    ids=["inactive action", "object of another type"],
)
def test_a_refused_run_is_not_recorded(action_values: dict[str, Any], instance: Any) -> None:
    with pytest.raises(PermissionDeniedError):
        start_run(LLMActionFactory(**action_values), instance())

    assert not LLMRun.objects.exists()
