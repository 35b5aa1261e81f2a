"""The queue's server is down, does not answer, forgets everything, or dies beside a run."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import django_rq
import pytest
from django.urls import reverse

from tests.factories import EditorFactory
from tests.parts.unreachable import (
    connections_to,
    deaf_port,
    refusing_port,
    silent_server,
)
from tests.parts.valkey import rq_queues
from tests.parts.worker import WorkerProcess
from tests.queues.runs import answer, click, final, live_text, poll, wait_for_long
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.queues import get_queue
from wagtail_llm_actions.runs.lifecycle.cancel import cancel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

    from tests.parts.valkey import Valkey
    from tests.providers.server import ProviderServer
    from tests.queues.conftest import Start, UseQueues


@pytest.fixture(params=["refuses", "hangs", "drops packets"])
def lost_server(request: pytest.FixtureRequest, use_queues: UseQueues) -> Iterator[None]:
    if request.param == "refuses":
        use_queues(rq_queues(refusing_port()))
        yield
    elif request.param == "hangs":
        with silent_server() as listening:
            use_queues(rq_queues(listening.getsockname()[1]))
            yield
    else:
        with deaf_port() as port:
            use_queues(rq_queues(port))
            yield


@pytest.mark.usefixtures("lost_server")
def test_a_click_is_answered_with_a_failed_run(client: Client) -> None:
    client.force_login(EditorFactory())

    response = client.post(reverse("wagtail_llm_actions:start_run"), click())

    assert response.status_code == 202
    state = response.json()
    assert (state["status"], state["error"]["code"]) == ("failed", "queue_unavailable")
    assert state["error"]["message"]
    run = LLMRun.objects.get(pk=state["id"])
    assert (run.status, run.error_code) == (LLMRun.Status.FAILED, "queue_unavailable")
    assert run.finished_at is not None


@pytest.mark.usefixtures("lost_server", "recovery_by_polls")
def test_a_run_that_waits_can_be_polled_and_cancelled(start_run: Start) -> None:
    run = start_run()
    wait_for_long(run)

    assert poll(run)["status"] == "queued"
    cancel(run.pk)
    assert poll(run)["status"] == "cancelled"


def test_a_server_that_hangs_is_asked_once(use_queues: UseQueues, start_run: Start) -> None:
    with silent_server() as listening:
        use_queues(rq_queues(listening.getsockname()[1]))

        start_run()

        assert connections_to(listening) == 1


def waiting() -> list[str]:
    ids: list[str] = django_rq.get_queue("llm").job_ids
    return ids


@pytest.mark.usefixtures("recovery_by_polls")
def test_a_server_that_forgot_a_run_gets_it_again_once(valkey: Valkey, start_run: Start) -> None:
    run = start_run()
    ids = waiting()
    valkey.kill()
    valkey.start()
    assert waiting() == []

    assert poll(run)["status"] == "queued"
    assert waiting() == []
    wait_for_long(run)
    for _ in range(3):
        assert poll(run)["status"] == "queued"

    assert waiting() == ids


@pytest.mark.usefixtures("recovery_by_polls")
def test_a_run_that_a_lost_worker_had_taken_is_queued_again(
    valkey: Valkey, start_run: Start
) -> None:
    run = start_run()
    ids = waiting()
    django_rq.get_queue("llm").pop_job_id()
    wait_for_long(run)

    poll(run)

    assert waiting() == ids


@pytest.mark.processes
def test_a_run_ends_well_without_its_live_text(
    valkey: Valkey, use_queues: UseQueues, server: ProviderServer, start_run: Start
) -> None:
    gate = threading.Event()
    server.play(answer("The tide ", gate, "came early."))
    with WorkerProcess(use_queues(valkey.rq_queues)):
        run = start_run()
        assert live_text(run) == "The tide "

        valkey.kill()
        state = poll(run)
        gate.set()

        assert (state["status"], state["text"]) == ("running", "")
        final(run)
        assert (run.status, run.output) == (LLMRun.Status.SUCCEEDED, "The tide came early.")


@pytest.mark.processes
def test_a_worker_survives_its_server_and_finds_what_it_forgot(
    valkey: Valkey, use_queues: UseQueues, server: ProviderServer, start_run: Start
) -> None:
    gate = threading.Event()
    server.play(answer("The tide ", gate, "came early."), answer("Next."), answer("Last."))
    with WorkerProcess(use_queues(valkey.rq_queues), "--concurrency", "1") as survivor:
        run = start_run()
        assert live_text(run) == "The tide "
        forgotten = start_run()

        valkey.kill()
        gate.set()
        assert final(run).output == "The tide came early."
        valkey.start()

        assert final(forgotten).output == "Next."
        assert final(start_run()).output == "Last."
        assert get_queue().has_worker()
        assert survivor.has_printed("Listening on")
