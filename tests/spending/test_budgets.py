"""A budget is reserved before anything is spent, and settled by what was billed."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext

from example_site.blog.models import BlogPage
from tests.factories import (
    BlogPageFactory,
    EditorFactory,
    LLMActionFactory,
    LLMBudgetFactory,
    LLMRunFactory,
)
from tests.runs.starting import start_run
from tests.spending.buying import bought, click, counters, script, with_prices, worst_usd
from wagtail_llm_actions.bulk.start import build_chunks, new_key, save_and_enqueue
from wagtail_llm_actions.errors import (
    AuthenticationFailed,
    BudgetReached,
    LLMActionsError,
    ModelUnavailable,
)
from wagtail_llm_actions.generation import Usage
from wagtail_llm_actions.messages.errors import error_sentence
from wagtail_llm_actions.messages.notices import notice
from wagtail_llm_actions.models import LLMBudget, LLMReservation, LLMRun
from wagtail_llm_actions.runs.lifecycle.cancel import cancel
from wagtail_llm_actions.runs.lifecycle.execute import execute
from wagtail_llm_actions.runs.lifecycle.recovery import recover
from wagtail_llm_actions.runs.playground import start_playground_run

if TYPE_CHECKING:
    from pytest_django import Settings

    from tests.kept_queue import KeptQueue

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _prices(settings: Settings, kept_queue: type[KeptQueue]) -> None:
    with_prices(settings)


def test_a_price_per_request_is_reserved_for_each_call_and_counted(settings: Settings) -> None:
    price = {"INPUT": 0, "OUTPUT": 0, "REQUESTS": 1_000}
    models = {"scripted": {"PROVIDER": "test", "NAME": "scripted", "PRICE": price}}
    settings.WAGTAIL_LLM_ACTIONS = {**settings.WAGTAIL_LLM_ACTIONS, "MODELS": models}
    budget = LLMBudgetFactory(amount_usd=100)

    # Three attempts and a repair, at a dollar each.
    assert worst_usd(click()) == 4
    assert bought(500).cost_usd == 1
    assert counters(budget) == (1, 4)


def test_a_run_reserves_its_worst_case_and_then_counts_as_it_was_billed() -> None:
    budget = LLMBudgetFactory(amount_usd=100)

    run = click()

    spent, reserved = counters(budget)
    assert (spent, reserved) == (0, worst_usd(run))
    # Three attempts and a repair, each with 100 tokens of output and the overhead of a request.
    assert reserved > 4 * Decimal("0.6")

    execute(run.pk)

    run.refresh_from_db()
    assert run.cost_usd
    assert counters(budget) == (run.cost_usd, 0)


def test_a_run_that_may_cost_more_than_is_left_is_refused_and_says_until_when() -> None:
    LLMBudgetFactory(amount_usd=10, period="month")
    bought(9_500)

    run = click()

    assert (run.status, run.error_code) == ("failed", "limit_reached")
    assert run.error_context["reason"] == "budget"
    assert "monthly budget of this site has too little left" in error_sentence(run)
    assert "It begins anew on " in error_sentence(run)
    assert "$" not in error_sentence(run)
    assert LLMReservation.objects.filter(run=run).count() == 0


def test_runs_under_way_hold_what_they_may_cost_and_editors_are_told_to_wait() -> None:
    budget = LLMBudgetFactory(amount_usd=100)
    budget.amount_usd = round(Decimal("1.5") * worst_usd(click()), 2)
    budget.save()

    assert "Wait until they have ended" in error_sentence(click())


def test_each_candidate_is_reserved() -> None:
    budget = LLMBudgetFactory(amount_usd=100)

    run = click(candidate_count=3)

    assert counters(budget)[1] == 3 * worst_usd(run)


def test_the_fallback_model_and_its_retries_are_reserved_too() -> None:
    budget = LLMBudgetFactory(amount_usd=100)
    alone = click()
    both = click(fallback_model="cheap")

    assert worst_usd(both) > worst_usd(alone)
    assert counters(budget)[1] == worst_usd(alone) + worst_usd(both)


def test_all_budgets_that_apply_count_a_run_and_no_other() -> None:
    user, llm_action, group = (
        EditorFactory(),
        LLMActionFactory(),
        Group.objects.create(name="Press"),
    )
    user.groups.add(group)
    ours = [
        LLMBudgetFactory(scope="site", amount_usd=100),
        LLMBudgetFactory(scope="group", group=group, amount_usd=100),
        LLMBudgetFactory(scope="user", user=user, amount_usd=100, period="day"),
        LLMBudgetFactory(scope="action", action=llm_action, amount_usd=100),
    ]
    others = [
        LLMBudgetFactory(scope="group", group=Group.objects.create(name="Other")),
        LLMBudgetFactory(scope="user", user=EditorFactory()),
        LLMBudgetFactory(scope="action", action=LLMActionFactory()),
    ]

    run = click(user=user, action=llm_action)

    assert {counters(budget)[1] for budget in ours} == {worst_usd(run)}
    assert [budget.periods.count() for budget in others] == [0, 0, 0]


def test_what_one_budget_reserves_is_given_back_where_another_one_refuses() -> None:
    user = EditorFactory()
    site = LLMBudgetFactory(amount_usd=100)
    LLMBudgetFactory(scope="user", user=user, amount_usd=Decimal("0.01"))

    assert click(user=user).error_context["scope"] == "user"
    assert not site.periods.filter(reserved_nano_usd__gt=0).exists()


def test_a_soft_budget_counts_and_refuses_nothing() -> None:
    budget = LLMBudgetFactory(amount_usd=1, at_limit="warn")
    bought(5_000)

    assert click().status == "queued"
    assert counters(budget)[0] == 5


def test_a_failed_call_that_is_not_billed_costs_nothing() -> None:
    budget, run = LLMBudgetFactory(amount_usd=100), click()
    script(AuthenticationFailed)

    execute(run.pk)

    assert counters(budget) == (0, 0)


def test_a_cancelled_run_gives_back_what_it_reserved() -> None:
    budget, run = LLMBudgetFactory(amount_usd=100), click()

    cancel(run.pk)

    assert counters(budget) == (0, 0)


def test_a_run_of_a_lost_worker_counts_the_call_that_nobody_knows_the_cost_of() -> None:
    budget, run = LLMBudgetFactory(amount_usd=100), click()
    run.attempts.create(number=1, cost_usd=Decimal(2), started_at=run.queued_at)
    run.attempts.create(number=2, started_at=run.queued_at)
    LLMRun.objects.filter(pk=run.pk).update(
        status="running", lease_token=run.pk, lease_expires_at=run.queued_at
    )

    recover()

    call = LLMReservation.objects.get().call_nano_usd
    assert counters(budget) == (2 + Decimal(call) / 10**9, 0)


def test_calls_that_nobody_knows_the_cost_of_count_no_more_than_was_reserved() -> None:
    budget, run = LLMBudgetFactory(amount_usd=100), click(fallback_model="cheap")
    worst = worst_usd(run)
    # A repair would be the dearest call of the run, and it made none.
    for _ in range(LLMActionsError.max_attempts):
        script(ModelUnavailable(provider="test", model="scripted"))
    script("The tide.", Usage(input_tokens=1_000, output_tokens=0))

    execute(run.pk)

    run.refresh_from_db()
    assert (run.status, run.cost_usd) == ("succeeded", None)
    call = Decimal(LLMReservation.objects.get().call_nano_usd) / 10**9
    assert LLMActionsError.max_attempts * call > worst
    assert counters(budget) == (worst, 0)


def test_recovery_settles_what_a_killed_worker_could_not() -> None:
    budget, run = LLMBudgetFactory(amount_usd=100), click()
    LLMRun.objects.filter(pk=run.pk).update(status="succeeded", cost_usd=Decimal("0.5"))

    recover()
    recover()

    assert counters(budget) == (Decimal("0.5"), 0)


def test_a_run_that_was_deleted_counts_what_it_reserved() -> None:
    budget, run = LLMBudgetFactory(amount_usd=100), click()
    worst = worst_usd(run)
    run.delete()

    recover()

    assert counters(budget) == (worst, 0)


def test_an_unknown_price_is_refused_unless_the_budget_states_one(settings: Settings) -> None:
    with_prices(settings, scripted=None)
    budget = LLMBudgetFactory(amount_usd=100)

    refused = click()
    assert refused.error_context == {"reason": "price_unknown", "model": "scripted"}

    budget.assumed_price_usd = 2_000
    budget.save()
    assert bought(1_000).status == "succeeded"
    assert counters(budget) == (2, 0)


def test_an_unknown_price_is_no_reason_for_a_soft_budget(settings: Settings) -> None:
    with_prices(settings, scripted=None)
    LLMBudgetFactory(amount_usd=100, at_limit="warn")

    assert click().status == "queued"


def test_what_costs_nothing_is_never_refused(settings: Settings) -> None:
    LLMBudgetFactory(amount_usd=1)
    LLMRunFactory(succeeded=True, cost_usd=2)
    assert click().status == "failed"

    with_prices(settings, scripted=0)
    assert click(user=EditorFactory()).status == "queued"


def test_a_new_budget_counts_what_the_period_has_cost_and_what_is_under_way() -> None:
    LLMRunFactory(succeeded=True, cost_usd=Decimal("1.25"))
    running = click()
    budget = LLMBudgetFactory(amount_usd=100)
    click()
    assert counters(budget)[0] == Decimal("1.25")

    LLMRun.objects.filter(pk=running.pk).update(status="succeeded", cost_usd=1)
    recover()

    assert counters(budget)[0] == Decimal("2.25")


def test_a_site_without_budgets_asks_one_query_more_and_none_when_a_run_ends() -> None:
    user, llm_action, page = EditorFactory(), LLMActionFactory(), BlogPageFactory()

    with CaptureQueriesContext(connection) as starting:
        run = start_run(llm_action, page, user=user)
    with CaptureQueriesContext(connection) as executing:
        execute(run.pk)

    assert [query["sql"].split()[0] for query in starting if "llmbudget" in query["sql"]] == [
        "SELECT"
    ]
    assert not [query for query in executing if "llmbudget" in query["sql"]]
    (with_run,) = [query["sql"] for query in executing if "llmreservation" in query["sql"]]
    assert "EXISTS" in with_run, "a part of the query that reads the run"


def test_at_the_limit_the_cheaper_model_is_asked_where_the_action_names_one() -> None:
    budget = LLMBudgetFactory(amount_usd=10, at_limit="cheaper_model")
    llm_action = LLMActionFactory(max_tokens=100, fallback_model="cheap", cheaper_model="cheap")
    assert bought(9_500, action=llm_action).model_key == "scripted"

    run = bought(1_000, action=llm_action)

    assert (run.status, run.model_key, run.request_model) == ("succeeded", "cheap", "cheap")
    assert (run.used_cheaper_model, run.fallback_model_key) == (True, "")
    assert "A budget has too little left, so the cheaper model cheap wrote this text." in notice(
        run
    )
    assert counters(budget) == (Decimal("9.501"), 0)


def test_without_a_cheaper_model_the_run_is_refused() -> None:
    LLMBudgetFactory(amount_usd=1, at_limit="cheaper_model")

    assert click().error_context["reason"] == "budget"


def test_another_budget_may_refuse_what_the_cheaper_model_costs() -> None:
    LLMBudgetFactory(amount_usd=1, at_limit="cheaper_model")
    LLMBudgetFactory(amount_usd=Decimal("0.01"), at_limit="refuse")
    llm_action = LLMActionFactory(max_tokens=4_000, cheaper_model="cheap")

    assert click(action=llm_action).status == "failed"


def test_candidates_take_the_cheaper_model_together() -> None:
    LLMBudgetFactory(amount_usd=1, at_limit="cheaper_model")

    click(candidate_count=2, cheaper_model="cheap")

    assert set(LLMRun.objects.values_list("model_key")) == {("cheap",)}


def test_a_test_of_an_action_counts_and_is_of_its_own_model() -> None:
    LLMBudgetFactory(amount_usd=1, at_limit="cheaper_model")

    run = start_playground_run(
        llm_action=LLMActionFactory(cheaper_model="cheap"),
        user=EditorFactory(),
        client_request_id=uuid.uuid4(),
        text="The tide.",
    )

    assert (run.status, run.model_key) == ("failed", "scripted")


def test_bulk_runs_stop_where_the_budget_does_and_wait_for_those_under_way() -> None:
    llm_action = LLMActionFactory(max_tokens=100)
    pages = [BlogPageFactory().pk for _ in range(4)]
    objects, key = BlogPage.objects.filter(pk__in=pages), new_key()
    budget = LLMBudgetFactory(amount_usd=100)
    worst = worst_usd(click(action=llm_action))
    LLMBudget.objects.update(amount_usd=round(worst * Decimal("3.2"), 2))

    (chunk,) = build_chunks(llm_action, objects, key=key)
    save_and_enqueue(llm_action, chunk)
    assert (len(chunk.runs), len(chunk.postponed)) == (2, 2)
    assert isinstance(chunk.refusal, BudgetReached)
    assert chunk.refusal.is_reserved

    for run in chunk.runs:
        script("The tide.", Usage(input_tokens=int(worst * 1_200), output_tokens=0))
        execute(run.pk)
    chunk.runs = chunk.postponed
    save_and_enqueue(llm_action, chunk)
    assert [run.status for run in chunk.runs] == ["failed"]
    assert len(chunk.postponed) == 1
    assert counters(budget)[0] == 2 * Decimal(int(worst * 1_200)) / 1_000
