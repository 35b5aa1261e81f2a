"""Who reads what of the runs: figures only, costs, or the runs of some sections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import GroupPagePermission

from example_site.blog.models import Author
from tests.admin.html import context_at, context_of, page_at
from tests.admin.runs import HISTORY, links, run_url
from tests.editor.forms import page_edit
from tests.editor.requests import poll
from tests.factories import (
    AdminFactory,
    AuthorFactory,
    BlogIndexPageFactory,
    BlogPageFactory,
    EditorFactory,
    LLMActionFactory,
    LLMRunFactory,
    UserFactory,
)
from tests.reporting.usage_rows import failed, succeeded
from wagtail_llm_actions.models import LLMAction
from wagtail_llm_actions.permissions import runs

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from django.test import Client
    from wagtail.models import Page

    from wagtail_llm_actions.models import LLMRun

pytestmark = pytest.mark.django_db

USAGE = reverse("wagtail_llm_actions:usage")


def let(user: User, *codenames: str) -> User:
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


def section_reader(section: Page) -> User:
    """Return an editor of one section, who may view the history of what they may edit."""
    user = EditorFactory()
    GroupPagePermission.objects.filter(group__user=user).update(page_id=section.pk)
    user.groups.get().permissions.remove(Permission.objects.get(codename="change_author"))
    return let(user, "view_editable_llmrun")


def author_run() -> LLMRun:
    run: LLMRun = LLMRunFactory(
        action__model_type=ContentType.objects.get_for_model(Author),
        target_object_id=str(AuthorFactory().pk),
    )
    return run


def listed(client: Client) -> set[LLMRun]:
    return set(context_at(client, reverse(HISTORY))["object_list"])


@pytest.mark.parametrize("max_listed_keys", [500, 0])
def test_the_history_can_end_where_the_right_to_edit_ends(
    client: Client, monkeypatch: pytest.MonkeyPatch, max_listed_keys: int
) -> None:
    monkeypatch.setattr(runs, "MAX_LISTED_KEYS", max_listed_keys)
    section = BlogIndexPageFactory()
    inside = LLMRunFactory(page=BlogPageFactory(parent=section), succeeded=True)
    of_snippet = author_run()
    others: list[LLMRun] = [
        LLMRunFactory(),
        of_snippet,
        LLMRunFactory(page=section, target_object_id=None),
    ]
    reader = section_reader(section)
    own = LLMRunFactory(user=reader, target_object_id=None)
    client.force_login(reader)

    assert listed(client) == {inside, own}
    assert inside.output in client.get(run_url(inside)).text
    assert [client.get(run_url(run)).status_code for run in others] == [404, 404, 404]
    exported = client.get(reverse(HISTORY), {"export": "csv"}).getvalue().decode()
    assert exported.count("\n") == 3

    reader.groups.get().permissions.add(Permission.objects.get(codename="change_author"))

    assert listed(client) == {inside, own, of_snippet}


def test_a_limited_history_offers_what_its_own_runs_have_and_names_nobody_else(
    client: Client,
) -> None:
    section = BlogIndexPageFactory()
    colleague = EditorFactory(first_name="Ines", last_name="Quay")
    LLMRunFactory(page=BlogPageFactory(parent=section), user=colleague, model_key="here")
    stranger = EditorFactory(first_name="Otto", last_name="Vane")
    deleted = LLMActionFactory(label="Elsewhere")
    LLMRunFactory(user=stranger, model_key="elsewhere", action=deleted)
    deleted.delete()
    LLMAction.objects.filter(pk=author_run().action_id).update(label="Of authors")

    def offered(user: User) -> dict[str, set[str]]:
        client.force_login(user)
        page = page_at(client, reverse(HISTORY))
        return {
            name: {option.text for option in page.select(f"[name={name}] option[value]")}
            for name in ("user", "model_key", "page_type", "action")
        }

    limited, full = offered(section_reader(section)), offered(AdminFactory())

    assert "Ines Quay" in limited["user"]
    assert "Otto Vane" not in limited["user"]
    assert "elsewhere" not in limited["model_key"]
    assert "Author (snippet)" not in limited["page_type"]
    assert "Elsewhere (deleted)" not in limited["action"]
    assert "Of authors" not in limited["action"]
    assert {"Ines Quay", "Otto Vane"} <= full["user"]
    assert {"here", "elsewhere"} <= full["model_key"]
    assert "Author (snippet)" in full["page_type"]
    assert {"Elsewhere (deleted)", "Of authors"} <= full["action"]


def test_readers_of_a_section_are_led_to_its_history_and_see_no_figures(client: Client) -> None:
    section = BlogIndexPageFactory()
    page = BlogPageFactory(parent=section)
    LLMRunFactory(page=page)
    client.force_login(section_reader(section))

    assert any(reverse(HISTORY) in link for link in links(page_at(client, page_edit(page))))
    assert USAGE not in client.get("/admin/").text
    assert client.get(USAGE).status_code == 302


def test_figures_can_be_read_without_the_right_to_read_texts(client: Client) -> None:
    succeeded(cost="0.10")
    failed(error_detail="You wrote: Dear Ines.")
    LLMActionFactory()
    client.force_login(let(UserFactory(), "access_admin", "view_usage_llmrun"))

    home, usage = (
        page_at(client, "/admin/"),
        page_at(client, USAGE + "?period=custom&from=2026-07-01&to=2026-07-10"),
    )

    for page in (home, usage):
        assert page.select(".llm-actions-cards strong")
        assert not [link for link in links(page) if "llm-history" in link]
    assert USAGE in links(home) | {link.partition("?")[0] for link in links(home)}
    assert "Dear Ines" not in usage.text
    assert usage.select_one("section[aria-labelledby=llm-actions-errors] tbody tr")
    assert "$" not in usage.text
    export = reverse("wagtail_llm_actions:usage_export", args=["error-patterns"])
    assert client.get(export, {"export": "csv"}).status_code == 404
    assert client.get(reverse(HISTORY)).status_code == 302


@pytest.mark.parametrize("may_view_costs", [False, True])
def test_the_card_tells_the_cost_to_those_who_may_see_costs(
    client: Client, may_view_costs: bool
) -> None:
    editor = let(EditorFactory(), *(["view_costs"] if may_view_costs else []))
    run = LLMRunFactory(user=editor, succeeded=True, cost_usd="0.02")
    client.force_login(editor)
    query: dict[str, Any] = {"form_action": page_edit(run.target)}

    states = [
        poll(client, run).json(),
        *client.get(reverse("wagtail_llm_actions:offers"), query).json()["pending"],
        *client.get(reverse("wagtail_llm_actions:previous_texts"), query).json()["fields"][
            "summary"
        ],
        *client.get(reverse("wagtail_llm_actions:side_panel"), query).json()["groups"][0]["runs"],
    ]

    assert [state["cost"] for state in states] == ["$0.020" if may_view_costs else ""] * 4


@pytest.mark.parametrize(("may_edit_snippets", "expected"), [(False, 15), (True, 16)])
@pytest.mark.usefixtures("menu")
def test_a_limited_history_takes_few_queries(
    client: Client, may_edit_snippets: bool, expected: int
) -> None:
    section = BlogIndexPageFactory()
    for number in range(3):
        page = BlogPageFactory(parent=section)
        LLMRunFactory(page=page, user=EditorFactory(), model_key=f"model-{number}")
    LLMRunFactory(page=section)
    reader = section_reader(section)
    if not may_edit_snippets:
        reader.groups.get().permissions.set(Permission.objects.filter(codename="access_admin"))
    client.force_login(reader)

    client.get(reverse(HISTORY))
    with CaptureQueriesContext(connection) as queries:
        response = client.get(reverse(HISTORY))

    assert len(context_of(response)["object_list"]) == 4

    # Wagtail's share are eleven: the user, the rights and the menu.
    assert len(queries) <= expected


def test_a_limited_history_leads_to_the_pages(client: Client) -> None:
    section = BlogIndexPageFactory()
    inside = BlogPageFactory(parent=section)
    LLMRunFactory(page=inside)
    client.force_login(section_reader(section))

    assert page_edit(inside) in links(page_at(client, reverse(HISTORY)))
