"""What a process that stops within a transaction holds is let go of when its leases are over."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest
from django.db import InternalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import EditorFactory, LLMBudgetFactory, LLMRunFactory
from tests.parts.held_rows import held
from tests.retention.runs import full_run
from tests.spending.buying import click, with_prices
from tests.spending.racing import closed_connections
from wagtail_llm_actions.database.locks import let_locks_expire
from wagtail_llm_actions.models import LLMBudgetPeriod, LLMExport, LLMRollupSpan, LLMRun
from wagtail_llm_actions.reporting.rollups import refresh
from wagtail_llm_actions.retention.prune import due_work, prune
from wagtail_llm_actions.runs.decisions import dismiss
from wagtail_llm_actions.runs.lifecycle.cancel import cancel
from wagtail_llm_actions.runs.lifecycle.transitions import fail_abandoned
from wagtail_llm_actions.spending.verification import verify

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django import Settings

    from tests.kept_queue import KeptQueue

pytestmark = pytest.mark.django_db(transaction=True)

SETTING = "idle_in_transaction_session_timeout"


@pytest.fixture(autouse=True)
def _postgresql(transactional_db: None, settings: Settings, kept_queue: type[KeptQueue]) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("about PostgreSQL")
    with_prices(settings)


def limit() -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {SETTING}")
        return str(cursor.fetchone()[0])


def test_the_limit_is_that_of_a_lease_and_ends_with_the_transaction() -> None:
    with transaction.atomic():
        let_locks_expire()
        assert limit() == "15s"

    assert limit() == "0"


def test_a_transaction_of_the_site_has_no_limit() -> None:
    with transaction.atomic(), transaction.atomic():
        let_locks_expire()
        assert limit() == "0"


def test_a_limit_of_the_site_stays() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET {SETTING} = '1min'")
    try:
        with transaction.atomic():
            let_locks_expire()
            assert limit() == "1min"
    finally:
        connection.close()


def test_a_click_waits_no_longer_for_a_process_that_is_frozen(settings: Settings) -> None:
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {"LEASE_SECONDS": 1}
    LLMBudgetFactory(amount_usd=100)
    click()
    holds, goes_on = threading.Event(), threading.Event()

    def be_frozen() -> None:
        with closed_connections(), transaction.atomic():
            let_locks_expire()
            LLMBudgetPeriod.objects.select_for_update().get()
            holds.set()
            goes_on.wait()
            LLMBudgetPeriod.objects.update(spent_nano_usd=1)

    with ThreadPoolExecutor(1) as pool:
        frozen = pool.submit(be_frozen)
        holds.wait()
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '60s'")
            assert click().status == "queued"
        finally:
            goes_on.set()
            connection.close()
        with pytest.raises(InternalError, match="idle-in-transaction"):
            frozen.result()
    assert LLMBudgetPeriod.objects.get().spent_nano_usd == 0


def fail_a_run() -> Callable[[], object]:
    LLMRunFactory(running=True, lease_expires_at=timezone.now() - timedelta(seconds=1))
    return fail_abandoned


def buy() -> Callable[[], object]:
    LLMBudgetFactory(amount_usd=100)
    return click


def settle_a_run() -> Callable[[], object]:
    return partial(cancel, buy()().pk)  # type: ignore[attr-defined]


def verify_budgets() -> Callable[[], object]:
    buy()()
    return lambda: list(verify())


def prune_a_run() -> Callable[[], object]:
    full_run(days=91)
    return lambda: prune(due_work())


def discard_an_export() -> Callable[[], object]:
    LLMExport.objects.create(user=EditorFactory(), expires_at=timezone.now())
    return LLMExport.objects.expired().discard


def sum_up_a_day() -> Callable[[], object]:
    full_run(days=2)
    return refresh


def decide_on_an_older_run() -> Callable[[], object]:
    return partial(dismiss, full_run(days=2, decision=LLMRun.Decision.NONE))


@pytest.mark.parametrize(
    "prepared",
    [
        fail_a_run,
        buy,
        settle_a_run,
        verify_budgets,
        prune_a_run,
        discard_an_export,
        sum_up_a_day,
        decide_on_an_older_run,
    ],
)
def test_a_transaction_whose_locks_others_wait_for_has_the_limit(
    prepared: Callable[[], Callable[[], object]],
) -> None:
    write = prepared()

    with CaptureQueriesContext(connection) as queries:
        write()

    assert [query for query in queries if SETTING in query["sql"]]


def test_a_day_that_another_process_holds_is_summed_up_later() -> None:
    run = full_run(days=2, decision=LLMRun.Decision.NONE)
    refresh()
    dismiss(run)

    with held(LLMRollupSpan.objects.filter(days=1).exclude(stale_token=None)):
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '1s'")
        assert refresh() == 0
    connection.close()

    assert refresh() == 1
