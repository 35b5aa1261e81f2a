"""Starting a run: several candidates, only into an empty field, only below one page."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest

from example_site.blog.models import Author, BlogPage
from tests.editor.actions import action_for
from tests.factories import (
    AuthorFactory,
    BlogIndexPageFactory,
    BlogPageFactory,
    EditorFactory,
    LLMActionFactory,
)
from tests.runs.starting import start_run
from wagtail_llm_actions.errors import PermissionDeniedError
from wagtail_llm_actions.messages.errors import error_sentence
from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from pytest_django import DjangoCaptureOnCommitCallbacks

    from tests.kept_queue import KeptQueue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_queue")]


def test_several_candidates_are_runs_that_share_a_candidate_group(
    kept_queue: type[KeptQueue],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    llm_action = LLMActionFactory(candidate_count=3)

    with django_capture_on_commit_callbacks(execute=True):
        first = start_run(llm_action, BlogPageFactory())

    runs = list(LLMRun.objects.all())
    assert {run.candidate_group for run in runs} == {first.pk}
    assert len({run.client_request_id for run in runs}) == 3
    assert len({(run.user_id, run.prompt, run.status, run.field_path) for run in runs}) == 1
    assert {run_id for run_id, _ in kept_queue.waiting} == {run.pk for run in runs}


def test_one_candidate_has_no_candidate_group() -> None:
    assert start_run(LLMActionFactory(), BlogPageFactory()).candidate_group is None


def test_the_same_click_posted_twice_is_one_batch() -> None:
    llm_action, page, user = LLMActionFactory(candidate_count=3), BlogPageFactory(), EditorFactory()
    request_id = uuid.uuid4()

    first = start_run(llm_action, page, user=user, client_request_id=request_id)
    again = start_run(llm_action, page, user=user, client_request_id=request_id)

    assert first == again
    assert LLMRun.objects.count() == 3


def test_what_cannot_run_is_recorded_once() -> None:
    run = start_run(LLMActionFactory(candidate_count=3, source="subtitle"), BlogPageFactory())

    assert LLMRun.objects.get() == run
    assert (run.status, run.candidate_group) == ("failed", None)


def test_a_run_keeps_its_write_mode() -> None:
    run = start_run(LLMActionFactory(write_mode="append"), BlogPageFactory())

    assert run.write_mode == "append"


def test_an_answer_that_names_what_it_changes_is_added_to_nothing() -> None:
    llm_action = LLMActionFactory(source="body", destination="body:*", write_mode="append")
    body = [{"type": "heading", "value": "Low tide", "id": "h"}]

    run = start_run(llm_action, BlogPageFactory(body=body))

    assert run.write_mode == "replace"
    assert "]] (plain text on one line)\nLow tide" in run.prompt


def test_an_action_only_for_an_empty_field_is_refused_where_there_is_a_text() -> None:
    llm_action = LLMActionFactory(only_when_empty=True)

    run = start_run(llm_action, BlogPageFactory(summary="My own words."))

    stored = LLMRun.objects.get(pk=run.pk)
    assert (stored.status, stored.error_code) == ("failed", "invalid_input")
    assert error_sentence(stored) == (
        "“Summary” has a text already, and this action only writes into an empty field. Empty it, "
        "then try again."
    )


def test_an_action_only_for_an_empty_field_runs_where_there_is_no_text() -> None:
    llm_action = LLMActionFactory(only_when_empty=True)

    assert start_run(llm_action, BlogPageFactory(summary="")).status == "queued"


def test_an_action_is_offered_on_its_page_and_below() -> None:
    index = BlogIndexPageFactory()
    llm_action = LLMActionFactory(offered_below=str(index.pk))

    assert start_run(llm_action, BlogPageFactory(parent=index)).status == "queued"


def test_an_action_is_refused_outside_of_its_subtree() -> None:
    llm_action = LLMActionFactory(offered_below=str(BlogIndexPageFactory().pk))

    with pytest.raises(PermissionDeniedError):
        start_run(llm_action, BlogPageFactory())

    assert not LLMRun.objects.exists()


def test_a_page_that_is_not_saved_yet_stands_below_its_parent() -> None:
    index, other = BlogIndexPageFactory(), BlogIndexPageFactory()
    llm_action = LLMActionFactory(offered_below=str(index.pk))
    page = BlogPage(title="New", intro="<p>The tide.</p>", locale=index.locale)

    assert start_run(llm_action, page, parent=index).status == "queued"
    with pytest.raises(PermissionDeniedError):
        start_run(llm_action, page, parent=other)


def test_an_action_below_a_page_that_was_deleted_is_offered_nowhere() -> None:
    index = BlogIndexPageFactory()
    llm_action = LLMActionFactory(offered_below=str(index.pk))
    index.delete()

    with pytest.raises(PermissionDeniedError):
        start_run(llm_action, BlogPageFactory())


def test_a_snippet_stands_below_no_page() -> None:
    llm_action = action_for(
        Author, destination="tagline", source="bio", offered_below=str(BlogIndexPageFactory().pk)
    )

    with pytest.raises(PermissionDeniedError):
        start_run(llm_action, AuthorFactory())
