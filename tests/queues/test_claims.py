"""A run belongs to one worker at a time, and to none once it has ended."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from django.db import connections

from tests.factories import LLMRunFactory
from tests.lost_runs import lose
from tests.queues.runs import answer, live_text, row
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.runs.lifecycle.execute import execute

if TYPE_CHECKING:
    from uuid import UUID

    from tests.providers.server import ProviderServer
    from tests.queues.conftest import UseQueues
    from wagtail_llm_actions.providers.testing import ScriptedProvider

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("status", ["running", "succeeded", "failed", "cancelled"])
def test_a_run_that_is_not_queued_is_left_alone(provider: ScriptedProvider, status: str) -> None:
    run = LLMRunFactory(status=status)
    before = row(run)

    execute(run.pk)

    assert row(run) == before
    assert not run.attempts.exists()
    assert provider.requests == []


def test_one_of_two_workers_executes_a_run(provider: ScriptedProvider) -> None:
    run = LLMRunFactory()
    both = threading.Barrier(2)

    def work(run_id: UUID) -> None:
        try:
            both.wait(10)
            execute(run_id)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as workers:
        list(workers.map(work, [run.pk, run.pk]))

    run.refresh_from_db()
    assert run.status == LLMRun.Status.SUCCEEDED
    assert run.attempts.count() == 1
    assert len(provider.requests) == 1


def test_a_worker_without_its_lease_writes_nothing_on_the_run(
    use_queues: UseQueues, server: ProviderServer
) -> None:
    use_queues(None)
    gate = threading.Event()
    server.play(answer("The tide ", gate, "came early."))
    run = LLMRunFactory(model_key="openai", request_model="owl-1")

    def work() -> None:
        try:
            execute(run.pk)
        finally:
            connections.close_all()

    late = threading.Thread(target=work)
    late.start()
    live_text(run)
    lose(run.pk)
    ended = row(run)
    gate.set()
    late.join()

    assert ended["error_code"] == "interrupted"
    assert ended["output"] == "The tide "
    assert row(run) == ended
