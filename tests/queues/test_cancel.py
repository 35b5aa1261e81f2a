"""An editor cancels, wherever the run is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import django_rq
import pytest

from tests.parts.waiting import eventually
from tests.providers.server import Act
from tests.queues.runs import answer, final, live_text
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.runs.lifecycle.cancel import cancel

if TYPE_CHECKING:
    from tests.parts.valkey import Valkey
    from tests.parts.worker import WorkerProcess
    from tests.providers.server import ProviderServer
    from tests.queues.conftest import Start


def test_a_run_that_waits_leaves_nothing_in_the_queue(valkey: Valkey, start_run: Start) -> None:
    run = start_run()

    cancel(run.pk)

    run.refresh_from_db()
    assert run.status == LLMRun.Status.CANCELLED
    assert run.finished_at is not None
    connection = django_rq.get_connection("llm")
    assert connection.keys("rq:job:*") == []
    assert django_rq.get_queue("llm").job_ids == []


@pytest.mark.processes
def test_a_run_without_its_first_token_ends_at_once(
    worker: WorkerProcess, server: ProviderServer, start_run: Start
) -> None:
    server.play([Act.HANG], answer("Next."))
    run = start_run()
    eventually(lambda: server.requests)

    cancel(run.pk)

    final(run)
    assert (run.status, run.output, run.error_code) == (LLMRun.Status.CANCELLED, "", "")
    assert server.client_left.wait(10)
    assert final(start_run()).output == "Next."


@pytest.mark.processes
def test_a_run_in_the_middle_keeps_its_text(
    worker: WorkerProcess, server: ProviderServer, start_run: Start
) -> None:
    server.play(answer("The tide ", Act.HANG), answer("Next."))
    run = start_run()
    live_text(run)

    cancel(run.pk)

    final(run)
    assert (run.status, run.output) == (LLMRun.Status.CANCELLED, "The tide ")
    assert server.client_left.wait(10)
    assert final(start_run()).output == "Next."


@pytest.mark.processes
def test_a_final_run_stays_as_it_is(
    worker: WorkerProcess, server: ProviderServer, start_run: Start
) -> None:
    server.play(answer("Done."))
    run = final(start_run())

    cancel(run.pk)

    run.refresh_from_db()
    assert (run.status, run.cancel_requested_at) == (LLMRun.Status.SUCCEEDED, None)
