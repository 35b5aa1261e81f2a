"""Many runs of one action: on which objects, of what draft, with which priority."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone
from wagtail import hooks
from wagtail.models import Revision

from example_site.blog.models import Author, BlogPage
from tests.editor.actions import action_for
from tests.factories import (
    AuthorFactory,
    BlogIndexPageFactory,
    BlogPageFactory,
    EditorFactory,
    LLMActionFactory,
    LLMRunFactory,
    NoticeFactory,
)
from tests.notices.models import Harbour, Notice
from wagtail_llm_actions.bulk.edit_views import HOOK, Hidden, split_hidden
from wagtail_llm_actions.bulk.progress import cancel_queued_runs, progress, refused_by_queue
from wagtail_llm_actions.bulk.start import (
    CHUNK,
    LeftOut,
    below,
    build_chunks,
    new_key,
    objects_of,
    save_and_enqueue,
)
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.permissions.runs import can_follow
from wagtail_llm_actions.queues import Priority
from wagtail_llm_actions.runs.lifecycle.execute import execute
from wagtail_llm_actions.runs.lifecycle.recovery import (
    recover,
    recover_throttled,
    recovery_throttle,
)
from wagtail_llm_actions.runs.pending import pending_runs
from wagtail_llm_actions.runs.priority import priority_of, queue_positions

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings

    from tests.kept_queue import KeptQueue
    from wagtail_llm_actions.models import LLMAction
    from wagtail_llm_actions.providers.testing import ScriptedProvider

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_queue")]


def start(llm_action: LLMAction, **options: Any) -> tuple[list[LLMRun], dict[LeftOut, int]]:
    """Start the action wherever it is offered."""
    runs, left_out = [], dict.fromkeys(LeftOut, 0)
    options = {"key": new_key()} | options
    for chunk in build_chunks(llm_action, objects_of(llm_action), **options):
        save_and_enqueue(llm_action, chunk)
        runs += chunk.runs
        for reason, pks in chunk.left_out.items():
            left_out[reason] += len(pks)
    return runs, left_out


def test_each_object_gets_a_run_of_bulk_priority_after_the_commit(
    kept_queue: type[KeptQueue],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    llm_action, user = LLMActionFactory(), EditorFactory()
    pages = BlogPageFactory.create_batch(2)

    with django_capture_on_commit_callbacks(execute=True):
        runs, _ = start(llm_action, user=user)
        assert kept_queue.waiting == []

    assert kept_queue.waiting == [(run.pk, Priority.BULK) for run in runs]
    for run, page in zip(LLMRun.objects.order_by("target_label"), pages, strict=True):
        assert (run.target, run.target_label) == (page, page.title)
        assert (run.trigger, run.status, run.user) == ("bulk", "queued", user)
        assert "The tide came in **early** that day." in run.prompt


def test_a_run_reads_the_latest_draft_and_changes_nothing(provider: ScriptedProvider) -> None:
    page = BlogPageFactory()
    page.intro = "<p>A draft.</p>"
    page.save_revision()
    before = (BlogPage.objects.values().get(), list(Revision.objects.for_instance(page).values()))

    (run,), _ = start(LLMActionFactory())
    execute(run.pk)

    run.refresh_from_db()
    assert run.status == "succeeded"
    assert run.output == "Scripted answer to: Summarise: A draft."
    after = (BlogPage.objects.values().get(), list(Revision.objects.for_instance(page).values()))
    assert after == before


def test_a_snippet_with_and_without_drafts_is_read() -> None:
    notice = NoticeFactory(live=False)
    notice.text = "The ferry is late."
    notice.save_revision()
    AuthorFactory(bio="Writes.")

    (of_notice,), _ = start(action_for(Notice, source="text", destination="headline"))
    (of_author,), _ = start(action_for(Author, source="bio", destination="name"))

    assert of_notice.prompt == "<input>The ferry is late.</input>"
    assert of_author.prompt == "<input>Writes.</input>"


def test_only_objects_that_the_action_is_offered_on_are_chosen() -> None:
    top = BlogIndexPageFactory()
    inside, draft = BlogPageFactory(parent=top), BlogPageFactory(parent=top, live=False)
    outside = BlogPageFactory()
    inside.create_alias(parent=top, update_slug="alias")
    everywhere = LLMActionFactory()
    here = LLMActionFactory(offered_below=str(top.pk))
    nowhere = LLMActionFactory(offered_below="0")

    assert set(objects_of(everywhere)) == {inside, draft, outside}
    assert set(objects_of(here)) == {inside, draft}
    assert set(objects_of(nowhere)) == set()
    assert set(below(objects_of(everywhere), inside)) == {inside}


@pytest.mark.parametrize(
    ("values", "is_left_out"),
    [
        ({}, True),
        ({"running": True}, True),
        ({"succeeded": True}, True),
        ({"succeeded": True, "decision": "dismissed"}, False),
        ({"status": "failed"}, False),
        ({"status": "cancelled"}, False),
        ({"succeeded": True, "trigger": "editor"}, False),
    ],
)
def test_an_object_with_a_proposal_that_is_coming_or_waits_is_left_out(
    values: dict[str, Any], is_left_out: bool
) -> None:
    llm_action, page = LLMActionFactory(), BlogPageFactory()
    LLMRunFactory(action=llm_action, page=page, **{"trigger": "bulk"} | values)
    # Of another action.
    LLMRunFactory(page=page, trigger="bulk")

    runs, left_out = start(llm_action)

    assert (len(runs), left_out[LeftOut.WAITING]) == (1 - is_left_out, is_left_out)


def test_what_another_call_has_started_meanwhile_is_left_out() -> None:
    llm_action = LLMActionFactory()
    BlogPageFactory()
    (mine,) = build_chunks(llm_action, objects_of(llm_action), key=new_key())
    start(llm_action)

    save_and_enqueue(llm_action, mine)

    assert (mine.runs, len(mine.left_out[LeftOut.WAITING])) == ([], 1)
    assert LLMRun.objects.count() == 1


def test_full_fields_and_empty_sources_are_left_out_and_not_recorded() -> None:
    BlogPageFactory(summary="Mine.")
    BlogPageFactory(intro="")
    BlogPageFactory()

    runs, left_out = start(LLMActionFactory(), only_empty=True)
    assert (len(runs), left_out[LeftOut.NOT_EMPTY], left_out[LeftOut.EMPTY_SOURCE]) == (1, 1, 1)
    runs, left_out = start(LLMActionFactory(only_when_empty=True))
    assert (len(runs), left_out[LeftOut.NOT_EMPTY]) == (1, 1)
    runs, left_out = start(LLMActionFactory())
    assert (len(runs), left_out[LeftOut.NOT_EMPTY]) == (2, 0)
    assert LLMRun.objects.count() == 4


def test_a_limit_counts_the_runs_and_not_the_objects() -> None:
    BlogPageFactory(intro="")
    BlogPageFactory.create_batch(3)

    runs, _ = start(LLMActionFactory(), limit=2)

    assert len(runs) == 2


def test_what_cannot_be_sent_is_recorded_as_failed_and_not_queued(
    kept_queue: type[KeptQueue],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    BlogPageFactory()
    key = new_key()

    with django_capture_on_commit_callbacks(execute=True):
        start(LLMActionFactory(source="gone"), key=key)

    assert (progress(key).failed, kept_queue.waiting) == (1, [])


def test_a_template_reads_no_field_that_is_kept_from_some_editors() -> None:
    NoticeFactory(internal="Secret.", kind="job")
    llm_action = action_for(
        Notice, "{{ fields.headline }} {{ fields.internal }}", source="text", destination="headline"
    )

    (run,), _ = start(llm_action)

    assert (run.status, run.error_context["reason"]) == ("failed", "template")
    assert "Secret" not in run.prompt


def test_a_form_that_wants_more_than_the_rights_of_a_user_is_no_obstacle(
    caplog: pytest.LogCaptureFixture,
) -> None:
    llm_action = action_for(Harbour, destination="text", source="name")
    Harbour.objects.create(name="Brest")

    objects, hidden = split_hidden(llm_action, objects_of(llm_action))
    runs, _ = start(llm_action)

    assert (objects.count(), hidden) == (1, {})
    assert [run.prompt for run in runs] == ["<input>Brest</input>"]
    assert "AttributeError: 'AnonymousUser' object has no attribute 'get_full_name'" in caplog.text


def test_the_queries_do_not_grow_with_the_objects(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    llm_action = LLMActionFactory()
    asked: list[BlogPage] = []

    def can_show(page: BlogPage) -> bool:
        asked.append(page)
        return bool(page.title != "Imported")

    def split() -> None:
        objects, hidden = split_hidden(llm_action, objects_of(llm_action, with_aliases=True))
        assert len(hidden[Hidden.HOOK]) == 1
        assert Hidden.FORM not in hidden
        assert objects.count() == len(asked) - 1

    BlogPageFactory(title="Imported")
    BlogPageFactory()
    with hooks.register_temporarily(HOOK, can_show):
        split()
        BlogPageFactory.create_batch(9)
        asked.clear()
        # Aliases, locked pages, the hook's objects and those that it names; and the count above.
        with django_assert_num_queries(5):
            split()
    assert len(asked) == 11


def test_rows_are_written_by_chunks(django_assert_max_num_queries: Any) -> None:
    llm_action = action_for(Author, source="bio", destination="name")
    Author.objects.bulk_create(Author(name=f"{n}", bio="Writes.") for n in range(CHUNK + 1))
    chunks = list(build_chunks(llm_action, objects_of(llm_action), key=new_key()))
    assert [len(chunk.runs) for chunk in chunks] == [CHUNK, 1]

    # The transaction, the lock, those that are taken; and the rows by as few as the database takes:
    # Django 5.2 gives SQLite no more than 999 values at a time.
    with django_assert_max_num_queries(10):
        save_and_enqueue(llm_action, chunks[0])


def test_progress_counts_the_runs_of_one_call(provider: ScriptedProvider) -> None:
    BlogPageFactory.create_batch(3)
    key = new_key()
    runs, _ = start(LLMActionFactory(), key=key)
    start(LLMActionFactory())
    execute(runs[0].pk)

    figures = progress(key)
    assert (figures.runs, figures.queued, figures.succeeded) == (3, 2, 1)
    assert cancel_queued_runs(key) == 2
    figures = progress(key)
    assert (figures.runs, figures.queued, figures.cancelled) == (3, 0, 2)
    assert LLMRun.objects.filter(status="queued").count() == 3


def test_what_a_closed_queue_did_not_take_is_queued_when_it_answers(
    settings: Settings,
    kept_queue: type[KeptQueue],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    BlogPageFactory.create_batch(2)
    key = new_key()
    open_settings = settings.WAGTAIL_LLM_ACTIONS
    settings.WAGTAIL_LLM_ACTIONS = open_settings | {"QUEUE": "tests.kept_queue.ClosedQueue"}
    with django_capture_on_commit_callbacks(execute=True):
        runs, _ = start(LLMActionFactory(), key=key)
    recover()
    assert (progress(key).queued, refused_by_queue(key)) == (2, 2)

    settings.WAGTAIL_LLM_ACTIONS = open_settings
    recover()

    assert {run_id for run_id, _ in kept_queue.waiting} == {run.pk for run in runs}
    assert {priority for _, priority in kept_queue.waiting} == {Priority.BULK}


def test_a_click_waits_behind_clicks_only(django_assert_num_queries: Any) -> None:
    llm_action = LLMActionFactory()
    page = BlogPageFactory()
    here: dict[str, Any] = {"action": llm_action, "page": page}
    for trigger in ("bulk", "bulk", "editor", "test"):
        LLMRunFactory(**here, trigger=trigger)
    LLMRunFactory(**here, retry_at=timezone.now())
    LLMRunFactory(**here, running=True)
    click = LLMRunFactory(**here)
    bulk = LLMRunFactory(**here, trigger="bulk")

    with django_assert_num_queries(1):
        assert queue_positions([click]) == {click.pk: 2}
    assert queue_positions([bulk]) == {bulk.pk: 2}
    assert (priority_of(click), priority_of(bulk)) == (Priority.INTERACTIVE, Priority.BULK)


@pytest.mark.parametrize(
    ("values", "is_open"),
    [
        ({"status": "queued"}, False),
        ({"running": True}, False),
        ({"status": "failed"}, False),
        ({"succeeded": True}, True),
        ({"succeeded": True, "queued_at": timezone.now() - timedelta(days=90)}, True),
        ({"succeeded": True, "decision": "dismissed"}, False),
    ],
)
def test_the_text_of_a_bulk_run_waits_for_whoever_comes(
    values: dict[str, Any], is_open: bool
) -> None:
    page = BlogPageFactory()
    run = LLMRunFactory(page=page, user=None, trigger="bulk", **values)

    assert pending_runs(EditorFactory(), page, "") == ([run] if is_open else [])


def test_the_newest_of_ones_own_runs_and_bulk_runs_is_shown() -> None:
    page, editor = BlogPageFactory(), EditorFactory()
    LLMRunFactory(page=page, user=None, trigger="bulk", succeeded=True)
    own = LLMRunFactory(page=page, user=editor, succeeded=True)
    assert pending_runs(editor, page, "") == [own]

    bulk = LLMRunFactory(page=page, user=None, trigger="bulk", succeeded=True)
    assert pending_runs(editor, page, "") == [bulk]


def test_a_bulk_run_is_followed_by_those_who_may_edit_its_object() -> None:
    run = LLMRunFactory(user=None, trigger="bulk", succeeded=True)
    reader = EditorFactory()
    reader.groups.clear()
    reader.user_permissions.add(Permission.objects.get(codename="access_admin"))

    assert can_follow(EditorFactory(), run)
    assert not can_follow(reader, run)
    run.target.delete()
    assert not can_follow(EditorFactory(), LLMRun.objects.get())


def test_a_poll_looks_for_no_bulk_runs_that_wait_in_a_queue_server(
    kept_queue: type[KeptQueue], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery_throttle, "seconds", 0.0)
    long_ago = timezone.now() - timedelta(minutes=1)
    LLMRunFactory(trigger="bulk", queued_at=long_ago)
    clicked = LLMRunFactory(queued_at=long_ago)

    recover_throttled()
    assert [run_id for run_id, _ in kept_queue.waiting] == [clicked.pk]

    recover()
    assert len({run_id for run_id, _ in kept_queue.waiting}) == 2


def test_the_changes_of_blocks_wait_for_whoever_edits_the_page(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    page = BlogPageFactory(body=[{"type": "heading", "id": "h", "value": "Low tide"}])
    llm_action = LLMActionFactory(source="body", destination="body:*")

    with django_capture_on_commit_callbacks():
        ((run,), left_out) = start(llm_action)

    assert not any(left_out.values())
    assert run.target_object_id == str(page.pk)
    assert run.prompt.endswith("(plain text on one line)\nLow tide</input>")
