"""However many clicks come at once, no more is spent than the budget has; and the counters add up."""

from __future__ import annotations

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from django.db import connections
from django.db.models import Sum

from tests.factories import (
    AdminFactory,
    BlogPageFactory,
    EditorFactory,
    LLMActionFactory,
    LLMBudgetFactory,
)
from tests.spending.buying import bought, counters, script
from tests.spending.racing import built_run, closed_connections, new_run, prepare
from wagtail_llm_actions.errors import AuthenticationFailed, LimitExceeded
from wagtail_llm_actions.generation import Usage
from wagtail_llm_actions.models import LLMReservation, LLMRun
from wagtail_llm_actions.runs.enqueue import create_and_enqueue
from wagtail_llm_actions.runs.lifecycle.cancel import cancel
from wagtail_llm_actions.runs.lifecycle.execute import execute
from wagtail_llm_actions.runs.lifecycle.recovery import recover
from wagtail_llm_actions.runs.request.build_run import build_run
from wagtail_llm_actions.signals import budget_threshold_reached
from wagtail_llm_actions.spending.notices import tell_of_spending

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.core.mail import EmailMessage
    from pytest_django import Settings

    from tests.kept_queue import KeptQueue

THREADS, CLICKS = 8, 200
TOKENS = 1_000
"""Billed for each run: a dollar."""


@pytest.fixture(autouse=True)
def _prepared(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, kept_queue: type[KeptQueue]
) -> None:
    prepare(settings, monkeypatch)


@pytest.mark.django_db(transaction=True)
def test_two_hundred_clicks_at_once_spend_no_more_than_the_budget() -> None:
    budget = LLMBudgetFactory(amount_usd=10)
    LLMBudgetFactory(scope="user", user=(user := EditorFactory()), amount_usd=1_000)
    run = built_run(user)
    together = threading.Barrier(THREADS)

    def work(_number: int) -> None:
        try:
            together.wait(60)
            for _ in range(CLICKS // THREADS):
                try:
                    (new,) = create_and_enqueue(new_run(run))
                except LimitExceeded:
                    continue
                if new.status == LLMRun.Status.QUEUED:
                    script("The tide.", Usage(input_tokens=TOKENS, output_tokens=0))
                    execute(new.pk)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as workers:
        list(workers.map(work, range(THREADS)))

    spent = LLMRun.objects.aggregate(total=Sum("cost_usd"))["total"]
    assert 0 < spent <= 10
    assert counters(budget) == (spent, 0)
    assert not LLMRun.objects.unfinished().exists()


def bill(run: LLMRun, tokens: int) -> None:
    script("Tide.", Usage(input_tokens=tokens, output_tokens=7))
    execute(run.pk)


def refuse(run: LLMRun, _tokens: int) -> None:
    script(AuthenticationFailed)
    execute(run.pk)


def lose(run: LLMRun, _tokens: int) -> None:
    LLMRun.objects.filter(pk=run.pk).update(
        status="running", lease_token=run.pk, lease_expires_at=run.queued_at
    )


FATES: list[Callable[[LLMRun, int], object]] = [
    bill,
    bill,
    refuse,
    lose,
    lambda run, _: cancel(run.pk),
    lambda *_: None,
]


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(3))
def test_the_counters_equal_the_sum_over_the_runs_whatever_happens_to_them(seed: int) -> None:
    chance, users = random.Random(seed), [EditorFactory(), EditorFactory()]  # noqa: S311
    llm_action, page = LLMActionFactory(max_tokens=100), BlogPageFactory()
    site = LLMBudgetFactory(amount_usd=60)
    daily = LLMBudgetFactory(scope="action", action=llm_action, period="day", amount_usd=1_000)
    late = LLMBudgetFactory.build(scope="user", user=users[0], amount_usd=40)

    for step in range(40):
        if step == 20:
            late.save()
        run, _error = build_run(
            llm_action, page, trigger=LLMRun.Trigger.EDITOR, user=chance.choice(users)
        )
        with suppress(LimitExceeded):
            create_and_enqueue(run)
        if run.status == LLMRun.Status.QUEUED and not run._state.adding:
            chance.choice(FATES)(run, chance.randrange(3_000))
    for run in LLMRun.objects.queued():
        cancel(run.pk)
    recover()

    runs = LLMRun.objects.all()
    for budget, counted in [(site, runs), (daily, runs), (late, runs.filter(user=users[0]))]:
        total = counted.aggregate(total=Sum("cost_usd"))["total"]
        assert counters(budget) == (total, 0)
    assert runs.filter(error_code="limit_reached").exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("tokens", "told"), [(8_500, ["warning"]), (10_000, ["limit"])], ids=["80 %", "the limit"]
)
def test_of_all_that_see_a_threshold_in_the_same_moment_one_tells(
    tokens: int, told: list[str], mailoutbox: list[EmailMessage]
) -> None:
    AdminFactory()
    budget = LLMBudgetFactory(amount_usd=10, at_limit="warn")
    bought(1)
    budget.periods.update(spent_nano_usd=tokens * 1_000_000)
    (period,) = budget.periods.all()
    heard: list[str] = []
    together = threading.Barrier(THREADS)

    def hear(threshold: str, **_kwargs: object) -> None:
        heard.append(threshold)

    def tell(_number: int) -> None:
        with closed_connections():
            together.wait(60)
            tell_of_spending(period.pk)

    budget_threshold_reached.connect(hear)
    try:
        with ThreadPoolExecutor(THREADS) as workers:
            list(workers.map(tell, range(THREADS)))
    finally:
        budget_threshold_reached.disconnect(hear)

    assert heard == told
    assert len(mailoutbox) == 1


@pytest.mark.django_db(transaction=True)
def test_budgets_are_deleted_and_made_while_people_click_and_nobody_meets_an_error() -> None:
    run = built_run(EditorFactory())
    over = threading.Event()

    def click_on(_number: int) -> None:
        with closed_connections():
            for _ in range(CLICKS // THREADS):
                (new,) = create_and_enqueue(new_run(run))
                assert new.status == LLMRun.Status.QUEUED
                cancel(new.pk)

    def change_budgets() -> None:
        with closed_connections():
            while not over.is_set():
                budget = LLMBudgetFactory(amount_usd=1_000)
                time.sleep(0.01)
                budget.delete()

    with ThreadPoolExecutor(THREADS) as workers:
        admin = workers.submit(change_budgets)
        try:
            list(workers.map(click_on, range(THREADS - 1)))
        finally:
            over.set()
        admin.result()

    assert not LLMReservation.objects.exists()
