"""A text of a bulk run, on the form of somebody who did not start it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from wagtail.log_actions import registry

from tests.editor.actions import action_for
from tests.editor.forms import offers, page_edit, post_of, snippet_edit, take_page_rights
from tests.editor.requests import decide, poll
from tests.factories import (
    BlogPageFactory,
    LLMActionFactory,
    LLMRunFactory,
    NoticeFactory,
    UserFactory,
)
from tests.notices.models import Notice
from wagtail_llm_actions.runs.audit_log import ACCEPTED

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

    from wagtail_llm_actions.models import LLMRun

pytestmark = pytest.mark.django_db


def proposal(**values: Any) -> LLMRun:
    run: LLMRun = LLMRunFactory(**{"trigger": "bulk", "user": None, "succeeded": True} | values)
    return run


def test_it_waits_on_the_form_and_can_be_accepted(client: Client, editor: User) -> None:
    page = BlogPageFactory()
    run = proposal(page=page)

    (shown,) = offers(client, page_edit(page))["pending"]
    assert (shown["id"], shown["output"]) == (str(run.pk), "The tide came early.")
    assert decide(client, run, decision="accept", text=run.output).status_code == 200

    run.refresh_from_db()
    assert (run.decision, run.user) == ("accepted", None)
    assert offers(client, page_edit(page))["pending"] == []


@pytest.mark.parametrize(
    ("user", "sentence"),
    [
        (None, "This text comes from a bulk run."),
        ("ines", "This text comes from a bulk run that ines started."),
    ],
)
def test_the_card_says_who_started_it(
    client: Client, editor: User, user: str | None, sentence: str
) -> None:
    page = BlogPageFactory()
    proposal(page=page, user=user and UserFactory(username=user))
    LLMRunFactory(
        page=page, user=editor, succeeded=True, action__destination="title", field_path="title"
    )

    shown = offers(client, page_edit(page))["pending"]

    started = {run["field_key"]: run["started_by"] for run in shown}
    assert started == {"summary": sentence, "title": ""}


@pytest.mark.parametrize("user", [None, "ines"])
def test_the_history_of_the_page_names_the_one_who_accepted_it(
    client: Client, editor: User, user: str | None
) -> None:
    page = BlogPageFactory()
    run = proposal(page=page, user=user and UserFactory(username=user))
    decide(client, run, decision="accept", text="The tide was early.")

    values = post_of(client, page_edit(page)) | {"summary": "The tide was early."}
    client.post(page_edit(page), values)

    (entry,) = registry.get_logs_for_instance(page).filter(action=ACCEPTED)
    assert (entry.user, entry.data["runs"]) == (editor, [str(run.pk)])


@pytest.mark.parametrize(("decision", "stored"), [("dismiss", "dismissed"), ("undo", "none")])
def test_it_can_be_dismissed_and_taken_back(
    client: Client, editor: User, decision: str, stored: str
) -> None:
    run = proposal()
    decide(client, run, decision="accept", text=run.output)
    if decision == "dismiss":
        run = proposal()

    assert decide(client, run, decision=decision).json()["decision"] == stored


def test_it_stands_among_earlier_texts_with_everything_that_is_needed(
    client: Client, editor: User
) -> None:
    page = BlogPageFactory()
    proposal(page=page, decision="dismissed", cost_usd="0.02")

    query = {"form_action": page_edit(page)}
    response = client.get(reverse("wagtail_llm_actions:previous_texts"), query)

    (run,) = response.json()["fields"]["summary"]
    assert (run["user"], run["cost"]) == ("Bulk run", "")
    assert run["decide_url"]

    editor.user_permissions.add(Permission.objects.get(codename="view_costs"))

    (run,) = client.get(response.wsgi_request.get_full_path()).json()["fields"]["summary"]
    assert run["cost"] == "$0.020"


def test_it_is_not_for_those_who_may_not_edit_the_page(client: Client, editor: User) -> None:
    page = BlogPageFactory()
    run = proposal(page=page)
    take_page_rights(editor)

    assert offers(client, page_edit(page))["pending"] == []
    assert poll(client, run).status_code == 403
    assert decide(client, run, decision="accept", text="x").status_code == 403
    run.refresh_from_db()
    assert run.decision == "none"


def test_it_is_not_for_those_from_whom_its_source_is_kept(client: Client, editor: User) -> None:
    notice = NoticeFactory()
    action_for(Notice, source="text", destination="headline")
    secret = action_for(Notice, source="internal", destination="headline")
    proposal(action=secret, target_object_id=str(notice.pk))
    assert offers(client, snippet_edit(notice))["pending"] == []

    editor.user_permissions.add(Permission.objects.get(codename="publish_notice"))

    assert len(offers(client, snippet_edit(notice))["pending"]) == 1


@pytest.mark.parametrize("texts", [1, 4])
def test_the_number_of_queries_does_not_grow_with_the_bulk_runs(
    client: Client, editor: User, django_assert_num_queries: DjangoAssertNumQueries, texts: int
) -> None:
    page, llm_action = BlogPageFactory(), LLMActionFactory()
    for number in range(texts):
        proposal(action=llm_action, page=page, field_path="summary", output=f"{number}")
    query = {"form_action": page_edit(page)}
    url = reverse("wagtail_llm_actions:previous_texts")
    client.get(url, query)

    with django_assert_num_queries(12):
        assert len(client.get(url, query).json()["fields"]["summary"]) == texts
