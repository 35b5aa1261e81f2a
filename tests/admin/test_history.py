"""Reports → LLM history: the list of runs, its filters and its export."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from example_site.blog.models import Author
from tests.admin.html import context_of, page_at, table_rows, words
from tests.admin.runs import HISTORY, history_reader, links, run_url
from tests.editor.forms import page_edit, snippet_edit
from tests.factories import AuthorFactory, EditorFactory, LLMRunFactory, UserFactory

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

    from wagtail_llm_actions.models import LLMRun

pytestmark = pytest.mark.django_db


def listed(client: Client, **query: str) -> list[LLMRun]:
    return list(context_of(client.get(reverse(HISTORY), query))["object_list"])


def author_run(**values: Any) -> LLMRun:
    author = AuthorFactory()
    run: LLMRun = LLMRunFactory(
        action__model_type=ContentType.objects.get_for_model(Author),
        target_object_id=str(author.pk),
        target_label=author.name,
        **values,
    )
    return run


def test_a_run_is_listed_with_who_what_and_how(client: Client, admin: User) -> None:
    queued_at = timezone.now() - timedelta(minutes=5)
    run = LLMRunFactory(
        succeeded=True,
        action__label="Summary",
        page__title="Tides",
        user__username="ines",
        input_tokens=12,
        output_tokens=7,
        cost_usd=Decimal("0.01200"),
        queued_at=queued_at,
        finished_at=queued_at + timedelta(seconds=3.21),
    )

    page = page_at(client, reverse(HISTORY))

    (row,) = table_rows(page)
    assert row[:10] == [
        "Summary",
        "Tides",
        "Summary",
        "ines",
        "Scripted",
        "Succeeded",
        "None",
        "12 + 7",
        "$0.012",
        "3.2 s",
    ]
    assert {run_url(run), page_edit(run.target)} <= links(page)


def test_the_newest_run_is_listed_first(client: Client, admin: User) -> None:
    old = LLMRunFactory(queued_at=timezone.now() - timedelta(days=1))
    new = LLMRunFactory()

    assert listed(client) == [new, old]


def test_runs_on_snippets_and_on_what_is_gone_are_listed_too(client: Client, admin: User) -> None:
    on_snippet = author_run()
    LLMRunFactory(target_object_id=None, target_label="Never saved")
    LLMRunFactory(target_object_id="4711", target_label="Deleted since")
    LLMRunFactory(
        target_content_type=ContentType.objects.create(app_label="gone", model="thing"),
        target_label="Of a model that is gone",
    )
    abandoned = LLMRunFactory(target_label="")
    abandoned.action.delete()
    abandoned.user.delete()

    page = page_at(client, reverse(HISTORY))

    assert snippet_edit(on_snippet.target) in links(page)
    labels = {row[1] for row in table_rows(page)}
    assert labels == {
        on_snippet.target_label,
        "Never saved",
        "Deleted since",
        "Of a model that is gone",
        "\N{EN DASH}",
    }
    for run in listed(client):
        assert client.get(run_url(run)).status_code == 200


def test_a_run_that_was_lost_is_ended_when_the_list_is_opened(client: Client, admin: User) -> None:
    over = timezone.now() - timedelta(seconds=1)
    run = LLMRunFactory(running=True, lease_expires_at=over)

    (shown,) = listed(client)

    assert (shown, shown.status, shown.error_code) == (run, "failed", "interrupted")


def test_the_history_is_filtered_by_status_action_and_user(client: Client, admin: User) -> None:
    wanted = LLMRunFactory(succeeded=True)
    LLMRunFactory()

    assert listed(client, status="succeeded") == [wanted]
    assert listed(client, action=str(wanted.action_id)) == [wanted]
    assert listed(client, user=str(wanted.user_id)) == [wanted]
    assert listed(client, status="failed") == []


def test_the_history_is_filtered_by_days_of_the_sites_time_zone(
    client: Client, admin: User
) -> None:
    # Half past midnight in Paris.
    night = LLMRunFactory(queued_at=datetime(2026, 7, 1, 22, 30, tzinfo=UTC))
    LLMRunFactory(queued_at=datetime(2026, 7, 1, 21, 30, tzinfo=UTC))

    found = listed(client, queued_at_from="2026-07-02", queued_at_to="2026-07-02")

    assert found == [night]


def test_only_users_with_runs_can_be_chosen(client: Client, admin: User) -> None:
    run = LLMRunFactory()
    UserFactory(username="without-runs")

    page = page_at(client, reverse(HISTORY))

    assert str(run.user) in words(page)
    assert "without-runs" not in words(page)


@pytest.mark.parametrize("make", [LLMRunFactory, author_run])
@pytest.mark.usefixtures("menu")
def test_the_number_of_queries_does_not_grow_with_the_rows(
    client: Client, admin: User, django_assert_num_queries: DjangoAssertNumQueries, make: Any
) -> None:
    make()
    client.get(reverse(HISTORY))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse(HISTORY))
    for _ in range(5):
        make()

    with django_assert_num_queries(len(few)):
        assert len(listed(client)) == 6


@pytest.mark.usefixtures("menu")
def test_the_number_of_queries_does_not_grow_with_the_rows_for_others_than_superusers(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(history_reader())
    LLMRunFactory()
    client.get(reverse(HISTORY))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse(HISTORY))
    LLMRunFactory.create_batch(5)

    with django_assert_num_queries(len(few)):
        assert len(listed(client)) == 6


def test_the_list_reads_no_prompt_and_no_output(client: Client, admin: User) -> None:
    LLMRunFactory(succeeded=True)

    with CaptureQueriesContext(connection) as queries:
        client.get(reverse(HISTORY))

    quoted = connection.ops.quote_name
    selects = [
        query["sql"]
        for query in queries
        if f"FROM {quoted('wagtail_llm_actions_llmrun')}" in query["sql"]
    ]
    assert selects
    assert not any(quoted("output") in sql or quoted("prompt") in sql for sql in selects)


def test_the_history_is_exported(client: Client, admin: User) -> None:
    run = LLMRunFactory(
        succeeded=True,
        action__label="Summary",
        page__title="Tides",
        input_tokens=12,
        output_tokens=7,
        decision="dismissed",
        dismiss_reason="facts",
    )

    response = client.get(reverse(HISTORY), {"export": "csv"})

    (row,) = csv.DictReader(io.StringIO(response.getvalue().decode()))
    assert "llm-history" in response["Content-Disposition"]
    assert row["Action"] == "Summary"
    assert row["User"] == str(run.user)
    assert row["Page"] == "Tides"
    assert (row["Decision"], row["Reason for dismissing"]) == ("dismissed", "facts")
    assert (row["Input tokens"], row["Output tokens"]) == ("12", "7")
    assert "The tide" not in response.getvalue().decode()


def test_the_export_takes_the_filters(client: Client, admin: User) -> None:
    LLMRunFactory(succeeded=True)
    LLMRunFactory()

    response = client.get(reverse(HISTORY), {"export": "csv", "status": "queued"})

    assert len(list(csv.DictReader(io.StringIO(response.getvalue().decode())))) == 1


@pytest.mark.usefixtures("menu")
def test_who_may_view_the_history_finds_it_in_the_menu(client: Client) -> None:
    client.force_login(history_reader())
    run = LLMRunFactory()

    assert "LLM history" in client.get("/admin/").text
    assert listed(client) == [run]
    assert client.get(run_url(run)).status_code == 200


def test_the_history_is_hidden_from_everybody_else(client: Client) -> None:
    client.force_login(EditorFactory())
    run = LLMRunFactory()

    assert "LLM history" not in client.get("/admin/").text
    for url in (reverse(HISTORY), run_url(run), f"{reverse(HISTORY)}?export=csv"):
        assert client.get(url).status_code == 302


def test_a_target_that_the_reader_may_not_edit_is_not_linked(client: Client) -> None:
    user = UserFactory()
    user.user_permissions.set(
        Permission.objects.filter(codename__in=["access_admin", "view_llmrun"])
    )
    client.force_login(user)
    run = LLMRunFactory()

    for url in (reverse(HISTORY), run_url(run)):
        page = page_at(client, url)
        assert run.target_label in words(page)
        assert page_edit(run.target) not in links(page)
