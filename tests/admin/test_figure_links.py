"""Every figure of the usage report, the home panel and the alerts leads to the runs that it counts."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils import timezone

from example_site.blog.models import Author
from tests.admin.html import context_at, page_at, words
from tests.factories import BlogPageFactory, EditorFactory, LLMActionFactory, LLMRunFactory
from wagtail_llm_actions.models import LLMAction, LLMRun

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag
    from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_queue", "admin", "_runs")]

HISTORY = reverse("wagtail_llm_actions:history")
USAGE = reverse("wagtail_llm_actions:usage", query={"period": "7"})
TABLES = ("actions", "models", "users", "page-types", "dismissals", "errors", "error-patterns")

OUTCOMES: list[dict[str, Any]] = [
    {"status": "queued"},
    {"status": "running", "lease_expires_at": timezone.now() + timedelta(days=1)},
    {"status": "cancelled"},
    *({"status": "succeeded", "decision": decision} for decision in LLMRun.Decision.values),
    *(
        {"status": "succeeded", "decision": "dismissed", "dismiss_reason": reason}
        for reason in ("tone", "facts")
    ),
    {"status": "succeeded", "used_fallback": True, "cost_usd": None},
    *(
        {"status": "failed", "error_code": "timeout", "error_detail": d}
        for d in ("", "slow", "Slow")
    ),
    {"status": "failed", "error_code": "rate_limited", "started_at": None},
    {"status": "failed", "error_code": "limit_reached", "started_at": None, "cost_usd": None},
    {"status": "failed", "error_code": "nothing_to_change"},
]


@pytest.fixture
def _runs(db: None) -> None:
    """Runs of every trigger, status, decision and error, of actions and users present and gone."""
    snippet = ContentType.objects.get_for_model(Author)
    actions = [
        LLMActionFactory(label="Standfirst"),
        LLMActionFactory(label="Tagline", model_type=snippet),
        LLMActionFactory(label="Old"),
        LLMActionFactory(label="Older & longer"),
    ]
    users = [EditorFactory(username="ines"), EditorFactory(username="gone"), None]
    page = BlogPageFactory()
    now = timezone.now()
    runs = []
    for number, (trigger, outcome) in enumerate(product(LLMRun.Trigger.values, OUTCOMES)):
        # One more of each for bulk runs, so that no two figures are equal by chance.
        for copy in range(2 if trigger == LLMRun.Trigger.BULK else 1):
            queued_at = now - timedelta(days=(number + copy) % 4, seconds=60)
            finished_at = None if outcome["status"] in LLMRun.UNFINISHED else queued_at
            values = {
                "action": actions[(number + copy) % len(actions)],
                "user": users[number % len(users)],
                "model_key": "scripted" if number % 3 else "other",
                "started_at": queued_at,
                "first_token_at": finished_at,
                "cost_usd": Decimal("0.01"),
            }
            run = LLMRunFactory.build(
                page=page,
                trigger=trigger,
                queued_at=queued_at,
                finished_at=finished_at,
                **(values | outcome),
            )
            runs.append(run)
    LLMRun.objects.bulk_create(runs)
    # Before and after every period that is shown.
    LLMRunFactory(succeeded=True, queued_at=now - timedelta(days=70), finished_at=now)
    LLMAction.objects.filter(label__startswith="Old").delete()
    User.objects.get(username="gone").delete()


def listed(client: Client, url: Any) -> int:
    assert str(url).startswith(f"{HISTORY}?"), url
    context = context_at(client, str(url))
    assert context["filters"].is_valid(), context["filters"].form.errors
    count: int = context["paginator"].count
    return count


def number(text: str) -> int:
    """Return the first whole number of a text."""
    found = re.search(r"\d+", text)
    assert found, text
    return int(found[0])


def cells(page: BeautifulSoup, slug: str) -> list[tuple[dict[str, str], Tag | None]]:
    """Return the rows of a table by their headings, each with its link."""
    section = page.select(f"section[aria-labelledby=llm-actions-{slug}]")[0]
    headings = [words(heading) for heading in section.select("thead th")]
    return [
        (
            dict(zip(headings, map(words, row.select("td")), strict=True)),
            row.select_one("td a"),
        )
        for row in section.select("tbody tr")
    ]


def cards(page: BeautifulSoup | Tag) -> dict[str, Tag]:
    return {words(card.select("span")[0]): card for card in page.select(".llm-actions-cards li")}


@pytest.mark.parametrize(
    ("label", "shows_runs_in"),
    [
        ("Runs", "strong"),
        ("Succeeded", "small:last-child"),
        ("Failed", "strong"),
        ("Accepted", "small:last-child"),
        ("Time, median", "small:last-child"),
        ("Time, 95th percentile", "small:last-child"),
        ("Time to first token, median", "small:last-child"),
    ],
)
def test_a_card_leads_to_the_runs_it_counts(client: Client, label: str, shows_runs_in: str) -> None:
    card = cards(page_at(client, USAGE))[label]

    shown = number(words(card.select(shows_runs_in)[0]))

    assert shown > 0
    assert listed(client, card.select("a")[0]["href"]) == shown


def test_the_costs_lead_to_all_runs_and_the_unit_cost_to_the_accepted_texts(client: Client) -> None:
    found = cards(page_at(client, USAGE))

    for costs, counted in (("Cost", "Runs"), ("Cost per accepted text", "Accepted")):
        assert found[costs].select("a")[0]["href"] == found[counted].select("a")[0]["href"]


@pytest.mark.parametrize(
    ("label", "note"),
    [
        ("Runs", "in progress"),
        ("Failed", "stopped by a limit, or with nothing to change"),
        ("Cost", "cost is unknown"),
    ],
)
def test_the_note_of_a_card_leads_to_the_runs_it_counts(
    client: Client, label: str, note: str
) -> None:
    (link,) = cards(page_at(client, USAGE))[label].select("small a")

    assert note in words(link)
    assert listed(client, link["href"]) == number(words(link)) > 0


@pytest.mark.parametrize("slug", TABLES)
def test_every_row_of_a_table_leads_to_the_runs_it_counts(client: Client, slug: str) -> None:
    rows = cells(page_at(client, USAGE), slug)

    assert len(rows) > 1
    for row, link in rows:
        assert link is not None, row
        assert listed(client, link["href"]) == int(row["Runs"]) > 0, row


def test_every_day_leads_to_its_runs(client: Client) -> None:
    rows = cells(page_at(client, USAGE), "runs")

    for row, link in rows:
        counts = [int(count) for heading, count in row.items() if heading != "Day"]
        assert (listed(client, link["href"]) if link else 0) == sum(counts)
    assert sum(1 for _row, link in rows if link) == 4


def test_the_days_of_the_other_charts_add_up_to_the_cards(client: Client) -> None:
    page = page_at(client, USAGE)

    for slug, label in (("costs", "Cost"), ("times", "Time, median")):
        links = [link for _row, link in cells(page, slug) if link]
        counts = [listed(client, link["href"]) for link in links]
        assert sum(counts) == listed(client, cards(page)[label].select("a")[0]["href"])


def test_no_other_part_of_the_report_links_to_the_history(client: Client) -> None:
    page = page_at(client, USAGE)

    links = page.select(f'.llm-actions-usage a[href^="{HISTORY}"]')

    rows = [link for slug in (*TABLES, "runs", "costs", "times") for _, link in cells(page, slug)]
    assert len(links) == 9 + 3 + len([link for link in rows if link])


@pytest.mark.parametrize(
    ("label", "counted_by"),
    [("Runs", "Runs"), ("Succeeded", "Succeeded"), ("Accepted", "Accepted"), ("Cost", "Runs")],
)
def test_a_figure_of_the_home_panel_leads_to_the_runs_it_counts(
    client: Client, label: str, counted_by: str
) -> None:
    figure = cards(page_at(client, reverse("wagtailadmin_home")))[label]
    report = cards(page_at(client, reverse("wagtail_llm_actions:usage", query={"period": "month"})))

    assert words(figure.select("strong")[0]) == words(report[label].select("strong")[0])
    place = "strong" if counted_by == "Runs" else "small:last-child"
    shown = number(words(report[counted_by].select(place)[0]))
    assert listed(client, figure.select("a")[0]["href"]) == shown


def test_the_alert_of_a_failing_model_leads_to_the_failures_it_counts(client: Client) -> None:
    LLMRun.objects.filter(status="succeeded").delete()
    now = timezone.now()
    # Failed before the last 24 hours, on the same two days.
    LLMRunFactory(
        status="failed", error_code="timeout", queued_at=now - timedelta(hours=25),
        finished_at=now - timedelta(hours=24, seconds=2),
    )  # fmt: skip
    LLMRunFactory.create_batch(
        6, status="failed", error_code="limit_reached", trigger="bulk", finished_at=now
    )
    LLMRunFactory.create_batch(
        5, status="failed", error_code="timeout", trigger="bulk", finished_at=now
    )
    # Waited in the queue since yesterday.
    LLMRunFactory(
        status="failed", error_code="internal", queued_at=now - timedelta(hours=30), finished_at=now
    )

    links = page_at(client, reverse("wagtailadmin_home")).select(".llm-actions-alerts a")

    found = {words(link): link["href"] for link in links if "runs failed" in words(link)}
    assert any(sentence.startswith("Scripted: ") for sentence in found)
    for sentence, url in found.items():
        assert listed(client, url) == number(sentence.split(": ")[1])
