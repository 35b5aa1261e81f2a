"""A run whose worker is killed ends as interrupted, whoever finds it first."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.parts.waiting import eventually
from tests.parts.worker import WorkerProcess
from tests.providers.server import Act
from tests.queues.runs import answer, final, poll, report, row
from wagtail_llm_actions.conf import get_settings
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.queues.worker import recovery_interval_seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.parts.valkey import Valkey
    from tests.providers.server import ProviderServer
    from tests.queues.conftest import Start, UseQueues

PROMISED_SECONDS = 30


def test_the_default_lease_is_over_and_noticed_within_the_promised_time() -> None:
    assert get_settings().lease_seconds + recovery_interval_seconds() < PROMISED_SECONDS


def assert_interrupted(run: LLMRun) -> None:
    assert (run.status, run.error_code) == (LLMRun.Status.FAILED, "interrupted")
    attempt = run.attempts.get()
    assert attempt.error_code == "interrupted"
    assert attempt.finished_at == run.finished_at


@contextmanager
def at_work(
    valkey: Valkey, use_queues: UseQueues, start_run: Start
) -> Iterator[tuple[LLMRun, WorkerProcess]]:
    """Give a run and the worker that executes it."""
    with WorkerProcess(use_queues(valkey.rq_queues, LEASE_SECONDS=3)) as worker:
        run = start_run("reporting")
        assert report(run)["pid"] == worker.pid
        yield run, worker


@contextmanager
def killed_at_work(
    valkey: Valkey, use_queues: UseQueues, server: ProviderServer, start_run: Start
) -> Iterator[LLMRun]:
    """Give a run whose worker is gone, as after a power failure."""
    server.play(answer("The tide ", Act.HANG))
    with at_work(valkey, use_queues, start_run) as (run, victim):
        victim.kill()
        yield run


@pytest.mark.processes
@pytest.mark.usefixtures("recovery_by_polls")
def test_a_poll_ends_the_run_of_a_killed_worker(
    valkey: Valkey, use_queues: UseQueues, server: ProviderServer, start_run: Start
) -> None:
    with killed_at_work(valkey, use_queues, server, start_run) as run:
        eventually(lambda: poll(run)["status"] != "running")

    assert poll(run)["error"]["code"] == "interrupted"
    run.refresh_from_db()
    assert_interrupted(run)


@pytest.mark.processes
def test_a_worker_that_is_started_again_ends_the_run_it_left(
    valkey: Valkey, use_queues: UseQueues, server: ProviderServer, start_run: Start
) -> None:
    with (
        killed_at_work(valkey, use_queues, server, start_run) as run,
        WorkerProcess(use_queues(valkey.rq_queues)),
    ):
        assert_interrupted(final(run))


@pytest.mark.processes
def test_an_idle_worker_ends_the_run_of_a_killed_one(
    valkey: Valkey, use_queues: UseQueues, server: ProviderServer, start_run: Start
) -> None:
    server.play(answer("The tide ", Act.HANG))
    with (
        at_work(valkey, use_queues, start_run) as (run, victim),
        WorkerProcess(use_queues(valkey.rq_queues)) as idle,
    ):
        idle.wait_until_ready()
        victim.kill()
        assert_interrupted(final(run))


@pytest.mark.processes
def test_another_worker_ends_a_frozen_run_and_the_frozen_one_writes_nothing_more(
    valkey: Valkey, use_queues: UseQueues, server: ProviderServer, start_run: Start
) -> None:
    gate = threading.Event()
    server.play(answer("The tide ", gate, "came early."), answer("Next."))
    with (
        at_work(valkey, use_queues, start_run) as (run, frozen),
        WorkerProcess(use_queues(valkey.rq_queues)) as other,
    ):
        other.wait_until_ready()
        with frozen.paused():
            assert_interrupted(final(run))
            ended = row(run)
            gate.set()

        assert final(start_run()).output == "Next."
    assert row(run) == ended
