"""Without a queue server the web processes execute runs, and each can report on all."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from tests.factories import EditorFactory, LLMRunFactory
from tests.parts.waiting import eventually
from tests.parts.web import Visitor, WebProcess
from tests.providers.server import Act
from tests.queues.runs import answer, click, final, wait_for_long
from wagtail_llm_actions.models import LLMRun

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.providers.server import ProviderServer
pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

REQUEST_ID = "llm-actions-request-id"


@pytest.fixture(scope="module")
def thread_settings(llm_settings: dict[str, Any]) -> dict[str, Any]:
    return {"WAGTAIL_LLM_ACTIONS": llm_settings | {"THREADS": 1}}


@pytest.fixture(scope="module")
def webs(
    django_db_setup: None, thread_settings: dict[str, Any]
) -> Iterator[tuple[WebProcess, WebProcess]]:
    with WebProcess(thread_settings) as one, WebProcess(thread_settings) as other:
        one.wait_until_ready()
        other.wait_until_ready()
        yield one, other


def test_a_run_of_one_process_is_read_and_cancelled_through_another(
    webs: tuple[WebProcess, WebProcess], server: ProviderServer
) -> None:
    one, other = webs
    visitor = Visitor(EditorFactory())
    gate = threading.Event()
    server.play(answer("The tide ", gate, "came early ", Act.HANG))

    state = visitor.post(one, reverse("wagtail_llm_actions:start_run"), click())

    def new_text(cursor: str) -> dict[str, Any]:
        polled: dict[str, Any] = visitor.get(other, f"{state['poll_url']}?cursor={cursor}")
        return polled if polled["text"] else {}

    first = eventually(lambda: new_text("0"))
    assert (first["status"], first["text"]) == ("running", "The tide ")
    gate.set()
    second = eventually(lambda: new_text(first["cursor"]))
    assert (second["status"], second["text"]) == ("running", "came early ")

    visitor.post(other, state["cancel_url"], {})
    eventually(lambda: visitor.get(other, state["poll_url"])["status"] == "cancelled")
    assert visitor.get(one, state["poll_url"])["output"] == "The tide came early "
    assert server.client_left.wait(10)
    assert len(server.requests) == 1


def test_runs_that_two_processes_take_at_once_are_executed_once(
    webs: tuple[WebProcess, WebProcess], server: ProviderServer
) -> None:
    user = EditorFactory()
    visitor = Visitor(user)
    first = LLMRunFactory(user=user, model_key="openai", request_model="owl-1")
    again = {"user": user, "action": first.action, "page": first.target}
    runs = [first, *(LLMRunFactory(**again, model_key="openai") for _ in range(4))]
    server.play(*(answer("Once.") for _ in runs))

    for run in runs:
        wait_for_long(run)
    urls = [reverse("wagtail_llm_actions:poll_run", args=[run.pk]) for run in runs]

    with ThreadPoolExecutor(len(webs)) as both:

        def all_are_final() -> bool:
            list(both.map(lambda web: [visitor.get(web, url) for url in urls], webs))
            return not LLMRun.objects.filter(status__in=LLMRun.UNFINISHED).exists()

        # A process takes up what waits at one poll in a few seconds.
        eventually(all_are_final)

    assert [final(run).output for run in runs] == ["Once."] * len(runs)
    assert [run.attempts.count() for run in runs] == [1] * len(runs)
    assert len(server.requests) == len(runs)


def test_what_a_process_left_behind_is_taken_up_by_the_next_one_that_is_asked(
    webs: tuple[WebProcess, WebProcess],
    thread_settings: dict[str, Any],
    server: ProviderServer,
) -> None:
    visitor = Visitor(EditorFactory())
    server.play(answer("The tide ", Act.HANG), answer("Next."))
    data = click()
    with WebProcess(thread_settings) as ending:
        ending.wait_until_ready()
        url = reverse("wagtail_llm_actions:start_run")
        executed = LLMRun(pk=visitor.post(ending, url, data)["id"])
        waits = LLMRun(pk=visitor.post(ending, url, data | {REQUEST_ID: uuid.uuid4()})["id"])
        eventually(lambda: LLMRun.objects.get(pk=executed.pk).output)
        ending.kill()
    wait_for_long(waits)

    def has_become(run: LLMRun, status: str) -> bool:
        url = reverse("wagtail_llm_actions:poll_run", args=[run.pk])
        return bool(visitor.get(webs[0], url)["status"] == status)

    eventually(lambda: has_become(waits, "succeeded"))
    eventually(lambda: has_become(executed, "failed"))
    executed.refresh_from_db()
    assert (executed.error_code, executed.output) == ("interrupted", "The tide ")
    assert len(server.requests) == 2
