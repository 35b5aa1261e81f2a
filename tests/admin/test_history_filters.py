"""The history narrowed down: by what a run was, by its text, and never wider than asked for."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils import timezone
from wagtail.users.models import UserProfile

from example_site.blog.models import Author
from tests.admin.html import context_at, page_at, words
from tests.admin.runs import HISTORY, history_reader, run_url
from tests.editor.actions import action_for
from tests.editor.forms import page_edit
from tests.factories import (
    AuthorFactory,
    EditorFactory,
    LLMActionFactory,
    LLMAttemptFactory,
    LLMRunFactory,
    PromptTemplateFactory,
)
from wagtail_llm_actions.admin.history import pagination

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client

    from wagtail_llm_actions.models import LLMRun

pytestmark = pytest.mark.django_db


def listed(client: Client, **query: str) -> list[LLMRun]:
    return list(context_at(client, reverse(HISTORY), query)["object_list"])


def exported(client: Client, **query: str) -> list[dict[str, str]]:
    response: Any = client.get(reverse(HISTORY), {"export": "csv"} | query)
    return list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))


@pytest.mark.parametrize(
    ("values", "query"),
    [
        ({"error_code": "timeout", "status": "failed"}, {"error_code": "timeout"}),
        ({"decision": "edited"}, {"decision": "edited"}),
        ({"decision": "dismissed", "dismiss_reason": "tone"}, {"dismiss_reason": "tone"}),
        ({"trigger": "test"}, {"trigger": "test"}),
        ({"output": "Boats wait."}, {"text": "boats"}),
        ({"prompt": "About boats"}, {"text": "boats"}),
        ({"target_label": "High Tides"}, {"page": "tides"}),
        ({"target_object_id": "4711"}, {"page": "4711"}),
        ({"status": "cancelled"}, {"status": "cancelled"}),
        ({"model_key": "owl"}, {"model_key": "owl"}),
    ],
)
def test_a_filter_keeps_what_fits(
    client: Client, admin: User, values: dict[str, Any], query: dict[str, str]
) -> None:
    run = LLMRunFactory(**values)
    LLMRunFactory()

    assert listed(client, **query) == [run]


def test_runs_are_filtered_by_type_action_and_user(client: Client, admin: User) -> None:
    content_type = ContentType.objects.get_for_model(Author)
    run = LLMRunFactory(action__model_type=content_type)
    LLMRunFactory()

    assert listed(client, page_type=str(content_type.pk)) == [run]
    assert listed(client, action=str(run.action_id)) == [run]
    assert listed(client, user=str(run.user_id)) == [run]


def test_several_decisions_are_accepted_texts(client: Client, admin: User) -> None:
    for decision in ("accepted", "edited", "dismissed", "none"):
        LLMRunFactory(decision=decision)

    context = context_at(client, f"{reverse(HISTORY)}?decision=accepted&decision=edited")

    found = {run.decision for run in context["object_list"]}
    assert found == {"accepted", "edited"}


def test_only_the_newest_runs_of_the_period_are_searched(
    client: Client, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pagination, "MAX_SEARCHED_RUNS", 2)
    now = timezone.now()
    oldest, _, newest = (
        LLMRunFactory(succeeded=True, queued_at=now - timedelta(days=days), output="Boats")
        for days in (9, 5, 1)
    )

    assert oldest not in listed(client, text="boats")
    assert newest in listed(client, text="boats")
    until = (now - timedelta(days=4)).date().isoformat()
    assert oldest in listed(client, text="boats", queued_at_to=until)


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Asia/Tokyo"])
def test_days_are_those_of_the_site_as_in_the_reports_wherever_the_reader_is(
    client: Client, admin: User, zone: str
) -> None:
    profile = UserProfile.get_for_user(admin)
    profile.current_time_zone = zone
    profile.save()
    midnight = datetime(2026, 7, 10, tzinfo=timezone.get_default_timezone())
    first = LLMRunFactory(succeeded=True, queued_at=midnight)
    last = LLMRunFactory(succeeded=True, queued_at=midnight + timedelta(days=1, seconds=-1))
    LLMRunFactory(succeeded=True, queued_at=first.queued_at - timedelta(seconds=1))
    LLMRunFactory(succeeded=True, queued_at=last.queued_at + timedelta(seconds=1))

    # As the report's figures link to it.
    query = {"queued_at_from": "2026-07-10", "queued_at_to": "2026-07-10"}
    assert listed(client, **query) == [last, first]

    shown = words(page_at(client, f"{reverse(HISTORY)}?{urlencode(query)}"))
    assert "in the time zone of the site, Europe/Paris" in shown
    assert "July 10, 2026 - July 10, 2026" in shown


def test_the_search_says_how_far_it_goes(client: Client, admin: User) -> None:
    LLMRunFactory()

    assert "of the newest 5,000 runs" in words(page_at(client, reverse(HISTORY)))


@pytest.mark.parametrize("query", [{"state": "failed"}, {"status": "lost"}, {"action": "0"}])
def test_a_wrong_filter_exports_nothing(client: Client, admin: User, query: dict[str, str]) -> None:
    LLMRunFactory()

    response = client.get(reverse(HISTORY), {"export": "csv"} | query)

    assert response.status_code == 400
    assert next(iter(query)) in response.content.decode()


def test_an_export_holds_what_the_filters_keep(client: Client, admin: User) -> None:
    LLMRunFactory(status="failed", error_code="timeout")
    LLMRunFactory()

    (row,) = exported(client, error_code="timeout", queued_at_from="2020-01-01")

    assert row["Error"] == "timeout"


def test_an_export_is_safe_in_a_spreadsheet(client: Client, admin: User) -> None:
    LLMRunFactory(target_label='=HYPERLINK("http://example.com")')

    (row,) = exported(client)

    assert row["Page"].startswith("'=")


@pytest.mark.parametrize("sees", [False, True])
def test_costs_are_for_those_who_may_view_costs(client: Client, sees: bool) -> None:
    user = history_reader()
    if sees:
        user.user_permissions.add(Permission.objects.get(codename="view_costs"))
    client.force_login(user)
    run = LLMRunFactory(succeeded=True, cost_usd=Decimal("0.0123"))
    LLMAttemptFactory(run=run, cost_usd=Decimal("0.0123"))

    shown = [words(page_at(client, url)) for url in (reverse(HISTORY), run_url(run))]

    assert ["$0.012" in text for text in shown] == [sees, sees]
    assert ["Cost" in text for text in shown] == [sees, sees]
    assert ("Cost in US dollars" in exported(client)[0]) is sees


def test_a_run_leads_to_its_template_as_it_was(client: Client, admin: User) -> None:
    template = PromptTemplateFactory(name="Shorten")
    run = LLMRunFactory(prompt_template_revision=template.save_revision())

    page = page_at(client, run_url(run))

    url = reverse("wagtail_llm_actions_prompt_templates:edit", args=[template.pk])
    link = page.select_one(f'.llm-actions-run a[href="{url}"]')
    assert link is not None
    assert words(link) == "Shorten"
    template.delete()
    assert client.get(run_url(run)).status_code == 200


def test_the_types_that_runs_were_for_are_offered(client: Client, admin: User) -> None:
    LLMRunFactory()

    page = page_at(client, reverse(HISTORY))

    assert "Blog page (page)" in words(page)


@pytest.mark.parametrize("sees", [False, True])
def test_a_page_leads_to_its_own_runs(client: Client, sees: bool) -> None:
    client.force_login(history_reader() if sees else EditorFactory())
    run = LLMRunFactory()
    LLMRunFactory()

    page = page_at(client, page_edit(run.target))

    found = [str(link["href"]) for link in page.select(f'a[href^="{reverse(HISTORY)}?page="]')]
    assert bool(found) is sees
    if sees:
        assert list(context_at(client, found[0])["object_list"]) == [run]


@pytest.mark.parametrize("sees", [False, True])
def test_a_snippet_leads_to_its_own_runs(client: Client, sees: bool) -> None:
    user = history_reader() if sees else EditorFactory()
    client.force_login(user)
    author = AuthorFactory()
    llm_action = action_for(Author, destination="tagline", source="bio")
    run = LLMRunFactory(action=llm_action, target_object_id=str(author.pk))
    LLMRunFactory(action=llm_action, target_object_id=str(AuthorFactory().pk))
    # A page with the same number.
    LLMRunFactory(target_object_id=str(author.pk))

    viewset: Any = Author.snippet_viewset  # type: ignore[attr-defined]
    page = page_at(client, reverse(viewset.get_url_name("list")))

    found = [str(link["href"]) for link in page.select(f'a[href^="{reverse(HISTORY)}?page="]')]
    assert len(found) == (2 if sees else 0)
    if sees:
        assert [run] in [list(context_at(client, url)["object_list"]) for url in found]


def test_the_actions_themselves_have_no_runs_on_them(client: Client, admin: User) -> None:
    LLMActionFactory()

    page = page_at(client, reverse("wagtail_llm_actions_actions:list"))

    assert not page.select(f'a[href^="{reverse(HISTORY)}?page="]')


def test_an_object_whose_number_is_a_text_is_found_by_it(client: Client, admin: User) -> None:
    number = "5d1f5f0c-1f0e-4c8b-9b2e-0a6a3c1d2e4f"
    run = LLMRunFactory(target_object_id=number)
    LLMRunFactory()

    assert listed(client, page=number) == [run]


def test_a_user_leads_to_their_own_runs(client: Client, admin: User) -> None:
    run = LLMRunFactory()
    LLMRunFactory()

    page = page_at(client, reverse("wagtailusers_users:index"))

    url = f"{reverse(HISTORY)}?user={run.user_id}"
    assert url in {str(link["href"]) for link in page.select("a[href]")}
    assert list(context_at(client, url)["object_list"]) == [run]


def test_a_user_who_never_ran_anything_has_an_empty_history(client: Client, admin: User) -> None:
    LLMRunFactory()

    assert listed(client, user=str(admin.pk)) == []


def test_who_may_not_view_runs_learns_nothing_from_a_wrong_filter(client: Client) -> None:
    client.force_login(EditorFactory())

    response = client.get(reverse(HISTORY), {"export": "csv", "status": "lost"})

    assert response.status_code == 302


def test_an_error_pattern_is_what_failed_as_one_run_did(client: Client, admin: User) -> None:
    alike = {"status": "failed", "error_code": "timeout", "error_detail": "slow"}
    run, same = LLMRunFactory(**alike), LLMRunFactory(**alike)
    for other in ({"error_code": "internal"}, {"error_detail": "slower"}, {"model_key": "owl"}):
        LLMRunFactory(**alike | other)
    fine = LLMRunFactory(succeeded=True)

    assert set(listed(client, error_pattern=str(run.pk))) == {run, same}
    assert listed(client, error_pattern=str(fine.pk)) == []
    assert listed(client, error_pattern="of no run") == []


def test_runs_of_nobody_and_of_deleted_actions_are_found(client: Client, admin: User) -> None:
    run = LLMRunFactory(action__label="Old one", user=None)
    LLMRunFactory(action__label="Older one").action.delete()
    run.action.delete()
    LLMRunFactory(action__label="Old one")

    assert listed(client, user="none") == [run]
    assert listed(client, action="deleted:Old one") == [run]
    assert "Old one (deleted)" in words(page_at(client, reverse(HISTORY)))


def test_the_filter_of_costs_is_for_those_who_may_view_costs(client: Client) -> None:
    client.force_login(history_reader())
    LLMRunFactory(started_at=timezone.now(), cost_usd=None)
    LLMRunFactory(started_at=timezone.now(), cost_usd=Decimal("0.1"))

    assert len(listed(client, cost="unknown")) == 2
    refused = client.get(reverse(HISTORY), {"export": "csv", "cost": "unknown"})

    assert refused.status_code == 400


def test_runs_are_filtered_by_when_they_finished(client: Client, admin: User) -> None:
    now = timezone.now()
    run = LLMRunFactory(succeeded=True, finished_at=now)
    LLMRunFactory(succeeded=True, finished_at=now - timedelta(hours=2))
    LLMRunFactory()

    assert listed(client, finished_since=(now - timedelta(hours=1)).isoformat()) == [run]
    assert listed(client, finished_since="yesterday") == []
