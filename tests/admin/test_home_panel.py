"""The panel on the admin's front page."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.admin.html import page_at, words
from tests.factories import (
    LLMActionFactory,
    LLMAttemptFactory,
    LLMBudgetFactory,
    LLMRunFactory,
    UserFactory,
)
from tests.kept_queue import KeptQueue
from tests.parts.unreachable import refusing_port
from tests.parts.valkey import Valkey, rq_queues
from wagtail_llm_actions.admin.dashboard.home_panel import HomePanel
from wagtail_llm_actions.errors import (
    AccountDisabled,
    AuthenticationFailed,
    BudgetExceeded,
    OutOfCredit,
    ProviderError,
    QueueUnavailable,
    RateLimited,
)
from wagtail_llm_actions.models import LLMAction, LLMCircuitBreaker, LLMRun
from wagtail_llm_actions.queues.rq import RQQueue
from wagtail_llm_actions.reporting.period import Period
from wagtail_llm_actions.reporting.rollups import refresh
from wagtail_llm_actions.runs.lifecycle.outcome import error_fields

if TYPE_CHECKING:
    from bs4 import Tag
    from django.contrib.auth.models import User
    from django.test import Client
    from pytest_django import DjangoAssertNumQueries, Settings

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept_queue")]


def panel(client: Client) -> Tag | None:
    """Return the panel, where the front page has one."""
    return page_at(client, reverse("wagtailadmin_home")).select_one("#llm-actions-section")


def shown(client: Client) -> Tag:
    found = panel(client)
    assert found is not None
    return found


def figures(client: Client) -> dict[str, str]:
    cards = shown(client).select(".llm-actions-cards li")
    return {words(card.select("span")[0]): words(card.select("strong")[0]) for card in cards}


def alerts(client: Client) -> list[str]:
    return [words(item) for item in shown(client).select(".llm-actions-alerts li")]


def runs(count: int, **kwargs: Any) -> None:
    LLMRunFactory.create_batch(
        count, **{"finished_at": timezone.now(), "succeeded": "error_code" not in kwargs} | kwargs
    )


def failed(count: int, **kwargs: Any) -> None:
    runs(count, **{"status": LLMRun.Status.FAILED, "error_code": "timeout"} | kwargs)


def reader(*codenames: str) -> User:
    user: User = UserFactory.create()
    names = ["access_admin", *codenames]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    return user


def test_the_month_is_shown_in_figures_that_lead_to_their_runs(client: Client, admin: User) -> None:
    llm_action = LLMActionFactory()
    runs(3, action=llm_action, cost_usd="0.5", decision="accepted")
    runs(1, action=llm_action, cost_usd="0.5", decision="dismissed")
    failed(1, action=llm_action)
    runs(1, action=llm_action, trigger=LLMRun.Trigger.TEST, cost_usd=9)
    runs(1, action=llm_action, queued_at=timezone.now() - timedelta(days=32), cost_usd=9)

    assert figures(client) == {
        "Runs": "5",
        "Succeeded": "80.0 %",
        "Accepted": "75.0 %",
        "Cost": "$2.00",
    }
    for link in shown(client).select(".llm-actions-cards a"):
        assert client.get(str(link["href"])).status_code == 200


def test_the_figures_are_those_of_the_report(client: Client, admin: User) -> None:
    runs(2, cost_usd="0.5")

    page = page_at(client, f"{reverse('wagtail_llm_actions:usage')}?period=month")

    cards = {
        words(card.select("span")[0]): words(card.select("strong")[0])
        for card in page.select(".llm-actions-cards li")
    }
    assert figures(client).items() <= cards.items()


def test_costs_are_for_those_who_may_view_them(client: Client) -> None:
    LLMActionFactory()
    client.force_login(reader("view_llmrun"))
    assert "Cost" not in figures(client)

    client.force_login(reader("view_llmrun", "view_costs"))
    assert "Cost" in figures(client)


def test_the_panel_is_for_those_who_may_view_the_history(client: Client) -> None:
    LLMActionFactory()
    client.force_login(reader("view_costs", "add_llmaction"))

    assert panel(client) is None


def test_nothing_is_shown_where_nothing_was_set_up(client: Client, admin: User) -> None:
    assert panel(client) is None


def test_runs_of_deleted_actions_are_shown(client: Client, admin: User) -> None:
    runs(1)
    LLMAction.objects.all().delete()

    assert figures(client)["Runs"] == "1"


def test_nothing_needs_attention_where_all_is_well(client: Client, admin: User) -> None:
    runs(6)

    assert alerts(client) == []
    assert "What needs attention" not in words(shown(client))


@pytest.mark.parametrize(
    ("good", "bad", "is_said"), [(2, 3, True), (3, 3, False), (0, 4, False), (0, 5, True)]
)
def test_a_model_that_fails_most_of_the_time_is_named(
    client: Client, admin: User, good: int, bad: int, is_said: bool
) -> None:
    llm_action = LLMActionFactory()
    runs(good, action=llm_action)
    failed(bad, action=llm_action)

    sentence = f"Scripted: {bad} of {good + bad} runs failed in the last 24 hours."
    assert alerts(client) == ([sentence] if is_said else [])
    for link in shown(client).select(".llm-actions-alerts a"):
        page = page_at(client, str(link["href"]))
        assert len(page.select("table.listing tbody tr")) == bad


@pytest.mark.parametrize(
    "other",
    [
        {"finished_at": timezone.now() - timedelta(hours=25)},
        {"trigger": LLMRun.Trigger.TEST},
        {"status": LLMRun.Status.CANCELLED},
        {"error_code": "nothing_to_change"},
    ],
)
def test_old_runs_tests_cancelled_runs_and_correct_texts_say_nothing_of_a_model(
    client: Client, admin: User, other: dict[str, Any]
) -> None:
    failed(6, **other)

    assert alerts(client) == []


def test_active_actions_whose_models_are_gone_are_named(client: Client, admin: User) -> None:
    first = LLMActionFactory(label="Ebb", model="gone")
    LLMActionFactory(label="Flow", fallback_model="lost")
    LLMActionFactory(label="Off", model="gone", is_active=False)

    assert alerts(client) == [
        "“Ebb” uses the model gone, which is not configured any more.",
        "“Flow” has the fallback model lost, which is not configured any more.",
    ]
    link = shown(client).select(".llm-actions-alerts a")[0]
    assert link["href"] == reverse("wagtail_llm_actions_actions:edit", args=[first.pk])


def test_a_reader_who_may_not_change_actions_gets_no_link(client: Client) -> None:
    LLMActionFactory(model="gone")
    client.force_login(reader("view_llmrun"))

    assert len(alerts(client)) == 1
    assert shown(client).select(".llm-actions-alerts a") == []


def test_many_actions_without_a_model_are_counted(client: Client, admin: User) -> None:
    LLMActionFactory.create_batch(7, model="gone")

    said = alerts(client)

    assert len(said) == 6
    assert said[-1] == "2 more models of actions are not configured any more."


def test_active_actions_whose_fields_are_gone_are_named(client: Client, admin: User) -> None:
    LLMActionFactory(label="Ebb", source="lead")
    LLMActionFactory(label="Flow", prompt_template__text="{{ input }} {{ fields.lead }}")
    LLMActionFactory(label="Off", source="lead", is_active=False)

    assert alerts(client) == [
        "“Ebb”: “Blog page” has no field “lead” to read.",
        "“Flow”: “Blog page” has nothing for {{ fields.lead }}, which the prompt template uses.",
    ]
    assert len(shown(client).select(".llm-actions-alerts a")) == 2


def test_a_queue_without_a_worker_is_said(
    client: Client, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    LLMActionFactory()
    monkeypatch.setattr(KeptQueue, "has_worker", lambda _self: False)

    assert alerts(client) == ["No worker is running, so no run will start."]


def test_a_queue_server_that_is_down_is_said(
    client: Client, admin: User, settings: Settings
) -> None:
    LLMActionFactory()
    use_rq(settings, rq_queues(refusing_port()))

    assert alerts(client) == ["The queue server cannot be reached, so no run will start."]


def test_settings_that_cannot_be_read_leave_the_front_page_alone(
    client: Client, admin: User, settings: Settings
) -> None:
    LLMActionFactory()
    settings.WAGTAIL_LLM_ACTIONS = {"QUEUE": "nowhere.Queue"}

    (sentence,) = alerts(client)

    assert sentence.startswith("The settings of LLM actions are invalid: ")


def test_a_worker_counts_while_it_shows_that_it_lives(settings: Settings) -> None:
    with Valkey() as server:
        use_rq(settings, server.rq_queues)
        queue = RQQueue()
        assert not queue.has_worker()

        with server._client() as redis:
            redis.sadd("rq:workers:llm", "rq:worker:one")
            assert not queue.has_worker()
            redis.hset("rq:worker:one", "state", "idle")
            assert queue.has_worker()

    with pytest.raises(QueueUnavailable):
        queue.has_worker()


def use_rq(settings: Settings, queues: dict[str, Any]) -> None:
    settings.RQ_QUEUES = queues
    llm = dict(django_settings.WAGTAIL_LLM_ACTIONS)
    llm.pop("QUEUE", None)
    settings.WAGTAIL_LLM_ACTIONS = llm


def test_an_open_circuit_breaker_is_an_alert(client: Client, admin: User) -> None:
    runs(1)
    now = timezone.now()
    LLMCircuitBreaker.objects.create(
        provider_name="test",
        request_model="scripted",
        failures=5,
        error_code="timeout",
        opened_at=now,
        retry_at=now,
    )

    (sentence,) = alerts(client)
    (link,) = shown(client).select(".llm-actions-alerts a")

    assert sentence.startswith("Scripted: Not asked since ")
    assert sentence.endswith("after 5 failures (Took too long): the next run tries it again.")
    assert link["href"] == reverse("wagtail_llm_actions:models")


def call(minutes_ago: int, **values: Any) -> None:
    finished_at = timezone.now() - timedelta(minutes=minutes_ago)
    LLMAttemptFactory(model_key="scripted", finished_at=finished_at, **values)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OutOfCredit, "The account that pays for Scripted has no credit left."),
        (BudgetExceeded, "The budget for Scripted is used up."),
        (AccountDisabled, "The account for Scripted is disabled or not verified."),
        (AuthenticationFailed, "Scripted is not set up. Ask your admin to check its key."),
    ],
)
def test_an_account_that_a_fallback_hides_is_an_alert(
    client: Client, admin: User, error: type[ProviderError], words: str
) -> None:
    call(9)
    call(5, **error_fields(error(provider="test", model="scripted")))
    runs(1, used_fallback=True)

    (alert,) = alerts(client)

    assert alert.startswith(words)


def test_an_alert_about_an_account_says_what_to_check_to_those_who_can(
    client: Client, admin: User
) -> None:
    call(5, **error_fields(OutOfCredit(provider="test", model="scripted")))
    runs(1, used_fallback=True)

    (alert,) = alerts(client)

    assert "What to check: The account at the provider “test” has no credit left" in alert


def test_an_account_that_works_again_is_no_alert(client: Client, admin: User) -> None:
    call(5, **error_fields(OutOfCredit(provider="test", model="scripted")))
    call(1)
    runs(1)

    assert alerts(client) == []


def test_what_passes_by_itself_is_no_alert(client: Client, admin: User) -> None:
    call(5, **error_fields(RateLimited(provider="test", model="scripted")))
    runs(1)

    assert alerts(client) == []


@pytest.mark.usefixtures("menu")
def test_the_panel_takes_few_queries_of_all_that_the_front_page_takes(
    client: Client, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs(3)
    refresh(Period.last_days(60))
    for scope in ("site", "action"):
        action = LLMAction.objects.first() if scope == "action" else None
        LLMBudgetFactory(scope=scope, action=action)

    def queries() -> int:
        panel(client)
        with CaptureQueriesContext(connection) as found:
            panel(client)
        return len(found)

    with_panel = queries()
    monkeypatch.setattr(HomePanel, "get_context_data", lambda *_: {})

    # The actions, the rollups' spans, the runs of today, the rollups, the budgets, what no run has asked
    # for yet, the models that rest, the recent calls and runs.
    assert 5 < with_panel - queries() <= 9


@pytest.mark.usefixtures("menu")
def test_the_number_of_queries_is_small_and_stays(
    client: Client, admin: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    panel(client)
    with CaptureQueriesContext(connection) as none:
        panel(client)
    runs(1)
    with CaptureQueriesContext(connection) as one:
        panel(client)
    for number in range(6):
        LLMActionFactory(model=f"gone-{number}")
        runs(3)
        failed(3, model_key=f"gone-{number}")

    # The actions, the rollups of the month, its runs, the models that rest, the recent calls and runs,
    # the budgets.
    assert len(one) == len(none) + 5
    with django_assert_num_queries(len(one)):
        panel(client)
