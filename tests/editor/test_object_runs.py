"""The texts that were written for an object before."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from tests.editor.actions import action_for
from tests.editor.forms import (
    offers,
    page_edit,
    post_add,
    snippet_edit,
    take_page_rights,
)
from tests.editor.requests import decide
from tests.factories import (
    AdminFactory,
    BlogIndexPageFactory,
    BlogPageFactory,
    EditorFactory,
    LLMActionFactory,
    LLMRunFactory,
    NoticeFactory,
)
from tests.notices.models import Notice
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.runs.previous import MAX_PREVIOUS

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db


def ask(client: Client, url: str, **values: str) -> Any:
    query = {"form_action": url, **values}
    return client.get(reverse("wagtail_llm_actions:previous_texts"), query)


def listed(client: Client, url: str, **values: str) -> Any:
    return ask(client, url, **values).json()["fields"]


def test_the_texts_of_a_page_are_listed_by_field_the_newest_first(
    client: Client, editor: User
) -> None:
    page = BlogPageFactory()
    now = timezone.now()
    values: dict[str, Any] = {"page": page, "user": editor, "succeeded": True}
    old = LLMRunFactory(**values, queued_at=now - timedelta(days=90), decision="accepted")
    new = LLMRunFactory(**values, queued_at=now)
    subtitle = LLMRunFactory(**values, field_path="subtitle")

    found = listed(client, page_edit(page))

    assert [run["id"] for run in found["summary"]] == [str(new.pk), str(old.pk)]
    assert [run["id"] for run in found["subtitle"]] == [str(subtitle.pk)]
    shown = found["summary"][1]
    assert shown["output"] == "The tide came early."
    assert shown["action_label"] == old.action_label
    assert (shown["user"], shown["model_label"]) == (editor.username, "Scripted")
    assert (shown["decision"], shown["decision_label"]) == ("accepted", "Accepted")
    assert shown["time"]
    assert "prompt" not in shown


def test_a_text_of_somebody_else_is_listed_without_its_cost_and_addresses(
    client: Client, editor: User
) -> None:
    page = BlogPageFactory()
    values: dict[str, Any] = {"succeeded": True, "cost_usd": "0.01", "input_tokens": 5}
    LLMRunFactory(page=page, user=EditorFactory(username="ines"), **values)
    LLMRunFactory(page=page, user=None, **values)

    deleted, colleague = listed(client, page_edit(page))["summary"]

    assert (deleted["user"], colleague["user"]) == ("Deleted user", "ines")
    for run in (deleted, colleague):
        assert run["output"] == "The tide came early."
        assert (run["cost"], run["input_tokens"], run["decide_url"]) == ("", None, "")


def test_only_finished_texts_of_this_page_are_listed(client: Client, editor: User) -> None:
    page = BlogPageFactory()
    LLMRunFactory(page=page, user=editor)
    LLMRunFactory(page=page, user=editor, running=True)
    LLMRunFactory(page=page, user=editor, status=LLMRun.Status.FAILED, output="The")
    LLMRunFactory(page=page, user=editor, succeeded=True, output="")
    LLMRunFactory(page=page, user=editor, succeeded=True, trigger=LLMRun.Trigger.TEST)
    LLMRunFactory(user=editor, succeeded=True)

    assert listed(client, page_edit(page)) == {}
    assert offers(client, page_edit(page))["previous_counts"] == {}


def test_a_page_that_may_not_be_edited_tells_nothing(client: Client, editor: User) -> None:
    locked = BlogPageFactory(locked=True, locked_by=AdminFactory(), locked_at=timezone.now())
    LLMRunFactory(page=locked, user=editor, succeeded=True)
    assert ask(client, page_edit(locked)).status_code == 403

    page = BlogPageFactory()
    LLMRunFactory(page=page, user=editor, succeeded=True)
    take_page_rights(editor)
    assert ask(client, page_edit(page)).status_code == 403


def test_a_field_that_is_kept_from_the_user_is_not_listed(client: Client, editor: User) -> None:
    notice = NoticeFactory()
    LLMRunFactory(
        action=action_for(Notice, destination="internal", source="text"),
        target_object_id=str(notice.pk),
        succeeded=True,
    )
    url = snippet_edit(notice)
    assert listed(client, url) == {}
    assert offers(client, url)["previous_counts"] == {}

    editor.user_permissions.add(Permission.objects.get(codename="publish_notice"))

    assert list(listed(client, url)) == ["internal"]
    assert offers(client, url)["previous_counts"] == {"internal": 1}


def test_a_create_form_has_its_own_texts(client: Client, editor: User) -> None:
    url = post_add(BlogIndexPageFactory())
    values: dict[str, Any] = {"succeeded": True, "target_object_id": None, "form_key": "form-1"}
    own = LLMRunFactory(user=editor, **values)
    LLMRunFactory(user=EditorFactory(), **values)

    (run,) = listed(client, url, form_key="form-1")["summary"]

    assert run["id"] == str(own.pk)
    assert listed(client, url) == {}


def test_the_form_is_told_how_many_texts_are_not_in_its_card(client: Client, editor: User) -> None:
    page = BlogPageFactory()
    llm_action = LLMActionFactory()
    for _ in range(3):
        LLMRunFactory(action=llm_action, page=page, user=editor, succeeded=True)
    LLMRunFactory(action=llm_action, page=page, succeeded=True)

    found = offers(client, page_edit(page))

    assert (len(found["pending"]), found["previous_counts"]) == (1, {"summary": 3})


def test_a_text_that_was_accepted_once_is_not_dismissed_later(client: Client, editor: User) -> None:
    run = LLMRunFactory(user=editor, succeeded=True)
    decide(client, run, decision="accept", text=run.output)

    assert decide(client, run, decision="dismiss").json()["decision"] == "accepted"


def test_a_dismissed_text_can_be_accepted_later(client: Client, editor: User) -> None:
    run = LLMRunFactory(user=editor, succeeded=True)
    decide(client, run, decision="dismiss")

    answer = decide(client, run, decision="accept", text=run.output)

    assert answer.json()["decision"] == "accepted"


@pytest.mark.parametrize("texts", [1, MAX_PREVIOUS + 5])
def test_the_number_of_queries_does_not_grow_and_the_list_ends(
    client: Client, editor: User, django_assert_num_queries: DjangoAssertNumQueries, texts: int
) -> None:
    page = BlogPageFactory()
    run = LLMRunFactory(page=page, user=editor, succeeded=True)
    values = {field.name: getattr(run, field.name) for field in LLMRun._meta.concrete_fields}
    for name in ("id", "client_request_id"):
        del values[name]
    LLMRun.objects.bulk_create(LLMRun(**values) for _ in range(texts - 1))
    url = page_edit(page)
    listed(client, url)

    with django_assert_num_queries(12):
        assert len(listed(client, url)["summary"]) == min(texts, MAX_PREVIOUS)


def test_what_is_no_form_is_not_found(client: Client, editor: User) -> None:
    assert ask(client, "/admin/images/1/").status_code == 404
