"""A site's own ``rqworker`` on the queues: it executes runs, or the admin is told why it cannot."""

from __future__ import annotations

import threading
from contextlib import closing, contextmanager
from io import StringIO
from typing import TYPE_CHECKING, Any

import django_rq
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.urls import reverse
from django.utils.html import escape
from rq.job import JobStatus

from tests.factories import (
    AdminFactory,
    BlogPageFactory,
    EditorFactory,
    LLMActionFactory,
    LLMRunFactory,
)
from tests.parts.processes import CommandProcess
from tests.parts.waiting import eventually
from tests.parts.worker import WorkerProcess
from tests.queues.runs import answer, final, live_text, poll, wait_for_long
from tests.runs.starting import start_run as click
from tests.settings import WAGTAIL_LLM_ACTIONS
from wagtail_llm_actions.conf import RQ_QUEUE
from wagtail_llm_actions.messages.workers import (
    QUEUE_DOWN,
    UNFAIR_WORKER,
    worker_problem_sentence,
)
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.queues import WorkerProblem, get_queue
from wagtail_llm_actions.runs.lifecycle.recovery import recover
from wagtail_llm_actions.runs.priority import priority_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.test import Client

    from tests.parts.valkey import Valkey
    from tests.providers.server import ProviderServer
    from tests.queues.conftest import Start, UseQueues

pytestmark = pytest.mark.processes

QUEUES = ("default", "llm", "llm_bulk")
JSON = "rq.serializers.JSONSerializer"
SCRIPTED = {
    "PROVIDERS": WAGTAIL_LLM_ACTIONS["PROVIDERS"],
    "MODELS": WAGTAIL_LLM_ACTIONS["MODELS"],
}


class SiteWorker(CommandProcess):
    """django-rq's own worker, as many sites run it already."""

    def __init__(self, settings: dict[str, Any], *options: str, **kwargs: Any) -> None:
        super().__init__("rqworker", *(options or QUEUES), settings=settings, **kwargs)

    def wait_until_ready(self) -> None:
        self.wait_until_printed("Listening on")


def with_queue(valkey: Valkey, **options: str) -> dict[str, Any]:
    """Return ``RQ_QUEUES`` with a queue of the site's own, and options of all its queues."""
    first = next(iter(valkey.rq_queues.values()))
    queues = {"default": {"URL": first["URL"]}, **valkey.rq_queues}
    return {name: {**queue, **options} for name, queue in queues.items()}


def ended(run: LLMRun) -> bool:
    job = django_rq.get_queue("llm").fetch_job(f"llm-actions-{run.pk}")
    return job is not None and job.get_status() in {JobStatus.FAILED, JobStatus.FINISHED}


def checked() -> str:
    output = StringIO()
    with pytest.raises(CommandError) as caught:
        call_command("llm_actions_check", stdout=output)
    return str(caught.value)


@contextmanager
def another_database(folder: Path) -> Iterator[str]:
    """Yield the name of a database to which the package's migration was applied at another time."""
    is_file = connection.vendor == "sqlite"
    name = str(folder / "other.sqlite3") if is_file else f"{connection.settings_dict['NAME']}_other"
    if not is_file:
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {connection.ops.quote_name(name)}")
    other = connection.copy()
    other.settings_dict["NAME"] = name
    try:
        with closing(other):
            MigrationRecorder(other).ensure_schema()
            with other.cursor() as cursor:
                row = ("wagtail_llm_actions", "0001_initial", "2020-01-01 00:00:00")
                columns = "INSERT INTO django_migrations (app, name, applied) "
                cursor.execute(f"{columns} VALUES (%s, %s, %s)", row)
        yield name
    finally:
        if not is_file:
            with connection._nodb_cursor() as cursor:
                cursor.execute(f"DROP DATABASE {connection.ops.quote_name(name)}")


def reject(run: LLMRun) -> None:
    """Let a worker take a run as often as the queue allows, and recover it each time."""
    for _ in range(3):
        eventually(lambda: ended(run))
        wait_for_long(run)
        recover()


@pytest.mark.parametrize("serializer", ["", "json", JSON])
def test_rqworker_executes_clicks_and_bulk_runs(
    valkey: Valkey,
    use_queues: UseQueues,
    server: ProviderServer,
    start_run: Start,
    serializer: str,
) -> None:
    named = {"SERIALIZER": JSON} if serializer else {}
    settings = use_queues(with_queue(valkey, **named))
    server.play(answer("The tide came early."), answer("Bulk."))
    bulk = LLMRunFactory(trigger=LLMRun.Trigger.BULK, model_key="openai")
    options = (*QUEUES, "--serializer", serializer) if serializer else QUEUES
    with SiteWorker(settings, *options) as worker:
        worker.wait_until_ready()
        assert final(start_run()).output == "The tide came early."
        get_queue().enqueue(bulk.pk, priority_of(bulk))
        assert final(bulk).output == "Bulk."

        assert get_queue().has_worker() is True
        assert get_queue().worker_problem() is None
        assert get_queue().shares_slots() is False


@pytest.mark.parametrize("serializer", [None, JSON])
def test_the_packages_worker_reads_the_serializer_of_the_setting(
    valkey: Valkey,
    use_queues: UseQueues,
    server: ProviderServer,
    start_run: Start,
    serializer: str | None,
) -> None:
    queues = with_queue(valkey, **({"SERIALIZER": serializer} if serializer else {}))
    server.play(answer("The tide came early."))
    with WorkerProcess(use_queues(queues)) as worker:
        worker.wait_until_ready()
        assert final(start_run()).output == "The tide came early."
        assert get_queue().worker_problem() is None
        assert get_queue().shares_slots() is True


@pytest.mark.parametrize("named", [None, JSON])
def test_a_worker_with_another_serializer_is_said_everywhere_and_the_run_fails(
    client: Client,
    valkey: Valkey,
    use_queues: UseQueues,
    start_run: Start,
    named: str | None,
) -> None:
    """The worker reads pickles where the setting names JSON, and the other way round."""
    queues = with_queue(valkey, **({"SERIALIZER": named} if named else {}))
    settings = use_queues(queues, **SCRIPTED)
    options = QUEUES if named else (*QUEUES, "--serializer", "json")
    client.force_login(AdminFactory())
    LLMActionFactory()
    said = worker_problem_sentence(WorkerProblem.UNSUITABLE)
    assert said.endswith(f"--serializer {named or 'rq.serializers.DefaultSerializer'}")
    with SiteWorker(settings, *options) as worker:
        worker.wait_until_ready()
        assert get_queue().has_worker() is False

        run = start_run("scripted")
        reject(run)

        steps = client.get(reverse("wagtail_llm_actions:getting_started"))
        assert said in steps.content.decode()
        assert said in client.get(reverse("wagtailadmin_home")).content.decode()
        assert said in checked()
    run.refresh_from_db()
    assert (run.status, run.error_code) == (LLMRun.Status.FAILED, "queue_unavailable")
    assert poll(run)["error"]["message"].startswith("No worker of this site could execute the run")


def test_a_worker_with_another_database_is_said_and_the_run_fails(
    valkey: Valkey, use_queues: UseQueues, start_run: Start, tmp_path: Path
) -> None:
    settings = use_queues(with_queue(valkey))
    with another_database(tmp_path) as name, SiteWorker(settings, database=name) as worker:
        worker.wait_until_ready()
        # A busy machine answers the probe late, and until then the worker counts as one.
        eventually(lambda: get_queue().worker_problem() == WorkerProblem.OTHER_SITE)
        assert get_queue().has_worker() is False

        run = start_run()
        reject(run)
    run.refresh_from_db()
    assert (run.status, run.error_code) == (LLMRun.Status.FAILED, "queue_unavailable")


def test_a_worker_on_other_queues_is_no_worker(valkey: Valkey, use_queues: UseQueues) -> None:
    settings = use_queues(with_queue(valkey), **SCRIPTED)
    with SiteWorker(settings, "default") as worker:
        worker.wait_until_ready()
        assert get_queue().has_worker() is False
        assert get_queue().worker_problem() == WorkerProblem.MISSING
    with SiteWorker(settings, "llm") as worker:
        worker.wait_until_ready()
        assert get_queue().has_worker() is True
        assert get_queue().worker_problem() == WorkerProblem.MISSING_FOR_BULK
        assert "llm_bulk" in checked()


def test_an_admin_reads_that_rqworker_leaves_no_slot_to_others(
    client: Client, valkey: Valkey, use_queues: UseQueues
) -> None:
    client.force_login(AdminFactory())
    with SiteWorker(use_queues(with_queue(valkey), **SCRIPTED)) as worker:
        worker.wait_until_ready()
        steps = client.get(reverse("wagtail_llm_actions:getting_started"))

    assert escape(str(UNFAIR_WORKER)) in steps.content.decode()


def test_a_worker_that_is_busy_with_a_run_is_a_worker(
    valkey: Valkey, use_queues: UseQueues, server: ProviderServer, start_run: Start
) -> None:
    gate = threading.Event()
    server.play(answer("The tide ", gate, "came early."))
    with SiteWorker(use_queues(with_queue(valkey))) as worker:
        worker.wait_until_ready()
        run = start_run()
        live_text(run)

        assert get_queue().has_worker() is True
        gate.set()
        assert final(run).output == "The tide came early."


def test_a_queue_that_is_missing_in_the_settings_is_said(
    client: Client, valkey: Valkey, use_queues: UseQueues
) -> None:
    queues = with_queue(valkey)
    use_queues({"default": queues["default"]}, QUEUE=RQ_QUEUE, **SCRIPTED)
    client.force_login(AdminFactory())
    LLMActionFactory()

    assert str(QUEUE_DOWN) in client.get(reverse("wagtailadmin_home")).content.decode()
    assert str(QUEUE_DOWN) in checked()


def test_users_take_turns_with_rqworker(valkey: Valkey, use_queues: UseQueues) -> None:
    settings = use_queues(with_queue(valkey), **SCRIPTED)
    llm_action, page = LLMActionFactory(), BlogPageFactory()
    ann, ben = EditorFactory(), EditorFactory()
    _, second, other = [click(llm_action, page, user=user) for user in (ann, ann, ben)]

    with SiteWorker(settings, *QUEUES):
        final(other)

    second.refresh_from_db()
    assert other.started_at
    assert second.started_at is None or second.started_at > other.started_at
