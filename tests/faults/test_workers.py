"""Workers are killed, stopped and frozen while they are busy."""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import django_rq
import pytest
from django.db import connection
from rq.serializers import JSONSerializer

from tests.faults.conftest import RUNS, RUNS_AT_ONCE
from tests.parts.held_rows import held, is_waited_for
from tests.parts.waiting import eventually
from tests.queues.runs import row
from wagtail_llm_actions.models import LLMReservation, LLMRun
from wagtail_llm_actions.queues.base import TASK, Priority

if TYPE_CHECKING:
    from tests.faults.conftest import NewLoad, Tell
    from tests.faults.site import WorkerSite

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

OUTAGE_SECONDS = 3.0


def test_workers_that_are_killed_in_turn_lose_nothing(
    workers: WorkerSite, new_load: NewLoad, tell: Tell
) -> None:
    load = new_load(workers)
    for worker in list(workers.workers):
        load.click_many(RUNS // len(workers.workers))
        load.wait_until_under_way()
        worker.kill()
        workers.replace_ended()

    tell(load.settle("kill -9 of each worker in turn"))
    load.check()
    load.try_again()


def test_workers_that_are_killed_together_lose_nothing(
    workers: WorkerSite, new_load: NewLoad, tell: Tell
) -> None:
    load = new_load(workers)
    load.click_many(RUNS)
    load.wait_until_under_way()
    for worker in workers.workers:
        worker.kill()
    time.sleep(OUTAGE_SECONDS)
    workers.replace_ended()

    tell(load.settle("kill -9 of every worker"))
    load.check()
    assert [fate for fate in load.fates() if fate.is_interrupted]
    load.try_again()


def test_workers_that_are_told_to_stop_finish_what_they_have(
    workers: WorkerSite, new_load: NewLoad, tell: Tell
) -> None:
    load = new_load(workers)
    load.click_many(RUNS)
    load.wait_until_under_way()
    for worker in workers.workers:
        worker.ask_to_stop()
    wait_until_ended(workers)
    workers.replace_ended()

    tell(load.settle("SIGTERM of every worker"))
    load.check()
    assert {run.status for run in load.runs()} == {LLMRun.Status.SUCCEEDED}


def test_workers_that_are_told_twice_stop_at_once(
    workers: WorkerSite, new_load: NewLoad, tell: Tell
) -> None:
    load = new_load(workers)
    # These have not ended by themselves when the second signal comes.
    load.click(2, "hang-in")
    load.click_many(RUNS)
    load.wait_until_under_way()
    for worker in workers.workers:
        worker.ask_to_stop()
    # RQ takes two signals within a second for one that was sent twice.
    time.sleep(1.5)
    for worker in workers.workers:
        worker.ask_to_stop()
    wait_until_ended(workers)
    workers.replace_ended()

    tell(load.settle("SIGTERM of every worker, twice"))
    load.check()
    assert [fate for fate in load.fates() if fate.is_interrupted]
    load.try_again()


def wait_until_ended(site: WorkerSite) -> None:
    for worker in site.workers:
        worker.wait_until_ended()


def test_a_worker_that_was_frozen_for_longer_than_its_leases_writes_nothing(
    workers: WorkerSite, new_load: NewLoad, tell: Tell
) -> None:
    load = new_load(workers)
    load.click_many(RUNS)
    load.wait_until_under_way()
    with workers.workers[0].paused():
        report = load.settle("a worker frozen for longer than its lease")
        ended = {run.pk: row(run) for run in load.runs()}

    eventually(lambda: all(call["ended"] for fate in load.fates() for call in fate.calls))
    # It has seen that its calls are over; what it wants to write it writes now.
    load.try_again()
    assert {run.pk: row(run) for run in load.runs()} == ended
    assert report["interrupted"] > 0
    tell(report)
    load.check()


def test_a_worker_that_is_frozen_within_a_transaction_keeps_nobody_from_going_on(
    workers: WorkerSite, new_load: NewLoad, tell: Tell
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("about PostgreSQL, which lets others wait for the locks without end")
    load, (frozen, other) = new_load(workers), workers.workers
    with ExitStack() as is_frozen:
        with other.paused():
            first, *_ = load.click(RUNS_AT_ONCE // 2, "endless-drip")
            load.wait_until_running(RUNS_AT_ONCE // 2)
            with held(LLMReservation.objects.filter(run=first)) as ours:
                workers.cancel(first)
                # It has locked the row of the budget, and waits for that of the reservation.
                eventually(lambda: is_waited_for(ours))
                is_frozen.enter_context(frozen.paused())
        load.count_fault()

        load.click(RUNS)
        report = load.settle("a worker frozen within a transaction")
        load.check()

    load.try_again()
    load.check()
    tell(report)
    assert report["interrupted"] == RUNS_AT_ONCE // 2 - 1
    assert report["succeeded"] == RUNS


def test_jobs_that_are_queued_three_times_are_executed_once(
    workers: WorkerSite, new_load: NewLoad, tell: Tell
) -> None:
    load = new_load(workers)
    for run_id in load.click(RUNS, "quick"):
        load.count_fault()
        for priority in Priority:
            queue = django_rq.get_queue(
                priority.value, serializer=JSONSerializer, commit_mode="auto"
            )
            queue.enqueue(TASK, str(run_id))

    report = load.settle("every run queued three times")
    tell(report)
    load.check()
    assert report["succeeded"] == report["runs"]
    eventually(
        lambda: not any(django_rq.get_queue(priority.value).job_ids for priority in Priority)
    )
    assert {run.status for run in load.runs()} == {LLMRun.Status.SUCCEEDED}
    assert [len(fate.calls) for fate in load.fates()] == [1] * RUNS
