"""The runs of an object, as the side panel of its form lists them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.admin.html import context_of
from tests.editor.actions import action_for
from tests.editor.forms import offers, page_edit, post_add, snippet_edit, take_page_rights
from tests.factories import (
    BlogIndexPageFactory,
    BlogPageFactory,
    EditorFactory,
    LLMActionFactory,
    LLMAttemptFactory,
    LLMRunFactory,
    NoticeFactory,
)
from tests.notices.models import Notice
from wagtail_llm_actions.messages.notices import redaction_date
from wagtail_llm_actions.models import LLMRun, RedactionReason
from wagtail_llm_actions.runs.previous import MAX_PREVIOUS, MAX_PROMPT_CHARS
from wagtail_llm_actions.runs.redaction import redact

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db


def ask(client: Client, url: str, **values: str) -> Any:
    query = {"form_action": url, **values}
    return client.get(reverse("wagtail_llm_actions:side_panel"), query)


def panel(client: Client, url: str, **values: str) -> Any:
    return ask(client, url, **values).json()


def can_view_runs(user: User) -> None:
    user.user_permissions.add(Permission.objects.get(codename="view_llmrun"))


def test_finished_runs_are_grouped_by_field_the_newest_first(client: Client, editor: User) -> None:
    page = BlogPageFactory()
    now = timezone.now()
    values: dict[str, Any] = {"page": page, "user": editor}
    old = LLMRunFactory(**values, succeeded=True, queued_at=now - timedelta(days=2))
    failed = LLMRunFactory(**values, status=LLMRun.Status.FAILED, queued_at=now)
    cancelled = LLMRunFactory(
        **values,
        status=LLMRun.Status.CANCELLED,
        output="The",
        queued_at=now - timedelta(days=1),
    )
    LLMRunFactory(
        **values, succeeded=True, field_path="subtitle", queued_at=now - timedelta(days=9)
    )
    LLMRunFactory(**values, running=True)
    LLMRunFactory(**values, succeeded=True, trigger=LLMRun.Trigger.TEST)
    LLMRunFactory(user=editor, succeeded=True)

    summary, subtitle = panel(client, page_edit(page))["groups"]

    assert (summary["label"], subtitle["label"]) == ("Summary", "Subtitle")
    assert [run["id"] for run in summary["runs"]] == [
        str(run.pk) for run in (failed, cancelled, old)
    ]
    assert [run["status_label"] for run in summary["runs"]] == ["Failed", "Cancelled", "Succeeded"]
    assert summary["runs"][1]["output"] == "The"


def test_what_was_asked_and_what_went_wrong_is_told_of_ones_own_runs_only(
    client: Client, editor: User
) -> None:
    page = BlogPageFactory()
    values: dict[str, Any] = {
        "page": page,
        "status": LLMRun.Status.FAILED,
        "error_code": "timeout",
        "prompt": "p" * MAX_PROMPT_CHARS + "q",
        "instruction": "Shorter.",
    }
    LLMRunFactory(**values, user=EditorFactory(), queued_at=timezone.now() - timedelta(days=1))
    LLMRunFactory(**values, user=editor)

    ((own, colleague),) = [group["runs"] for group in panel(client, page_edit(page))["groups"]]

    assert "took too long" in own["error"]["message"]
    assert (own["instruction"], own["prompt_start"]) == ("Shorter.", "p" * MAX_PROMPT_CHARS)
    assert colleague["error"] is None
    assert (colleague["instruction"], colleague["prompt_start"]) == ("", "")


def test_a_run_leads_to_its_page_and_the_object_to_its_history_where_runs_may_be_viewed(
    client: Client, editor: User
) -> None:
    notice = NoticeFactory()
    run = LLMRunFactory(
        action=action_for(Notice, destination="text", source="headline"),
        target_object_id=str(notice.pk),
        user=editor,
        succeeded=True,
    )
    url = snippet_edit(notice)
    found = panel(client, url)
    assert (found["history_url"], found["groups"][0]["runs"][0]["details_url"]) == ("", "")

    can_view_runs(editor)
    found = panel(client, url)

    details_url = found["groups"][0]["runs"][0]["details_url"]
    assert context_of(client.get(details_url))["run"] == run
    LLMRunFactory(user=editor, succeeded=True)
    assert list(context_of(client.get(found["history_url"]))["object_list"]) == [run]


def test_a_page_that_may_not_be_edited_tells_nothing(client: Client, editor: User) -> None:
    page = BlogPageFactory()
    LLMRunFactory(page=page, user=editor, succeeded=True)
    take_page_rights(editor)

    assert ask(client, page_edit(page)).status_code == 403


def test_a_field_that_is_kept_from_the_user_is_not_listed(client: Client, editor: User) -> None:
    notice = NoticeFactory()
    LLMRunFactory(
        action=action_for(Notice, destination="internal", source="text", is_active=False),
        target_object_id=str(notice.pk),
        succeeded=True,
    )
    url = snippet_edit(notice)
    assert panel(client, url)["groups"] == []
    assert offers(client, url)["has_side_panel"] is False

    editor.user_permissions.add(Permission.objects.get(codename="publish_notice"))

    assert [group["path"] for group in panel(client, url)["groups"]] == ["internal"]
    assert offers(client, url)["has_side_panel"] is True


def test_a_create_form_has_its_own_runs_and_no_history(client: Client, editor: User) -> None:
    can_view_runs(editor)
    url = post_add(BlogIndexPageFactory())
    values: dict[str, Any] = {"succeeded": True, "target_object_id": None, "form_key": "form-1"}
    own = LLMRunFactory(user=editor, **values)
    LLMRunFactory(user=EditorFactory(), **values)

    found = panel(client, url, form_key="form-1")

    assert [run["id"] for run in found["groups"][0]["runs"]] == [str(own.pk)]
    assert found["history_url"] == ""


def test_the_form_has_a_panel_where_there_are_actions_or_runs(client: Client, editor: User) -> None:
    page = BlogPageFactory()
    url = page_edit(page)
    assert offers(client, url)["has_side_panel"] is False

    llm_action = LLMActionFactory()
    assert offers(client, url)["has_side_panel"] is True

    llm_action.is_active = False
    llm_action.save()
    LLMRunFactory(action=llm_action, page=page, status=LLMRun.Status.FAILED)
    assert offers(client, url)["has_side_panel"] is True


@pytest.mark.parametrize("number", [1, MAX_PREVIOUS + 5])
def test_the_number_of_queries_does_not_grow_and_the_list_ends(
    client: Client, editor: User, django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    page = BlogPageFactory()
    for user in (editor, EditorFactory()) * number:
        run = LLMRunFactory(page=page, user=user, status="failed", error_code="timeout")
        LLMAttemptFactory(run=run)
    url = page_edit(page)
    panel(client, url)

    with django_assert_num_queries(14):
        found = panel(client, url)

    assert found["has_more"] is (2 * number > MAX_PREVIOUS)
    assert len(found["groups"][0]["runs"]) == min(2 * number, MAX_PREVIOUS)


def test_the_number_of_queries_does_not_grow_with_the_bulk_runs_of_others(
    client: Client, editor: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    page = BlogPageFactory()
    url = page_edit(page)
    bulk = {"page": page, "trigger": "bulk", "succeeded": True}
    LLMRunFactory(user=EditorFactory(), **bulk)
    panel(client, url)
    with CaptureQueriesContext(connection) as one:
        panel(client, url)
    LLMRunFactory.create_batch(5, user=EditorFactory(), **bulk)

    with django_assert_num_queries(len(one)):
        found = panel(client, url)

    assert sum(len(group["runs"]) for group in found["groups"]) == 6


def test_a_redacted_text_has_a_date_in_its_place(client: Client, editor: User) -> None:
    page = BlogPageFactory()
    run = LLMRunFactory(page=page, user=editor, succeeded=True, decision="accepted")
    redact([run.pk], RedactionReason.AGE)
    run.refresh_from_db()
    url = page_edit(page)

    (shown,) = panel(client, url)["groups"][0]["runs"]
    (earlier,) = client.get(
        reverse("wagtail_llm_actions:previous_texts"), {"form_action": url}
    ).json()["fields"]["summary"]

    sentence = f"The texts of this run were redacted on {redaction_date(run)}: "
    for state in (shown, earlier):
        assert state["output"] == ""
        assert state["notice"].startswith(sentence)
    assert (shown["prompt_start"], shown["instruction"]) == ("", "")


def test_only_texts_that_are_left_are_counted_as_previous(client: Client, editor: User) -> None:
    page = BlogPageFactory()
    action_for(type(page))
    run = LLMRunFactory(page=page, user=editor, succeeded=True, decision="accepted")
    redact([run.pk], RedactionReason.AGE)

    assert "summary" not in offers(client, page_edit(page))["previous_counts"]
