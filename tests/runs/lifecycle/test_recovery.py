"""Recovery goes on where another process holds rows, and may never let go of them: it can be frozen."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.utils import timezone

from tests.factories import LLMBudgetFactory, LLMRunFactory
from tests.parts.held_rows import held
from tests.spending.buying import click, counters, with_prices
from wagtail_llm_actions.models import LLMBudgetPeriod, LLMReservation, LLMRun
from wagtail_llm_actions.runs.lifecycle.recovery import recover

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import Settings

    from tests.kept_queue import KeptQueue

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _impatient_connection(
    transactional_db: None, settings: Settings, kept_queue: type[KeptQueue]
) -> Iterator[None]:
    """Let who waits for a lock fail, where it would else wait for as long as the test holds it."""
    if not connection.features.has_select_for_update_skip_locked:
        pytest.skip("has no locks of rows, or cannot leave out those that are locked")
    with_prices(settings)
    setting = {"postgresql": "lock_timeout", "mysql": "innodb_lock_wait_timeout"}[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(f"SET {setting} = {1_000 if connection.vendor == 'postgresql' else 1}")
    yield
    connection.close()


def lost_run() -> LLMRun:
    return LLMRunFactory(running=True, lease_expires_at=timezone.now() - timedelta(seconds=1))


def lost_click() -> LLMRun:
    """Return a run that reserves something in each budget."""
    run = click()
    LLMRun.objects.filter(pk=run.pk).update(
        status="running", lease_token=run.pk, lease_expires_at=run.queued_at
    )
    return run


def status_of(run: LLMRun) -> str:
    return LLMRun.objects.get(pk=run.pk).status


def test_a_run_whose_row_is_held_keeps_no_other_from_being_ended() -> None:
    held_run, other = lost_run(), lost_run()

    with held(LLMRun.objects.filter(pk=held_run.pk)):
        recover()
        assert (status_of(held_run), status_of(other)) == ("running", "failed")

    recover()
    assert status_of(held_run) == "failed"


@pytest.mark.parametrize("model", [LLMBudgetPeriod, LLMReservation])
def test_what_a_budget_holds_keeps_no_run_from_being_ended(
    model: type[LLMBudgetPeriod | LLMReservation],
) -> None:
    budget, run = LLMBudgetFactory(amount_usd=100), lost_click()
    reserved = counters(budget)

    with held(model.objects.all()):
        recover()
        assert status_of(run) == "failed"
        assert counters(budget) == reserved

    recover()
    assert counters(budget) == (0, 0)


def test_what_is_held_of_one_budget_is_settled_in_others() -> None:
    first, second = LLMBudgetFactory(amount_usd=100), LLMBudgetFactory(amount_usd=200)
    lost_click()

    with held(LLMBudgetPeriod.objects.filter(budget=first)):
        recover()
        assert counters(first) != (0, 0)
        assert counters(second) == (0, 0)
