"""Which runs a form shows again: the newest of each field, while nobody decided on them."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from example_site.blog.models import Author, BlogPage
from tests.factories import AuthorFactory, BlogPageFactory, EditorFactory, LLMRunFactory
from wagtail_llm_actions.runs.pending import attach_to_object, pending_runs

if TYPE_CHECKING:
    from wagtail_llm_actions.models import LLMRun

pytestmark = pytest.mark.django_db


def run_ago(**values: Any) -> LLMRun:
    ago = timedelta(**{unit: values.pop(unit) for unit in ("days", "minutes") if unit in values})
    run: LLMRun = LLMRunFactory.create(queued_at=timezone.now() - ago, **values)
    return run


@pytest.mark.parametrize(
    ("values", "is_open"),
    [
        ({"status": "queued"}, True),
        ({"running": True}, True),
        ({"succeeded": True}, True),
        ({"succeeded": True, "decision": "accepted"}, False),
        ({"succeeded": True, "decision": "dismissed"}, False),
        ({"status": "failed", "error_code": "timeout"}, False),
        ({"status": "cancelled"}, False),
    ],
)
def test_a_run_is_open_until_it_ends_without_a_text_or_is_decided_on(
    values: dict[str, Any], is_open: bool
) -> None:
    page, editor = BlogPageFactory(), EditorFactory()
    run = LLMRunFactory(page=page, user=editor, **values)

    assert pending_runs(editor, page, "") == ([run] if is_open else [])


def test_the_newest_run_of_each_field_is_shown() -> None:
    page, editor = BlogPageFactory(), EditorFactory()
    here: dict[str, Any] = {"page": page, "user": editor, "succeeded": True}
    run_ago(minutes=3, **here)
    summary = run_ago(minutes=2, **here)
    title = run_ago(minutes=4, field_path="title", **here)

    assert pending_runs(editor, page, "") == [summary, title]


def test_a_newer_run_hides_an_older_one_even_when_it_is_decided_on() -> None:
    page, editor = BlogPageFactory(), EditorFactory()
    here: dict[str, Any] = {"page": page, "user": editor, "succeeded": True}
    run_ago(minutes=3, **here)
    run_ago(minutes=2, decision="dismissed", **here)

    assert pending_runs(editor, page, "") == []


def test_all_candidates_of_the_newest_click_are_shown() -> None:
    page, editor = BlogPageFactory(), EditorFactory()
    here: dict[str, Any] = {"page": page, "user": editor}
    old, new = uuid.uuid4(), uuid.uuid4()
    run_ago(minutes=3, candidate_group=old, pk=old, succeeded=True, **here)
    other = run_ago(minutes=2, candidate_group=new, status="failed", **here)
    first = run_ago(minutes=2, candidate_group=new, pk=new, succeeded=True, **here)

    assert pending_runs(editor, page, "") == [first, other]


def test_a_decision_on_one_candidate_closes_all() -> None:
    page, editor, candidates = BlogPageFactory(), EditorFactory(), uuid.uuid4()
    here: dict[str, Any] = {
        "page": page,
        "user": editor,
        "candidate_group": candidates,
        "succeeded": True,
    }
    LLMRunFactory(decision="accepted", **here)
    # Cancelled too late.
    LLMRunFactory(**here)

    assert pending_runs(editor, page, "") == []


def test_runs_of_others_of_other_objects_and_of_last_week_are_not_shown() -> None:
    page, editor = BlogPageFactory(), EditorFactory()
    LLMRunFactory(page=page)
    LLMRunFactory(user=editor)
    run_ago(days=7, page=page, user=editor)
    author = AuthorFactory(pk=page.pk)
    model_type = ContentType.objects.get_for_model(Author)
    LLMRunFactory(user=editor, target_content_type=model_type, target_object_id=str(author.pk))

    assert pending_runs(editor, page, "") == []


@pytest.mark.usefixtures("recovery_by_polls")
def test_a_lost_run_is_ended_before_it_is_shown() -> None:
    page, editor = BlogPageFactory(), EditorFactory()
    over = timezone.now() - timedelta(seconds=1)
    run = LLMRunFactory(page=page, user=editor, running=True, lease_expires_at=over)

    assert pending_runs(editor, page, "") == []
    run.refresh_from_db()
    assert (run.status, run.error_code) == ("failed", "interrupted")


def test_a_create_form_shows_the_runs_of_its_key() -> None:
    editor = EditorFactory()
    here: dict[str, Any] = {"user": editor, "target_object_id": None}
    run = LLMRunFactory(form_key="this", **here)
    LLMRunFactory(form_key="other", **here)
    LLMRunFactory(form_key="this", user=editor)

    assert pending_runs(editor, BlogPage(), "this") == [run]


def test_a_create_form_without_a_key_shows_nothing() -> None:
    run = LLMRunFactory(target_object_id=None)

    assert pending_runs(run.user, BlogPage(), "") == []


def test_a_saved_object_takes_over_the_runs_of_its_form() -> None:
    page, editor = BlogPageFactory(title="Tides"), EditorFactory()
    run = LLMRunFactory(user=editor, form_key="this", target_object_id=None, target_label="")

    attach_to_object(editor, page, "this")

    run.refresh_from_db()
    assert (run.target, run.target_label) == (page, "Tides")
    assert pending_runs(editor, page, "") == [run]


def test_nothing_else_is_taken_over() -> None:
    page, editor = BlogPageFactory(), EditorFactory()
    model_type = ContentType.objects.get_for_model(Author)
    here: dict[str, Any] = {"user": editor, "form_key": "this", "target_object_id": None}
    runs = [
        LLMRunFactory(**here | {"form_key": "other"}),
        LLMRunFactory(**here | {"form_key": ""}),
        LLMRunFactory(**here | {"user": EditorFactory()}),
        LLMRunFactory(**here, target_content_type=model_type),
        LLMRunFactory(**here | {"target_object_id": "4711"}),
    ]

    attach_to_object(editor, page, "this")
    attach_to_object(editor, page, "")

    for run in runs:
        run.refresh_from_db()
        assert run.target_object_id != str(page.pk)


def test_the_number_of_queries_does_not_grow_with_the_runs(django_assert_num_queries: Any) -> None:
    page, editor = BlogPageFactory(), EditorFactory()
    for number in range(5):
        LLMRunFactory(page=page, user=editor, succeeded=True, field_path=f"field_{number}")

    with django_assert_num_queries(1):
        assert len(pending_runs(editor, page, "")) == 5
