"""A provider that wants a long pause: the worker is given back, and the run ends all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from tests.factories import EditorFactory
from tests.parts.waiting import eventually
from tests.parts.web import Visitor, WebProcess
from tests.parts.worker import WorkerProcess
from tests.providers.server import whole
from tests.queues.runs import WIRE, answer, click, final
from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from tests.parts.valkey import Valkey
    from tests.providers.server import ProviderServer, Reply
    from tests.queues.conftest import Start, UseQueues

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


def busy() -> Reply:
    return whole(429, WIRE.error_body(429, "Slow down."), headers={"retry-after": "6"})


def attempts(run: LLMRun) -> list[str]:
    return list(run.attempts.values_list("error_code", flat=True))


def test_a_worker_does_other_runs_in_the_meantime(
    valkey: Valkey, use_queues: UseQueues, server: ProviderServer, start_run: Start
) -> None:
    server.play(busy(), answer("Meanwhile."), answer("The tide."))
    with WorkerProcess(use_queues(valkey.rq_queues)):
        first = start_run()
        eventually(lambda: LLMRun.objects.get(pk=first.pk).retry_at)

        second = final(start_run())

        first.refresh_from_db()
        assert (second.status, second.output) == ("succeeded", "Meanwhile.")
        assert first.status == "queued"
        assert (final(first).status, first.output) == ("succeeded", "The tide.")
        assert attempts(first) == ["rate_limited", ""]


def test_threads_come_back_to_it_by_themselves(
    django_db_setup: None, llm_settings: dict[str, Any], server: ProviderServer
) -> None:
    server.play(busy(), answer("The tide."))
    with WebProcess({"WAGTAIL_LLM_ACTIONS": llm_settings}) as web:
        web.wait_until_ready()
        visitor = Visitor(EditorFactory())

        state = visitor.post(web, reverse("wagtail_llm_actions:start_run"), click())

        run = final(LLMRun.objects.get(pk=state["id"]))
    assert (run.status, run.output) == ("succeeded", "The tide.")
    assert attempts(run) == ["rate_limited", ""]
