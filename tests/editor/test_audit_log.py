"""Wagtail's own history says which texts came from a model."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from wagtail import hooks
from wagtail.log_actions import registry
from wagtail.models import GroupPagePermission

from example_site.blog.models import Author, BlogPage
from tests.editor.actions import action_for
from tests.editor.forms import page_edit, post_add, post_of, snippet_add, snippet_edit
from tests.editor.requests import decide
from tests.factories import (
    AuthorFactory,
    BlogIndexPageFactory,
    BlogPageFactory,
    EditorFactory,
    LLMRunFactory,
    NoticeFactory,
)
from tests.notices.models import Notice
from tests.voyages.models import Picture, Voyage
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.reporting.metrics import aggregate
from wagtail_llm_actions.runs.audit_log import ACCEPTED, TAKEN_BACK, log_saved_texts

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.db.models import Model
    from django.test import Client

    from wagtail_llm_actions.reporting.metrics import Metrics

pytestmark = pytest.mark.django_db

KEY: dict[str, Any] = {"llm-actions-form-key": "form-1"}
PUBLISH: dict[str, Any] = {"action-publish": "1"}
AUTOSAVE = {"Accept": "application/json"}


def save(client: Client, url: str, *, autosave: bool = False, **changes: Any) -> None:
    data = post_of(client, url) | changes
    response = client.post(url, data, headers=AUTOSAVE if autosave else None)
    assert response.status_code == (200 if autosave else 302)


def messages(instance: Model) -> list[str]:
    """Return what the history says of accepted texts, the oldest first."""
    entries = registry.get_logs_for_instance(instance).filter(action__in=[ACCEPTED, TAKEN_BACK])
    return [str(entry.message) for entry in entries.order_by("timestamp", "pk")]


def metrics_of(run: LLMRun) -> Metrics:
    """Return what the figures say of one run."""
    return aggregate(LLMRun.objects.filter(pk=run.pk))


TEXT = "The tide came early."


def accepted_run(client: Client, page: BlogPage, user: User, **values: Any) -> LLMRun:
    run: LLMRun = LLMRunFactory(page=page, user=user, succeeded=True, **values)
    assert decide(client, run, decision="accept", text=run.output).status_code == 200
    return run


@pytest.mark.parametrize("autosave", [False, True])
def test_a_saved_page_says_once_where_a_text_was_accepted(
    client: Client, editor: User, autosave: bool
) -> None:
    page = BlogPageFactory()
    run = accepted_run(client, page, editor)
    assert messages(page) == []

    save(client, page_edit(page), autosave=autosave, summary=TEXT)
    save(client, page_edit(page), autosave=autosave, summary="The tide was early.")
    save(client, page_edit(page), summary="The tide was late.")

    assert messages(page) == ["LLM text accepted in Summary"]
    (entry,) = registry.get_logs_for_instance(page).filter(action=ACCEPTED)
    assert (entry.user, entry.data["runs"]) == (editor, [str(run.pk)])


def test_a_hook_of_the_site_that_answers_first_hides_no_text(client: Client, editor: User) -> None:
    page = BlogPageFactory()
    accepted_run(client, page, editor)

    with hooks.register_temporarily(
        "after_edit_page", lambda request, page: HttpResponseRedirect("/"), order=-1
    ):
        save(client, page_edit(page), summary=TEXT)

    assert messages(page) == ["LLM text accepted in Summary"]


def test_the_history_of_the_page_shows_it(client: Client, editor: User) -> None:
    page = BlogPageFactory()
    accepted_run(client, page, editor)
    save(client, page_edit(page), summary=TEXT)

    response = client.get(reverse("wagtailadmin_pages:history", args=[page.pk]))

    assert "LLM text accepted in Summary" in response.content.decode()


def test_a_text_that_was_edited_counts_as_accepted(client: Client, editor: User) -> None:
    page = BlogPageFactory()
    run = LLMRunFactory(page=page, user=editor, succeeded=True)
    decide(client, run, decision="accept", text="The sea came late.")

    save(client, page_edit(page), summary="The sea came late.")

    assert messages(page) == ["LLM text accepted in Summary"]


def test_two_fields_are_named_in_one_entry(client: Client, editor: User) -> None:
    page = BlogPageFactory()
    accepted_run(client, page, editor)
    accepted_run(client, page, editor)
    accepted_run(client, page, editor, field_path="subtitle")

    save(client, page_edit(page), summary=TEXT, subtitle=TEXT)

    assert messages(page) == ["LLM text accepted in Summary and Subtitle"]


def test_the_next_text_is_an_entry_of_its_own(client: Client, editor: User) -> None:
    page = BlogPageFactory()
    accepted_run(client, page, editor)
    save(client, page_edit(page), summary=TEXT)
    accepted_run(client, page, editor, field_path="subtitle")
    save(client, page_edit(page), subtitle=TEXT)

    assert messages(page) == ["LLM text accepted in Summary", "LLM text accepted in Subtitle"]


REWRITTEN = ["", "Nobody had told the boats.", "The day.", "The boats came late."]


@pytest.mark.parametrize("saved", REWRITTEN)
def test_nobody_is_credited_with_a_text_that_they_did_not_save(
    client: Client, editor: User, saved: str
) -> None:
    page = BlogPageFactory()
    run = accepted_run(client, page, editor)
    assert metrics_of(run).accepted == 1

    save(client, page_edit(page), summary=saved)

    assert messages(page) == []
    assert metrics_of(run).accepted == 0
    assert metrics_of(run).proposed == 1
    run.refresh_from_db()
    assert run.get_decision_display() == "Accepted, not saved"


def test_of_two_texts_for_a_field_only_the_saved_one_counts(client: Client, editor: User) -> None:
    page = BlogPageFactory()
    first = accepted_run(client, page, editor, output="Nobody had told the boats.")
    second = accepted_run(client, page, editor)

    save(client, page_edit(page), summary=TEXT)

    assert (metrics_of(first).accepted, metrics_of(second).accepted) == (0, 1)


@pytest.mark.parametrize(
    ("accepted", "decision"), [(TEXT, "accepted"), ("The tide came late.", "edited")]
)
def test_an_autosave_that_was_under_way_does_not_count_against_a_text(
    client: Client, editor: User, accepted: str, decision: str
) -> None:
    page = BlogPageFactory()
    run = LLMRunFactory(page=page, user=editor, succeeded=True)
    decide(client, run, decision="accept", text=accepted)
    save(client, page_edit(page), autosave=True, subtitle="As it was before the click")

    save(client, page_edit(page), autosave=True, summary=accepted)

    assert messages(page) == ["LLM text accepted in Summary"]
    run.refresh_from_db()
    assert run.decision == decision


def test_a_save_before_the_decision_does_not_count_against_it(client: Client, editor: User) -> None:
    page = BlogPageFactory()
    run = LLMRunFactory(page=page, user=editor, succeeded=True, finished_at=timezone.now())
    save(client, page_edit(page), autosave=True, subtitle="As it was before the click")

    decide(client, run, decision="accept", text=TEXT)

    assert metrics_of(run).accepted == 1


def test_a_text_of_a_form_that_was_left_unsaved_counts_until_the_next_save(
    client: Client, editor: User
) -> None:
    page = BlogPageFactory()
    run = accepted_run(client, page, editor)
    LLMRun.objects.filter(pk=run.pk).update(decided_at=timezone.now() - timedelta(days=2))

    save(client, page_edit(page), summary="Nobody had told the boats.")

    assert metrics_of(run).accepted == 0


def test_a_text_that_was_saved_and_rewritten_later_was_accepted(
    client: Client, editor: User
) -> None:
    page = BlogPageFactory()
    run = accepted_run(client, page, editor)
    save(client, page_edit(page), summary=TEXT)

    save(client, page_edit(page), summary="Nobody had told the boats.")

    assert metrics_of(run).accepted == 1


def test_a_text_without_spaces_between_its_words_may_be_worked_on(
    client: Client, editor: User
) -> None:
    page = BlogPageFactory()
    run = accepted_run(client, page, editor, output="潮はその日早く来たので、船は港を出なかった。")

    save(client, page_edit(page), summary="潮はその日とても早く来たので、船は港を出なかった。")

    assert messages(page) == ["LLM text accepted in Summary"]
    assert metrics_of(run).accepted == 1


def test_whoever_saves_something_else_is_not_credited_with_a_bulk_text(
    client: Client, editor: User
) -> None:
    page = BlogPageFactory()
    accepted_run(client, page, editor, trigger=LLMRun.Trigger.BULK)
    other = EditorFactory()
    client.force_login(other)

    save(client, page_edit(page), title="Ebb")
    assert messages(page) == []
    save(client, page_edit(page), summary=TEXT)

    (entry,) = registry.get_logs_for_instance(page).filter(action=ACCEPTED)
    assert entry.user == other


@pytest.mark.parametrize(
    ("accepted", "saved"),
    [
        (TEXT, "The tide came very early."),
        (TEXT, f"Before it.\r\n{TEXT}"),
        ("A few of the words came.", "A few of the words came."),
    ],
    ids=["edited in the field", "beside what was there", "hardly the output any more"],
)
def test_a_text_may_be_worked_on_before_it_is_saved(
    client: Client, editor: User, accepted: str, saved: str
) -> None:
    page = BlogPageFactory()
    run = LLMRunFactory(page=page, user=editor, succeeded=True, output=TEXT)
    decide(client, run, decision="accept", text=accepted)

    save(client, page_edit(page), summary=saved)

    assert messages(page) == ["LLM text accepted in Summary"]


ACCEPTED_THEN_TAKEN_BACK = ["LLM text accepted in Summary", "LLM text taken back in Summary"]


def test_a_text_that_was_saved_and_then_undone_is_mentioned_twice(
    client: Client, editor: User
) -> None:
    page = BlogPageFactory()
    run = accepted_run(client, page, editor)
    save(client, page_edit(page), autosave=True, summary=TEXT)
    decide(client, run, decision="undo")
    assert messages(page) == ["LLM text accepted in Summary"]

    save(client, page_edit(page), autosave=True, summary="")
    save(client, page_edit(page), summary="")
    assert messages(page) == ACCEPTED_THEN_TAKEN_BACK

    decide(client, run, decision="accept", text=TEXT)
    save(client, page_edit(page), summary=TEXT)
    assert messages(page) == [*ACCEPTED_THEN_TAKEN_BACK, "LLM text accepted in Summary"]


def test_autosave_may_be_faster_than_the_record_of_a_click(client: Client, editor: User) -> None:
    page = BlogPageFactory()
    run = LLMRunFactory(page=page, user=editor, succeeded=True, finished_at=timezone.now())

    save(client, page_edit(page), autosave=True, summary=TEXT)
    decide(client, run, decision="accept", text=TEXT)
    assert messages(page) == ["LLM text accepted in Summary"]

    save(client, page_edit(page), autosave=True, summary="")
    decide(client, run, decision="undo")
    assert messages(page) == ACCEPTED_THEN_TAKEN_BACK


def test_an_undo_before_the_first_save_leaves_nothing(client: Client, editor: User) -> None:
    page = BlogPageFactory()
    run = accepted_run(client, page, editor)
    decide(client, run, decision="undo")

    save(client, page_edit(page), autosave=True, summary="")

    assert messages(page) == []


@pytest.mark.parametrize("decision", ["dismiss", "undo"])
def test_what_was_not_kept_is_not_mentioned(client: Client, editor: User, decision: str) -> None:
    page = BlogPageFactory()
    run = accepted_run(client, page, editor)
    if decision == "dismiss":
        decide(client, run, decision="undo")
    decide(client, run, decision=decision)

    save(client, page_edit(page), summary=TEXT)

    assert messages(page) == []


def test_a_proposal_without_a_decision_is_not_mentioned(client: Client, editor: User) -> None:
    page = BlogPageFactory()
    LLMRunFactory(page=page, user=editor, succeeded=True)

    save(client, page_edit(page), summary=TEXT)

    assert messages(page) == []


def test_other_pages_users_and_tests_are_not_mentioned(client: Client, editor: User) -> None:
    page = BlogPageFactory()
    values = {
        "succeeded": True,
        "decision": LLMRun.Decision.ACCEPTED,
        "decided_at": timezone.now(),
        "decision_similarity": 1.0,
    }
    LLMRunFactory(user=editor, **values)
    LLMRunFactory(page=page, user=EditorFactory(), **values)
    LLMRunFactory(page=page, user=editor, trigger=LLMRun.Trigger.TEST, **values)

    save(client, page_edit(page), summary=TEXT)

    assert messages(page) == []


def test_a_text_of_a_form_that_was_left_unsaved_is_forgotten(client: Client, editor: User) -> None:
    page = BlogPageFactory()
    run = accepted_run(client, page, editor)
    LLMRun.objects.filter(pk=run.pk).update(decided_at=timezone.now() - timedelta(days=2))

    save(client, page_edit(page), summary=TEXT)

    assert messages(page) == []


def test_a_published_page_says_it_once(client: Client, editor: User) -> None:
    permission = Permission.objects.get(
        content_type__app_label="wagtailcore", codename="publish_page"
    )
    page = BlogPageFactory()
    GroupPagePermission.objects.create(
        group=editor.groups.get(), page=page.get_root(), permission=permission
    )
    accepted_run(client, page, editor)

    save(client, page_edit(page), summary=TEXT, **PUBLISH)

    assert messages(page) == ["LLM text accepted in Summary"]


@pytest.mark.parametrize("autosave", [False, True])
def test_a_new_page_says_what_was_accepted_on_its_form(
    client: Client, editor: User, autosave: bool
) -> None:
    run = LLMRunFactory(user=editor, succeeded=True, target_object_id=None, form_key="form-1")
    decide(client, run, decision="accept", text=run.output)

    url = post_add(BlogIndexPageFactory())
    save(client, url, autosave=autosave, title="Tides", slug="tides", summary=TEXT, **KEY)

    assert messages(BlogPage.objects.get(slug="tides")) == ["LLM text accepted in Summary"]


def snippet_run(client: Client, user: User, **values: Any) -> LLMRun:
    run: LLMRun = LLMRunFactory(user=user, succeeded=True, **values)
    decide(client, run, decision="accept", text=run.output)
    return run


@pytest.mark.parametrize("autosave", [False, True])
def test_a_snippet_with_drafts_says_it_once(client: Client, editor: User, autosave: bool) -> None:
    notice = NoticeFactory()
    llm_action = action_for(Notice, destination="text", source="headline")
    snippet_run(client, editor, action=llm_action, target_object_id=str(notice.pk))

    save(client, snippet_edit(notice), autosave=autosave, text=TEXT)
    save(client, snippet_edit(notice), autosave=autosave, text=TEXT)

    assert messages(notice) == ["LLM text accepted in Text"]


def test_a_published_snippet_says_it_once(client: Client, editor: User) -> None:
    editor.user_permissions.add(Permission.objects.get(codename="publish_notice"))
    notice = NoticeFactory()
    llm_action = action_for(Notice, destination="text", source="headline")
    snippet_run(client, editor, action=llm_action, target_object_id=str(notice.pk))

    save(client, snippet_edit(notice), text=TEXT, **PUBLISH)

    assert messages(notice) == ["LLM text accepted in Text"]


def test_a_plain_snippet_says_it_once(client: Client, editor: User) -> None:
    author = AuthorFactory()
    llm_action = action_for(Author, destination="tagline", source="bio")
    snippet_run(client, editor, action=llm_action, target_object_id=str(author.pk))

    save(client, snippet_edit(author), tagline=TEXT)
    save(client, snippet_edit(author), tagline=TEXT)

    assert messages(author) == ["LLM text accepted in Tagline"]


def test_a_new_snippet_says_it(client: Client, editor: User) -> None:
    llm_action = action_for(Author, destination="tagline", source="bio")
    snippet_run(client, editor, action=llm_action, target_object_id=None, form_key="form-1")

    save(client, snippet_add(Author), name="Ines", tagline=TEXT, **KEY)

    assert messages(Author.objects.get()) == ["LLM text accepted in Tagline"]


@pytest.mark.parametrize(("caption", "decision"), [(TEXT, "accepted"), ("Fog.", "unsaved")])
def test_a_text_of_a_new_row_is_looked_for_in_the_rows_that_were_saved(
    editor: User, caption: str, decision: str
) -> None:
    voyage = Voyage(name="North")
    voyage.gallery = [Picture(caption="The quay.", sort_order=0), Picture(caption=caption)]
    voyage.save()
    run = LLMRunFactory(
        action=action_for(Voyage, "{{ input }}", source="name", destination="gallery.caption"),
        target_object_id=str(voyage.pk),
        item_id="gallery-1.k3x",
        user=editor,
        succeeded=True,
        decision="accepted",
        decision_similarity=1.0,
        decided_at=timezone.now() - timedelta(seconds=1),
    )

    log_saved_texts(editor, voyage)

    run.refresh_from_db()
    assert run.decision == decision
    assert len(messages(voyage)) == (decision == "accepted")


def test_an_entry_survives_its_field_and_model(editor: User) -> None:
    page = BlogPageFactory()
    entry = registry.log(page, ACCEPTED, user=editor, data={"fields": ["gone"]})
    assert str(entry.message) == "LLM text accepted in gone"

    model_gone = ContentType.objects.create(app_label="gone", model="gone")
    entry = type(entry)(action=ACCEPTED, content_type=model_gone, data={"fields": ["gone"]})
    assert str(entry.message) == "LLM text accepted in gone"

    assert str(type(entry)(action=ACCEPTED, data={}).message) == "LLM text accepted"
