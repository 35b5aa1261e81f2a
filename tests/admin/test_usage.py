"""Reports → LLM usage and costs: what it shows, and to whom."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.admin.html import context_of, page_at, words
from tests.admin.runs import HISTORY, history_reader
from tests.factories import (
    AdminFactory,
    EditorFactory,
    LLMActionFactory,
    LLMBudgetFactory,
    LLMRunFactory,
    UserFactory,
)
from tests.reporting.usage_rows import NOON, failed, succeeded
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.reporting.period import Period, today
from wagtail_llm_actions.reporting.rollups import archive, refresh, refresh_throttle
from wagtail_llm_actions.spending.counting import current_period

if TYPE_CHECKING:
    from collections.abc import Callable

    from bs4 import BeautifulSoup
    from django.contrib.auth.models import User
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

    from tests.kept_queue import KeptQueue

pytestmark = pytest.mark.django_db

USAGE = "wagtail_llm_actions:usage"
JULY = {"period": "custom", "from": "2026-07-01", "to": "2026-07-10"}


def usage_page(client: Client, **query: str) -> BeautifulSoup:
    return page_at(client, reverse(USAGE, query=query or JULY))


def cards(page: BeautifulSoup) -> dict[str, str]:
    return {
        words(card.select("span")[0]): words(card) for card in page.select(".llm-actions-cards li")
    }


def rows(page: BeautifulSoup, slug: str) -> list[list[str]]:
    return [
        [words(cell) for cell in row.select("td")]
        for row in page.select(f"section[aria-labelledby=llm-actions-{slug}] tbody tr")
    ]


def headings(page: BeautifulSoup, slug: str) -> list[str]:
    section = f"section[aria-labelledby=llm-actions-{slug}]"
    return [words(heading) for heading in page.select(f"{section} th")]


def shown_days(page: BeautifulSoup) -> tuple[str, str]:
    start, end = page.select("input[type=date]")
    return str(start["value"]), str(end["value"])


def cost_reader() -> User:
    user = history_reader()
    user.user_permissions.add(Permission.objects.get(codename="view_costs"))
    return user


def test_the_figures_are_shown_with_those_of_the_period_before(client: Client, admin: User) -> None:
    for _ in range(3):
        succeeded(cost="0.10", decision="accepted")
    failed()
    for _ in range(2):
        succeeded(cost="0.10", queued_at=NOON - timedelta(days=10), seconds=4)

    found = cards(usage_page(client))

    assert found["Runs"] == "Runs 4 before: 2 (+100.0 %)"
    assert found["Succeeded"] == "Succeeded 75.0 % before: 100.0 % (−25.0 points) 3 of 4 runs"  # noqa: RUF001
    assert found["Failed"] == "Failed 1 before: 0"
    assert found["Accepted"].startswith("Accepted 100.0 % before: 0.0 % (+100.0 points)")
    assert found["Time, median"].startswith("Time, median 2.0 s before: 4.0 s (−50.0 %)")  # noqa: RUF001
    assert found["Time, median"].endswith("of 3 runs, without bulk runs")
    assert found["Time to first token, median"].startswith("Time to first token, median 1.0 s")
    assert found["Cost"] == "Cost $0.30 before: $0.20 (+50.0 %)"
    assert found["Cost per accepted text"] == "Cost per accepted text $0.10 before: –"  # noqa: RUF001


def test_costs_that_nobody_knows_are_said(client: Client, admin: User) -> None:
    succeeded(cost="0.10")
    succeeded(cost=None)

    card = cards(usage_page(client))["Cost"]

    assert "$0.10" in card
    assert "without 1 run whose cost is unknown" in card


def test_a_figure_leads_to_the_runs_it_counts(client: Client, admin: User) -> None:
    wanted = [succeeded(), succeeded()]
    failed()
    succeeded(queued_at=NOON + timedelta(days=30))
    links = [str(a["href"]) for a in usage_page(client).select(".llm-actions-cards a")]

    query = parse_qs(urlsplit(links[1]).query)

    assert urlsplit(links[1]).path == reverse(HISTORY)
    assert query == {
        "queued_at_from": ["2026-07-01"],
        "queued_at_to": ["2026-07-10"],
        "trigger": ["editor", "bulk"],
        "status": ["succeeded"],
    }
    assert set(context_of(client.get(links[1]))["object_list"]) == set(wanted)


def test_a_row_leads_to_the_runs_it_counts(client: Client, admin: User) -> None:
    run = succeeded()
    failure = failed(action=run.action, user=run.user)

    page = usage_page(client)

    for slug, filters in {
        "actions": f"action={run.action_id}",
        "models": "model_key=scripted",
        "users": f"user={run.user_id}",
        "page-types": f"page_type={run.target_content_type_id}",
        "errors": "error_code=timeout",
        "error-patterns": f"error_pattern={failure.pk}",
    }.items():
        (link,) = page.select(f"section[aria-labelledby=llm-actions-{slug}] td a")
        assert str(link["href"]).endswith(f"&{filters}"), slug


def test_every_table_has_its_rows(client: Client, admin: User) -> None:
    action = LLMActionFactory(label="Summary")
    succeeded(action=action, user__first_name="Ines", user__last_name="Ray", input_tokens=1200)
    LLMRun.objects.update(output_tokens=7)
    failed(action=action, user=None, error_code="internal", error_detail="Ouch")

    page = usage_page(client)

    numbers = ["1", "100.0 %", "0", "0.0 %", "1,200", "7", "2.0 s", "2.0 s"]
    assert rows(page, "users")[0] == ["Ines Ray", *numbers, "$0.010", "0", "–"]  # noqa: RUF001
    assert rows(page, "users")[1][:4] == ["No user", "1", "0.0 %", "1"]
    assert rows(page, "actions")[0][:4] == ["Summary", "2", "50.0 %", "1"]
    assert rows(page, "models")[0][:2] == ["Scripted", "2"]
    assert rows(page, "page-types")[0][:2] == ["Blog page", "2"]
    assert rows(page, "errors") == [["Error in the program internal", "1", "$0.00", "0"]]
    (pattern,) = rows(page, "error-patterns")
    assert pattern[:4] == ["Error in the program internal", "Scripted", "Ouch", "1"]
    assert pattern[6] == "Summary"
    assert pattern[7].startswith("This is a defect of the program.")
    assert len(rows(page, "runs")) == len(rows(page, "costs")) == len(rows(page, "times")) == 10


def test_a_chart_draws_the_numbers_of_its_table(client: Client, admin: User) -> None:
    succeeded(cost="0.01", seconds=3)
    failed()

    page = usage_page(client)

    data = json.loads(page.select("#llm-actions-usage-data")[0].text)
    assert [str(c["data-llm-actions-chart"]) for c in page.select("canvas")] == list(data)
    assert list(data) == ["runs", "costs", "times"]
    assert all(len(chart["labels"]) == 10 for chart in data.values())
    assert {
        series["label"]: series["values"][2]
        for chart in data.values()
        for series in chart["series"]
    } == {
        "Succeeded": 1,
        "Failed": 1,
        "Cancelled": 0,
        "In progress": 0,
        "Scripted": 0.01,
        "Median": 3,
        "95th percentile": 3,
    }
    assert rows(page, "times")[2][1:] == ["3.0 s", "3.0 s"]


def test_many_models_become_a_few_series_that_add_up(client: Client, admin: User) -> None:
    for number in range(9):
        succeeded(cost=f"0.0{number + 1}", model_key=f"model-{number}")

    page = usage_page(client)

    assert headings(page, "costs") == [
        "Day",
        *(f"model-{number}" for number in (8, 7, 6, 5, 4)),
        "Others",
    ]
    assert rows(page, "costs")[2][-1] == "$0.10"


def test_the_page_runs_no_code_of_its_own_and_loads_the_library_from_the_site(
    client: Client, admin: User
) -> None:
    succeeded()

    page = usage_page(client)

    main = page.select(".llm-actions-usage")[0]
    assert not main.select("[style], script, [onclick]")
    loaded = [str(script["src"]) for script in page.select("script[src]")]
    assert any("vendor/chartjs/chart.umd.min.js" in source for source in loaded)
    assert not any("chart.umd" in str(tag) for tag in page_at(client, "/admin/").select("script"))


def test_a_period_without_runs_says_so_and_draws_nothing(client: Client, admin: User) -> None:
    page = usage_page(client)

    assert "There are no runs in this period." in words(page)
    assert not page.select("canvas")
    assert cards(page)["Cost"] == "Cost $0.00 before: $0.00"


@pytest.mark.parametrize("days", [7, 30, 90])
def test_the_last_days_end_today(client: Client, admin: User, days: int) -> None:
    start = today() - timedelta(days=days - 1)

    page = usage_page(client, period=str(days))

    assert shown_days(page) == (start.isoformat(), today().isoformat())


def test_the_last_30_days_are_shown_first_and_this_month_on_request(
    client: Client, admin: User
) -> None:
    first = page_at(client, reverse(USAGE))
    month = usage_page(client, period="month")

    assert shown_days(first)[0] == (today() - timedelta(days=29)).isoformat()
    assert shown_days(month) == (today().replace(day=1).isoformat(), today().isoformat())


def test_days_to_come_are_left_out(client: Client, admin: User) -> None:
    yesterday = today() - timedelta(days=1)

    page = usage_page(client, **{"from": yesterday.isoformat(), "to": "9999-12-31"})

    assert shown_days(page) == (yesterday.isoformat(), today().isoformat())


WRONG: list[dict[str, str]] = [
    {"period": "8"},
    {"period": "everything"},
    {"period": "custom"},
    {"period": "custom", "from": "soon", "to": "2026-07-01"},
    {"period": "custom", "from": "2026-07-02", "to": "2026-07-01"},
    {"period": "custom", "from": "2026-02-30", "to": "2026-07-01"},
    {"period": "custom", "from": "9999-01-01", "to": "9999-12-31"},
    {"period": "custom", "from": "2000-01-01", "to": "2026-07-01"},
    {"period": "custom", "from": "0001-01-01", "to": "0001-01-02"},
]


@pytest.mark.parametrize("query", WRONG)
def test_a_wrong_period_shows_30_days_and_says_so(
    client: Client, admin: User, query: dict[str, str]
) -> None:
    page = usage_page(client, **query)

    assert "This period is not valid." in words(page)
    assert shown_days(page)[0] == (today() - timedelta(days=29)).isoformat()


def test_a_right_period_has_no_warning(client: Client, admin: User) -> None:
    assert "not valid" not in words(usage_page(client))


def test_the_reader_of_runs_sees_no_costs(client: Client) -> None:
    client.force_login(history_reader())
    succeeded(cost="0.17")
    failed()

    page = usage_page(client)

    assert "Runs" in cards(page)
    assert "$" not in words(page)
    assert "0.17" not in str(page)
    assert not any("ost" in label for label in cards(page))
    assert not any("ost" in heading for heading in (words(th) for th in page.select("th")))
    assert len(page.select("canvas")) == 2


def test_costs_are_a_right_of_their_own(client: Client) -> None:
    client.force_login(cost_reader())
    succeeded(cost="0.17")

    page = usage_page(client)

    assert "$0.17" in cards(page)["Cost"]
    assert len(page.select("canvas")) == 3


def test_the_right_to_see_costs_alone_opens_nothing(client: Client) -> None:
    user = UserFactory()
    user.user_permissions.set(
        Permission.objects.filter(codename__in=["access_admin", "view_costs"])
    )
    client.force_login(user)

    assert client.get(reverse(USAGE)).status_code == 302
    assert "LLM usage" not in client.get("/admin/").text


@pytest.mark.usefixtures("menu")
def test_the_menu_shows_the_report_to_readers_of_runs_only(client: Client) -> None:
    client.force_login(EditorFactory())
    assert reverse(USAGE) not in client.get("/admin/").text
    assert client.get(reverse(USAGE)).status_code == 302

    client.force_login(history_reader())
    assert reverse(USAGE) in client.get("/admin/").text


@pytest.mark.parametrize("make_user", [AdminFactory, history_reader])
@pytest.mark.usefixtures("menu")
def test_the_number_of_queries_does_not_grow_with_the_rows(
    client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    make_user: Callable[[], User],
) -> None:
    client.force_login(make_user())

    def add(**values: Any) -> None:
        succeeded(**values)
        failed(**values, error_detail=str(values))

    add()
    usage_page(client)
    with CaptureQueriesContext(connection) as few:
        usage_page(client)
    for number in range(5):
        add(model_key=f"model-{number}", queued_at=NOON + timedelta(days=number))

    with django_assert_num_queries(len(few)):
        page = usage_page(client)
    assert (len(rows(page, "models")), len(rows(page, "error-patterns"))) == (6, 6)


@pytest.mark.parametrize("count", [0, 1, 5])
@pytest.mark.usefixtures("menu")
def test_the_report_takes_few_queries_with_budgets_too(
    client: Client, admin: User, count: int
) -> None:
    now = timezone.now()
    run = succeeded(queued_at=now, cost="0.5")
    failed(queued_at=now - timedelta(days=3), error_detail="Too busy.")
    refresh(Period.last_days(30))
    for number in range(count):
        budget = LLMBudgetFactory(
            scope="user", user=run.user, period="day" if number % 2 else "month"
        )
        if number == 1:
            current_period(budget, now)
    usage_page(client, period="30")

    with CaptureQueriesContext(connection) as queries:
        page = usage_page(client, period="30")

    # Of them, 7 are of each page of Wagtail's admin: the session, the user, the profile, the locales and
    # the menu. One more sums up the runs of budgets that none was reserved in yet.
    assert len(queries) <= 15 + (count > 0)
    assert words(page).count("$0.50 (") == count


@pytest.mark.usefixtures("menu")
def test_the_report_takes_15_queries_where_workers_look_for_lost_runs_and_build_rollups(
    client: Client, admin: User, kept_queue: type[KeptQueue], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refresh_throttle, "seconds", 0.0)
    LLMActionFactory()
    for number in range(6):
        succeeded(queued_at=NOON + timedelta(days=number), model_key=f"model-{number}")
        failed(error_detail=str(number))
    refresh(Period(date(2026, 6, 21), date(2026, 7, 9)))
    succeeded(queued_at=NOON + timedelta(days=7))
    usage_page(client)

    with CaptureQueriesContext(connection) as queries:
        usage_page(client)

    # The models of the site's settings, which the menu asks for, are those of this site alone.
    others = [query for query in queries if "blog_" not in query["sql"]]
    assert len(others) <= 15


def test_the_runs_of_a_type_that_was_deleted_go_on_counting(client: Client, admin: User) -> None:
    gone = ContentType.objects.create(app_label="blog", model="gone")
    run = succeeded(target_content_type=gone)
    archive([run.pk])
    run.delete()
    gone.delete()

    page = usage_page(client)

    assert [row[:2] for row in rows(page, "page-types")] == [["Deleted type", "1"]]
    assert not page.select("section[aria-labelledby=llm-actions-page-types] tbody a")


def test_a_run_that_was_lost_is_counted_as_failed(client: Client, admin: User) -> None:
    LLMRunFactory(running=True, lease_expires_at=timezone.now() - timedelta(seconds=1))

    assert cards(page_at(client, reverse(USAGE)))["Failed"].startswith("Failed 1 ")


def test_words_of_a_provider_are_never_markup(client: Client, admin: User) -> None:
    failed(error_detail="<script>alert(1)</script>", action__label="<b>Bold</b>")

    page = usage_page(client)

    assert rows(page, "error-patterns")[0][2] == "<script>alert(1)</script>"
    assert not page.select(".llm-actions-usage b, .llm-actions-usage script")


def test_today_is_a_day_of_the_sites_time_zone() -> None:
    assert isinstance(today(), date)
    assert today() == timezone.localdate(timezone=timezone.get_default_timezone())


def test_times_from_rollups_are_marked_as_approximate(client: Client, admin: User) -> None:
    succeeded(seconds=10)
    exact = usage_page(client)
    assert headings(exact, "models")[7:9] == ["Median time", "95th percentile"]
    assert "±" not in cards(exact)["Time, median"]

    refresh(Period(date(2026, 7, 1), date(2026, 7, 10)))

    page = usage_page(client)
    assert headings(page, "models")[7:9] == ["Median time (± 4 %)", "95th percentile (± 4 %)"]
    assert headings(page, "times")[1:] == ["Median (± 4 %)", "95th percentile (± 4 %)"]
    assert "± 4 %, of 1 run, without bulk runs" in cards(page)["Time, median"]
    export = reverse("wagtail_llm_actions:usage_export", args=["times"], query=JULY)
    assert b"Median (\xc2\xb1 4 %) (s)" in b"".join(client.get(f"{export}&export=csv"))


@pytest.mark.usefixtures("menu")
def test_the_report_reads_rollups_by_two_queries(client: Client, admin: User) -> None:
    for number in range(6):
        succeeded(queued_at=NOON + timedelta(days=number), model_key=f"model-{number}")
    refresh(Period(date(2026, 6, 21), date(2026, 7, 10)))
    usage_page(client)

    with CaptureQueriesContext(connection) as queries:
        usage_page(client)

    rollups = [query for query in queries if "rollup" in query["sql"]]
    # The spans, and all that is shown of them and of the period before.
    assert len(rollups) == 2


def test_a_pattern_whose_runs_were_deleted_has_no_message_and_leads_to_no_other_runs(
    client: Client, admin: User
) -> None:
    run = failed(error_detail="Too busy.")
    archive([run.pk])
    LLMRun.objects.all().delete()
    failed(error_detail="The certificate has expired.")

    page = usage_page(client)

    (deleted,) = (row for row in rows(page, "error-patterns") if row[2] == "–")  # noqa: RUF001
    assert (deleted[0], deleted[3]) == ("Took too long timeout", "1")
    assert deleted[-1]
    links = page.select("section[aria-labelledby=llm-actions-error-patterns] td a")
    assert len(links) == 1
