"""A click on Generate: the unsaved form is read, a run is started, and nothing else is written."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Locale, ModelLogEntry, Page, PageLogEntry, Revision

from example_site.blog.models import Author
from tests.editor.actions import action_for, page_action
from tests.editor.forms import (
    click,
    offers,
    page_edit,
    post_add,
    post_of,
    snippet_add,
    snippet_edit,
)
from tests.factories import (
    AdminFactory,
    AuthorFactory,
    BlogIndexPageFactory,
    BlogPageFactory,
    LLMActionFactory,
    LLMRunFactory,
    NoticeFactory,
)
from tests.notices.models import Harbour, Notice
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.runs.priority import is_starting as starts_at_once

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

    from tests.kept_queue import KeptQueue, QueueHere

pytestmark = pytest.mark.django_db


def rich_text(text: str) -> str:
    """Return what Draftail posts for one paragraph."""
    block = {"key": "a1b2c", "text": text, "type": "unstyled", "depth": 0}
    block |= {"inlineStyleRanges": [], "entityRanges": []}
    return json.dumps({"blocks": [block], "entityMap": {}})


def rows() -> dict[str, int]:
    models = (Page, Author, Notice, Revision, PageLogEntry, ModelLogEntry)
    return {model.__name__: model._default_manager.count() for model in models}


@pytest.mark.parametrize(
    ("source", "typed", "prompt"),
    [
        ("intro", rich_text("Typed & not saved."), "Typed & not saved."),
        ("subtitle", "Typed in an input", "Typed in an input"),
        ("summary", "Typed\r\n\r\nin two paragraphs", "Typed\n\nin two paragraphs"),
        ("title", "A new title", "A new title"),
        ("search_description", "Typed on another tab", "Typed on another tab"),
    ],
)
def test_what_was_typed_is_the_source(
    client: Client, editor: User, source: str, typed: str, prompt: str
) -> None:
    page = BlogPageFactory(summary="Saved", subtitle="Saved", search_description="Saved")

    response = click(client, page_action(source), page_edit(page), **{source: typed})

    assert response.status_code == 202
    assert LLMRun.objects.get().prompt.replace("\r\n", "\n") == f"<input>{prompt}</input>"


def test_what_was_not_touched_is_read_from_the_latest_draft(client: Client, editor: User) -> None:
    page = BlogPageFactory(summary="Live")
    page.summary = "Draft"
    page.save_revision()

    click(client, page_action("summary"), page_edit(page))

    assert LLMRun.objects.get().prompt == "<input>Draft</input>"


def test_the_answer_describes_a_run_that_waits(
    client: Client,
    editor: User,
    kept_queue: type[KeptQueue],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    llm_action = LLMActionFactory(label="Summary")

    with django_capture_on_commit_callbacks(execute=True):
        state = click(client, llm_action, page_edit(BlogPageFactory())).json()

    run = LLMRun.objects.get()
    assert [run_id for run_id, _ in kept_queue.waiting] == [run.pk]
    assert run.user == editor
    assert state.pop("poll_after_ms") > 0
    assert state.pop("poll_token")
    assert state == {
        "id": str(run.pk),
        "action_id": llm_action.pk,
        "action_label": "Summary",
        "field_key": "summary",
        "write_mode": "replace",
        "status": "queued",
        "queue_position": 0,
        "is_starting": False,
        "retry_message": "",
        "failed_attempts": 0,
        "is_reasoning": False,
        "is_repairing": False,
        "text": "",
        "cursor": "0",
        "output": "",
        "finish_reason": None,
        "faults": [],
        "unsourced_facts": [],
        "notice": "",
        "accept_blocked_reason": "",
        "error": None,
        "model_label": "Scripted",
        "input_tokens": None,
        "output_tokens": None,
        "cost": "",
        "click_cost": "",
        "started_by": "",
        "seconds": None,
        "decision": "none",
        "candidates": [],
        "poll_url": f"/admin/llm/runs/{run.pk}/",
        "cancel_url": f"/admin/llm/runs/{run.pk}/cancel/",
        "decide_url": f"/admin/llm/runs/{run.pk}/decide/",
        "value_url": "",
    }


def test_a_click_asks_nothing_twice(
    client: Client, editor: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    llm_action, url = LLMActionFactory(), page_edit(BlogPageFactory())
    data = post_of(client, url) | {
        "llm-actions-action": llm_action.pk,
        "llm-actions-form-action": url,
        "llm-actions-request-id": uuid.uuid4(),
    }

    # 5 for the session, the user and the admin, 11 for Wagtail's form and its permissions, 5 for
    # two transactions, 9 of ours: the action and its template, the user's lock, the user's limits and the
    # site's, the budgets, the row, the position, and once in a while what past runs have cost.
    with django_assert_num_queries(31):
        response = client.post(reverse("wagtail_llm_actions:start_run"), data)

    assert response.status_code == 202


def test_a_click_on_a_draft_reads_its_page_once(client: Client, editor: User) -> None:
    page = BlogPageFactory(title="As it is live")
    page.title = "As in the draft"
    page.save_revision()
    llm_action, url = LLMActionFactory(), page_edit(page)
    data = post_of(client, url) | {
        "llm-actions-action": llm_action.pk,
        "llm-actions-form-action": url,
        "llm-actions-request-id": uuid.uuid4(),
    }
    assert data["title"] == "As in the draft"

    with CaptureQueriesContext(connection) as queries:
        response = client.post(reverse("wagtail_llm_actions:start_run"), data)

    read = [query for query in queries if "blog_blogpage" in query["sql"].split("WHERE")[0]]
    assert (response.status_code, len(read)) == (202, 1)


def test_the_answer_describes_all_candidates(client: Client, editor: User) -> None:
    llm_action, url = LLMActionFactory(candidate_count=3, write_mode="append"), BlogPageFactory()

    state = click(client, llm_action, page_edit(url)).json()

    states = [state, *state["candidates"]]
    assert {each["id"] for each in states} == {str(run.pk) for run in LLMRun.objects.all()}
    assert [len(each["candidates"]) for each in states] == [2, 0, 0]
    assert {each["write_mode"] for each in states} == {"append"}


def test_runs_that_wait_longer_are_counted(client: Client, editor: User) -> None:
    llm_action, url = LLMActionFactory(), page_edit(BlogPageFactory())

    assert [click(client, llm_action, url).json()["queue_position"] for _ in range(3)] == [0, 1, 2]


def test_a_run_that_waits_for_no_other_is_starting_where_the_web_process_executes_it(
    client: Client, editor: User, queue_here: type[QueueHere]
) -> None:
    llm_action, page = LLMActionFactory(), BlogPageFactory()

    def is_starting() -> list[bool]:
        states = [click(client, llm_action, page_edit(page)).json() for _ in range(2)]
        return [state["is_starting"] for state in states]

    assert is_starting() == [True, False]
    run = LLMRun.objects.earliest("queued_at")
    LLMRun.objects.filter(pk=run.pk).update(status=LLMRun.Status.RUNNING)
    assert starts_at_once(run)
    LLMRun.objects.all().delete()
    LLMRunFactory(action=llm_action, page=page, running=True)
    assert is_starting() == [False, False]


def test_the_form_of_a_new_page_is_read(client: Client, editor: User) -> None:
    parent = BlogIndexPageFactory()
    before = rows()

    response = click(
        client,
        page_action(text="{{ post_title }}: {{ input }}"),
        post_add(parent),
        title="New",
        intro=rich_text("Not there yet."),
        **{"llm-actions-form-key": "form-1"},
    )

    assert response.status_code == 202
    run = LLMRun.objects.get()
    assert run.prompt == "<post_title>New</post_title>: <input>Not there yet.</input>"
    assert (run.target_object_id, run.target_label, run.form_key) == (None, "New", "form-1")
    assert run.language_code == parent.locale.language_code
    assert rows() == before


def test_a_second_page_below_the_same_parent_is_read_too(client: Client, editor: User) -> None:
    parent = BlogPageFactory().get_parent()

    response = click(client, page_action("title"), post_add(parent), title="Second")

    assert response.status_code == 202


@pytest.mark.parametrize("is_new", [True, False])
def test_a_snippet_form_is_read(client: Client, editor: User, is_new: bool) -> None:
    llm_action = action_for(
        Author, "{{ post_title }}: {{ input }}", destination="tagline", source="bio"
    )
    url = snippet_add(Author) if is_new else snippet_edit(AuthorFactory())
    before = rows()

    response = click(client, llm_action, url, name="Ines", bio="Typed.")

    assert response.status_code == 202
    assert LLMRun.objects.get().prompt == "<post_title>Ines</post_title>: <input>Typed.</input>"
    assert rows() == before


@pytest.mark.parametrize(
    "name",
    [
        "Saint Malo",
        "Łódź",
        "サン・マロ",
        "50% off",
        "a/b?c#d",
        "a_2Fb",
        "under_score",
        "a+b",
        "…'\"&<>",
    ],
)
def test_a_snippet_is_found_by_any_key(client: Client, name: str) -> None:
    client.force_login(AdminFactory())
    llm_action = action_for(Harbour, destination="text", source="name")
    harbour = Harbour.objects.create(name=name)
    page = BeautifulSoup(client.get(snippet_edit(harbour)).text, "html.parser")
    url = str(page.select("form[data-edit-form]")[0]["action"])

    assert set(offers(client, url)["fields"]) == {"text"}
    assert click(client, llm_action, url).status_code == 202
    assert len(offers(client, url)["pending"]) == 1


def test_the_latest_draft_of_a_snippet_is_read(client: Client, editor: User) -> None:
    notice = NoticeFactory(text="Live")
    notice.text = "Draft"
    notice.save_revision()
    llm_action = action_for(Notice, destination="headline", source="text")

    click(client, llm_action, snippet_edit(notice))

    assert LLMRun.objects.get().prompt == "<input>Draft</input>"


@pytest.mark.parametrize(("query", "language"), [("?locale=fr", "fr"), ("", "en")])
def test_a_new_translated_snippet_has_the_language_of_its_form(
    client: Client, editor: User, settings: Any, query: str, language: str
) -> None:
    settings.WAGTAIL_I18N_ENABLED = True
    settings.WAGTAIL_CONTENT_LANGUAGES = settings.LANGUAGES = [("en", "English"), ("fr", "French")]
    Locale.objects.create(language_code="fr")
    llm_action = action_for(Notice, destination="text", source="headline")

    click(client, llm_action, snippet_add(Notice) + query, headline="Salut")

    assert LLMRun.objects.get().language_code == language


@pytest.mark.parametrize(
    ("source", "changes", "prompt"),
    [
        ("summary", {"summary": "x" * 301}, "x" * 301),
        ("summary", {"slug": "not a slug", "summary": "Fine."}, "Fine."),
        ("summary", {"date": "yesterday", "summary": "Fine."}, "Fine."),
        ("title", {"title": "y" * 256}, "y" * 256),
        ("intro", {"title": "", "intro": rich_text("No title yet.")}, "No title yet."),
        ("summary", {"summary": "Nul\0l."}, "Null."),
    ],
    ids=[
        "too long",
        "bad slug",
        "bad date",
        "too long a title",
        "blank title",
        "control character",
    ],
)
@pytest.mark.parametrize("is_new", [True, False])
def test_a_form_that_cannot_be_saved_can_be_read(
    *,
    client: Client,
    editor: User,
    source: str,
    changes: dict[str, str],
    prompt: str,
    is_new: bool,
) -> None:
    page = BlogPageFactory()
    url = post_add(page.get_parent()) if is_new else page_edit(page)
    before, title = rows(), page.title

    response = click(client, page_action(source), url, **changes)

    assert response.status_code == 202
    assert LLMRun.objects.get().prompt == f"<input>{prompt}</input>"
    assert rows() == before
    page.refresh_from_db()
    assert (page.title, page.summary) == (title, "")


def test_the_title_in_an_unfinished_form_is_empty_text(client: Client, editor: User) -> None:
    llm_action = page_action(text="[{{ post_title }}] {{ input }}")
    data = {
        "llm-actions-action": llm_action.pk,
        "llm-actions-form-action": post_add(BlogIndexPageFactory()),
        "llm-actions-request-id": uuid.uuid4(),
        "intro": rich_text("Only this."),
        "body-count": 0,
    }

    client.post(reverse("wagtail_llm_actions:start_run"), data)

    assert LLMRun.objects.get().prompt == "[] <input>Only this.</input>"


def test_what_the_sites_own_validation_writes_is_taken_back(client: Client, editor: User) -> None:
    other, notice = NoticeFactory(), NoticeFactory()
    llm_action = action_for(Notice, destination="headline", source="text")

    response = click(client, llm_action, snippet_edit(notice), text="Typed.")

    assert response.status_code == 202
    assert LLMRun.objects.get().prompt == "<input>Typed.</input>"
    other.refresh_from_db()
    assert other.validations == 0


def test_an_empty_source_is_told_at_once(client: Client, editor: User) -> None:
    state = click(client, page_action(), page_edit(BlogPageFactory(intro=""))).json()

    assert (state["status"], state["error"]["code"]) == ("failed", "invalid_input")
    assert state["error"]["message"].startswith("“Introduction” is empty.")


def test_the_same_click_is_one_run(client: Client, editor: User) -> None:
    llm_action, url = LLMActionFactory(), page_edit(BlogPageFactory())
    data = post_of(client, url) | {
        "llm-actions-action": llm_action.pk,
        "llm-actions-form-action": url,
        "llm-actions-request-id": uuid.uuid4(),
    }

    answers = [client.post(reverse("wagtail_llm_actions:start_run"), data).json() for _ in range(2)]

    assert answers[0]["id"] == answers[1]["id"]
    assert LLMRun.objects.count() == 1
