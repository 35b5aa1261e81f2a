"""A run goes over Valkey to a worker process, and its text comes back."""

from __future__ import annotations

import json
import threading
import uuid
import zlib
from typing import TYPE_CHECKING, cast

import django_rq
import pytest
from django.db import transaction

from tests.factories import LLMRunFactory
from tests.parts.waiting import eventually
from tests.parts.worker import WorkerProcess
from tests.queues.runs import answer, final, live_text, report
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.queues import get_queue
from wagtail_llm_actions.queues.base import TASK, Priority
from wagtail_llm_actions.runs.priority import priority_of

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

    from tests.parts.valkey import Valkey
    from tests.providers.server import ProviderServer
    from tests.queues.conftest import Start, UseQueues


def queued() -> list[str]:
    ids: list[str] = django_rq.get_queue("llm").job_ids
    return ids


def test_other_work_is_a_job_beside_bulk_runs(valkey: Valkey) -> None:
    get_queue().call("wagtail_llm_actions.tasks.run_import", "an id")

    (job,) = django_rq.get_queue("llm_bulk").jobs
    assert (job.func_name, job.args) == ("wagtail_llm_actions.tasks.run_import", ("an id",))


@pytest.mark.django_db
@pytest.mark.usefixtures("valkey")
@pytest.mark.parametrize(("priority", "count"), [(Priority.INTERACTIVE, 1), (Priority.BULK, 0)])
def test_only_a_run_that_somebody_waits_for_is_queued_with_its_user(
    priority: Priority, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(count):
        get_queue().enqueue(uuid.uuid4(), priority)


@pytest.mark.processes
def test_a_worker_executes_a_run_and_its_text_can_be_read_meanwhile(
    worker: WorkerProcess, server: ProviderServer, start_run: Start
) -> None:
    gate = threading.Event()
    server.play(answer("The tide ", gate, "came early."))

    run = start_run()

    assert live_text(run) == "The tide "
    run.refresh_from_db()
    assert (run.status, run.output) == (LLMRun.Status.RUNNING, "")
    gate.set()
    final(run)
    assert (run.status, run.output) == (LLMRun.Status.SUCCEEDED, "The tide came early.")
    assert (run.input_tokens, run.output_tokens) == (7, 3)
    assert len(server.requests) == 1


def test_a_job_is_as_the_setting_says_and_holds_the_id_only(
    valkey: Valkey, use_queues: UseQueues, start_run: Start
) -> None:
    json_queues = {
        name: {**queue, "SERIALIZER": "rq.serializers.JSONSerializer"}
        for name, queue in valkey.rq_queues.items()
    }
    use_queues(json_queues)
    run = start_run()

    (job_id,) = queued()
    job = cast("dict[bytes, bytes]", django_rq.get_connection("llm").hgetall(f"rq:job:{job_id}"))
    assert json.loads(zlib.decompress(job.pop(b"data"))) == [TASK, None, [str(run.pk)], {}]
    assert job.pop(b"description").decode() == f"{TASK}('{run.pk}')"
    assert run.prompt
    assert all(run.prompt.encode() not in value for value in job.values())


def test_a_run_is_queued_after_the_commit(valkey: Valkey, start_run: Start) -> None:
    with transaction.atomic():
        start_run()
        assert queued() == []

    assert len(queued()) == 1


def test_a_run_that_is_rolled_back_is_not_queued(valkey: Valkey, start_run: Start) -> None:
    with transaction.atomic():
        start_run()
        transaction.set_rollback(True)

    assert queued() == []


@pytest.mark.processes
def test_a_run_finds_the_sdk_and_a_client_that_are_there_since_the_start(
    valkey: Valkey, use_queues: UseQueues, server: ProviderServer, start_run: Start
) -> None:
    server.play(answer("Hoo."))
    with WorkerProcess(use_queues(valkey.rq_queues), is_fresh=True) as worker:
        run = final(start_run("reporting"))

    found = json.loads(run.output.splitlines()[0])
    assert (found["pid"], found["client_built_in"]) == (worker.pid, worker.pid)
    assert [name for name in found["imported"] if name.startswith(("openai", "wagtail"))] == []


@pytest.mark.processes
def test_a_worker_executes_as_many_runs_at_once_as_it_has_slots(
    valkey: Valkey, use_queues: UseQueues, server: ProviderServer, start_run: Start
) -> None:
    gate = threading.Event()
    server.play(*(answer("The tide ", gate, "came early.") for _ in range(3)))
    with WorkerProcess(use_queues(valkey.rq_queues), "--concurrency", "2"):
        runs = [start_run() for _ in range(3)]
        started = [live_text(run) for run in runs[:2]]
        last = LLMRun.objects.get(pk=runs[2].pk)
        gate.set()

        assert started == ["The tide ", "The tide "]
        assert last.status == LLMRun.Status.QUEUED
        assert [final(run).output for run in runs] == ["The tide came early."] * 3


@pytest.mark.processes
def test_a_click_is_taken_while_all_slots_for_bulk_runs_are(
    valkey: Valkey, use_queues: UseQueues, server: ProviderServer, start_run: Start
) -> None:
    gate = threading.Event()
    bulk = [LLMRunFactory(trigger=LLMRun.Trigger.BULK, model_key="openai") for _ in range(3)]
    server.play(*(answer("Bulk.", gate) for _ in range(2)), answer("Click."), answer("Bulk."))
    with WorkerProcess(
        use_queues(valkey.rq_queues), "--concurrency", "2", "--bulk-concurrency", "2"
    ):
        for run in bulk:
            get_queue().enqueue(run.pk, priority_of(run))
        eventually(lambda: len(server.requests) == 2)

        assert final(start_run()).output == "Click."
        waiting = LLMRun.objects.filter(pk__in=[run.pk for run in bulk], status="queued")
        assert waiting.count() == 1
        gate.set()
        assert [final(run).output for run in bulk] == ["Bulk."] * 3


@pytest.mark.processes
def test_a_worker_without_jobs_left_ends_in_burst_mode(
    valkey: Valkey, use_queues: UseQueues, server: ProviderServer, start_run: Start
) -> None:
    server.play(*(answer("The tide.") for _ in range(3)))
    settings = use_queues(valkey.rq_queues)
    runs = [start_run() for _ in range(3)]

    with WorkerProcess(settings, "--burst", "--concurrency", "1") as worker:
        assert worker.wait_until_ended() == 0

    assert [final(run).output for run in runs] == ["The tide."] * 3


@pytest.mark.processes
def test_a_worker_that_is_asked_to_stop_finishes_its_run_and_takes_no_other(
    valkey: Valkey, use_queues: UseQueues, server: ProviderServer, start_run: Start
) -> None:
    gate = threading.Event()
    server.play(answer("The tide ", gate, "came early."))
    with WorkerProcess(use_queues(valkey.rq_queues), "--concurrency", "1") as leaving:
        run, next_run = start_run("reporting"), start_run()
        assert report(run)["client_built_in"] == leaving.pid

        leaving.ask_to_stop()
        leaving.wait_until_printed("warm shut down requested")
        gate.set()

        assert leaving.wait_until_ended() == 0
    run.refresh_from_db()
    assert run.status == LLMRun.Status.SUCCEEDED
    next_run.refresh_from_db()
    assert next_run.status == LLMRun.Status.QUEUED
