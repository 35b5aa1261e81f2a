"""Slots that are shared by users: nobody's many runs keep another's first one waiting."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import django_rq
import pytest

from tests.factories import BlogPageFactory, EditorFactory, LLMActionFactory
from tests.parts.waiting import eventually
from tests.parts.worker import WorkerProcess
from tests.providers.server import Act
from tests.queues.runs import answer, final, live_text
from tests.runs.starting import start_run
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.queues.base import reserved_slots
from wagtail_llm_actions.queues.pool import Pool

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from tests.parts.valkey import Valkey
    from tests.providers.server import ProviderServer
    from tests.queues.conftest import UseQueues

RUNS_OF_ONE_USER = 10


class Jobs:
    """Jobs that say when they begin, and end when they are told to."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self._ends = threading.Semaphore(0)

    def add(self, pool: Pool, owner: str, name: str) -> None:
        pool.submit(lambda: self._execute(name), owner)

    def end_one(self) -> None:
        self._ends.release()

    def _execute(self, name: str) -> None:
        self.begun.append(name)
        assert self._ends.acquire(timeout=30)


def test_a_slot_stays_free_for_another_user() -> None:
    pool, jobs = Pool("test", 4, reserved=1), Jobs()
    for number in range(RUNS_OF_ONE_USER):
        jobs.add(pool, "ann", f"ann {number}")
    eventually(lambda: len(jobs.begun) == 3)

    assert not pool.has_slot_for("ann")
    assert pool.has_slot_for("ben")
    jobs.add(pool, "ben", "ben 0")

    eventually(lambda: "ben 0" in jobs.begun)
    assert sorted(jobs.begun) == ["ann 0", "ann 1", "ann 2", "ben 0"]
    for _ in range(RUNS_OF_ONE_USER + 1):
        jobs.end_one()
    pool.wait_until_idle()
    assert [name for name in jobs.begun if name > "ann 2" and name < "b"] == [
        f"ann {number}" for number in range(3, RUNS_OF_ONE_USER)
    ]


def test_the_next_slot_is_for_whoever_has_the_fewest() -> None:
    pool, jobs = Pool("test", 2), Jobs()
    for name in ("ann 0", "ann 1"):
        jobs.add(pool, "ann", name)
    eventually(lambda: len(jobs.begun) == 2)
    jobs.add(pool, "ann", "ann 2")
    jobs.add(pool, "ben", "ben 0")

    jobs.end_one()

    eventually(lambda: len(jobs.begun) == 3)
    assert jobs.begun[2] == "ben 0"
    for _ in range(3):
        jobs.end_one()
    pool.wait_until_idle()


@pytest.mark.parametrize(("slots", "reserved"), [(1, 0), (2, 1), (4, 1), (10, 3)])
def test_a_quarter_of_the_slots_is_for_others(slots: int, reserved: int) -> None:
    assert reserved_slots(slots) == reserved


def test_the_next_turn_is_that_of_whoever_has_the_fewest(
    valkey: Valkey, use_queues: UseQueues
) -> None:
    use_queues(valkey.rq_queues)
    llm_action, page = LLMActionFactory(model="openai"), BlogPageFactory()
    ann, ben, cem = EditorFactory(), EditorFactory(), EditorFactory()
    queue = django_rq.get_queue("llm")

    def click(user: User) -> str:
        return f"llm-actions-{start_run(llm_action, page, user=user).pk}"

    executed = click(ann)
    # As a worker does that takes it.
    queue.remove(executed)
    queue.connection.zadd(queue.started_job_registry.key, {f"{executed}:1": time.time() + 60})
    of_ann = [click(ann), click(ann)]
    of_others = [click(ben), click(cem), click(ben)]

    assert queue.job_ids == [*of_others[:2], of_ann[0], of_others[2], of_ann[1]]


def test_a_click_reads_whose_the_waiting_jobs_are_and_not_the_jobs(
    valkey: Valkey, use_queues: UseQueues
) -> None:
    use_queues(valkey.rq_queues)
    llm_action, page = LLMActionFactory(model="openai"), BlogPageFactory()
    ann, ben = EditorFactory(), EditorFactory()
    queue = django_rq.get_queue("llm")
    of_ann = [f"llm-actions-{start_run(llm_action, page, user=ann).pk}" for _ in range(3)]
    queue.connection.hset(f"rq:job:{of_ann[1]}", "meta", b"not for this serializer")
    queue.connection.config_resetstat()

    of_ben = f"llm-actions-{start_run(llm_action, page, user=ben).pk}"

    assert queue.job_ids == [of_ann[0], of_ann[1], of_ben, of_ann[2]]
    assert "cmdstat_hgetall" not in queue.connection.info("commandstats")


@pytest.mark.processes
def test_a_worker_starts_anothers_run_while_one_user_has_many(
    valkey: Valkey, use_queues: UseQueues, server: ProviderServer
) -> None:
    settings: dict[str, Any] = use_queues(valkey.rq_queues)
    llm_action, page = LLMActionFactory(model="openai"), BlogPageFactory()
    ann, ben = EditorFactory(), EditorFactory()
    server.play(*(answer("The tide ", Act.HANG) for _ in range(3)), answer("Came early."))
    with WorkerProcess(settings, "--concurrency", "4") as worker:
        worker.wait_until_ready()
        many = [start_run(llm_action, page, user=ann) for _ in range(RUNS_OF_ONE_USER)]
        for run in many[:3]:
            live_text(run)

        other = start_run(llm_action, page, user=ben)

        assert final(other).output == "Came early."
        waiting = LLMRun.objects.filter(user=ann, status=LLMRun.Status.QUEUED)
        assert waiting.count() == RUNS_OF_ONE_USER - 3
