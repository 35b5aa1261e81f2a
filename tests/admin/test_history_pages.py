"""The pages of the history: each goes on from a run, and none reads more than a few."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from example_site.blog.models import Author
from tests.admin.html import context_at, page_at, words
from tests.admin.runs import HISTORY
from tests.admin.test_readers import let
from tests.factories import (
    AdminFactory,
    AuthorFactory,
    BlogPageFactory,
    EditorFactory,
    LLMActionFactory,
    LLMRunFactory,
    UserFactory,
)
from wagtail_llm_actions.admin.history import pagination
from wagtail_llm_actions.admin.history.views import HistoryView
from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from bs4 import BeautifulSoup
    from django.contrib.auth.models import User
    from django.test import Client

pytestmark = pytest.mark.django_db

PER_PAGE = 3


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HistoryView, "paginate_by", PER_PAGE)


def make_runs(count: int, **values: Any) -> list[LLMRun]:
    """Return runs, the newest first; two of each three were queued at the same moment."""
    now = timezone.now()
    shared = {"action": LLMActionFactory(), "user": UserFactory(), "page": BlogPageFactory()}
    for number in range(count):
        queued_at = now - timedelta(minutes=number - number % 3 // 2)
        LLMRunFactory(queued_at=queued_at, **(shared | values))
    return list(LLMRun.objects.order_by("-queued_at", "-pk"))


def follow(client: Client, label: str, url: str) -> tuple[str | None, list[LLMRun]]:
    """Return where the link of a page leads, and the runs of the page."""
    return link(page_at(client, url), label), list(context_at(client, url)["object_list"])


def reader_named(name: str) -> User:
    if name == "admin":
        user: User = AdminFactory()
        return user
    return let(
        EditorFactory() if name == "editor" else UserFactory(), "access_admin", "view_llmrun"
    )


def link(page: BeautifulSoup, label: str) -> str | None:
    (found,) = [each for each in page.select("nav.pagination a") if words(each) == label]
    return str(found["href"]) if "href" in found.attrs else None


def walk(client: Client, label: str, url: str) -> list[list[LLMRun]]:
    pages = []
    next_url: str | None = url
    while next_url:
        next_url, runs = follow(client, label, next_url)
        pages.append(runs)
    return pages


def test_every_run_is_on_one_page_on_the_way_to_the_oldest(client: Client, admin: User) -> None:
    runs = make_runs(8)

    assert walk(client, "Next", reverse(HISTORY)) == [runs[:3], runs[3:6], runs[6:]]


def test_every_run_is_on_a_page_on_the_way_back_to_the_newest(client: Client, admin: User) -> None:
    runs = make_runs(8)
    last = link(page_at(client, reverse(HISTORY)), "Last")
    assert last

    # The page that begins with the newest run is the first one, which is always full.
    assert walk(client, "Previous", last) == [runs[5:], runs[2:5], runs[:3]]


def test_the_first_page_has_no_way_to_newer_runs_and_the_last_none_to_older_ones(
    client: Client, admin: User
) -> None:
    make_runs(8)
    first = page_at(client, reverse(HISTORY))
    last = page_at(client, str(link(first, "Last")))

    assert [link(first, label) for label in ("First", "Previous")] == [None, None]
    assert [link(last, label) for label in ("Next", "Last")] == [None, None]
    assert "p=" not in str(link(last, "First"))


def test_the_address_of_a_page_shows_the_same_runs_when_new_ones_have_come(
    client: Client, admin: User
) -> None:
    make_runs(8)
    second, _ = follow(client, "Next", reverse(HISTORY))
    before = list(context_at(client, str(second))["object_list"])

    LLMRunFactory.create_batch(2)

    assert list(context_at(client, str(second))["object_list"]) == before


def test_a_page_whose_runs_are_gone_leads_to_the_oldest_that_are_left(
    client: Client, admin: User
) -> None:
    runs = make_runs(8)
    second, _ = follow(client, "Next", reverse(HISTORY))
    LLMRun.objects.filter(pk__in=[run.pk for run in runs[3:]]).delete()

    assert list(context_at(client, str(second))["object_list"]) == runs[:3]


@pytest.mark.parametrize(
    "number",
    ["0", "7", "x", "before-1-2", f"after-{'9' * 16}-{'f' * 32}", f"before-{'9' * 20}-{'0' * 32}"],
)
def test_an_address_that_names_no_page_shows_the_newest_runs(
    client: Client, admin: User, number: str
) -> None:
    runs = make_runs(4)

    assert list(context_at(client, reverse(HISTORY), {"p": number})["object_list"]) == runs[:3]


def test_the_filters_stay_on_every_page(client: Client, admin: User) -> None:
    wanted = make_runs(4, status="succeeded", decision="accepted")
    make_runs(4)
    url = f"{reverse(HISTORY)}?decision=accepted&status=succeeded"

    assert walk(client, "Next", url) == [wanted[:3], wanted[3:]]


def test_more_runs_than_are_counted_are_said_to_be_more(
    client: Client, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pagination, "MAX_COUNTED_RUNS", 5)
    make_runs(5)
    assert "5 LLM runs" in words(page_at(client, reverse(HISTORY)))

    make_runs(1)

    assert "More than 5 LLM runs" in words(page_at(client, reverse(HISTORY)))


def test_a_search_goes_on_behind_the_runs_that_were_searched(
    client: Client, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pagination, "MAX_SEARCHED_RUNS", 4)
    runs = make_runs(10)
    wanted = [runs[1], runs[8]]
    LLMRun.objects.filter(pk__in=[run.pk for run in wanted]).update(target_label="High tide")
    url = f"{reverse(HISTORY)}?page=tide"

    assert "1 of the 4 LLM runs that were searched" in words(page_at(client, url))
    assert walk(client, "Next", url) == [wanted[:1], [], wanted[1:]]
    assert "None of the runs that were searched fits" in words(
        page_at(client, str(link(page_at(client, url), "Next")))
    )


@pytest.mark.parametrize(
    "query",
    [
        "",
        "p=last",
        "status=succeeded",
        "status=failed&decision=accepted&trigger=editor&trigger=test",
        "page=tide",
        "text=tide",
        "decision=accepted&p=last",
    ],
)
@pytest.mark.parametrize("reader", ["admin", "reader", "editor"])
@pytest.mark.usefixtures("menu")
def test_no_page_takes_more_than_fifteen_queries(client: Client, query: str, reader: str) -> None:
    user = reader_named(reader)
    client.force_login(user)
    make_runs(3, status="succeeded", decision="accepted", target_label="Tide")
    for _ in range(3):
        LLMRunFactory(page=BlogPageFactory(), status="succeeded")
    author = AuthorFactory()
    LLMRunFactory(
        action__model_type=ContentType.objects.get_for_model(Author),
        target_object_id=str(author.pk),
    )
    url = f"{reverse(HISTORY)}?{query}"
    client.get(url)

    with CaptureQueriesContext(connection) as queries:
        client.get(url)

    # The menu of Wagtail looks for the pages of an editor, and for whose settings these are: the
    # tests have a site setting, most sites have none.
    asked = [each["sql"] for each in queries if "groupsitepermission" not in each["sql"]]
    # Texts are found by those who may read them. Where an index answers, the runs are counted with the page.
    is_indexed = query in {"", "p=last", "status=succeeded"}
    most = (
        15
        - is_indexed
        + 2 * (reader == "editor")
        + (reader != "admin" and query.startswith("text"))
    )
    assert len(asked) <= most, "\n".join(sql[:150] for sql in asked)
