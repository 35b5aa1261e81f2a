"""A whole site under test: a web process, and what executes the runs that it is asked for."""

from __future__ import annotations

import random
import uuid
from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from http.client import HTTPException
from typing import TYPE_CHECKING, Any

import django_rq
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from tests.factories import BlogPageFactory, EditorFactory, LLMActionFactory, PromptTemplateFactory
from tests.parts.web import Visitor, WebProcess
from tests.parts.worker import WorkerProcess
from wagtail_llm_actions.models import LLMRun
from wagtail_llm_actions.queues.base import Priority

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Self

    from tests.parts.valkey import Valkey

CLICKING = 4
"""Editors who click at the same time."""


class Site(ABC):
    """Everything is asked for through the web process, as an editor's browser does it.

    Its processes stay from test to test; ``begin`` starts again those that a test has ended.

    Args:
        settings: Of all its processes.
        runs_at_once: How many runs it can execute at the same time.
    """

    queue = ""

    def __init__(self, settings: Mapping[str, Any], *, runs_at_once: int) -> None:
        self.settings = dict(settings)
        self.runs_at_once = runs_at_once
        self._stack = ExitStack()
        self.web = self._start(WebProcess(self.settings))

    @property
    def name(self) -> str:
        database = {"sqlite": "SQLite"}.get(connection.vendor, "PostgreSQL")
        return f"{database}, {self.queue}"

    @property
    def lease_seconds(self) -> float:
        seconds: float = self.settings["WAGTAIL_LLM_ACTIONS"]["LEASE_SECONDS"]
        return seconds

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def begin(self) -> None:
        """Be whole, with an editor and a page, in an empty database."""
        self.replace_ended()
        self._visitor = Visitor(EditorFactory())
        self._page = BlogPageFactory()
        self._template = PromptTemplateFactory(text="Summarise: {{ input }}")
        self._actions: dict[str, int] = {}

    def click(self, model: str, markers: Sequence[str]) -> dict[str, uuid.UUID]:
        """Generate on a page whose unsaved titles are these; return the runs by title."""
        clicks = [self.click_data(model, marker) for marker in markers]
        url = reverse("wagtail_llm_actions:start_run")
        with ThreadPoolExecutor(CLICKING) as editors:
            states = list(editors.map(lambda data: self._visitor.post(self.web, url, data), clicks))
        assert all("id" in state for state in states), states
        return {
            marker: uuid.UUID(state["id"]) for marker, state in zip(markers, states, strict=True)
        }

    def try_to_click(self, data: Mapping[str, Any]) -> None:
        """Generate, whatever is answered, and whether or not the web process is there."""
        with suppress(OSError, HTTPException):
            url = reverse("wagtail_llm_actions:start_run")
            self._visitor.send(self.web, "POST", url, data)

    def cancel(self, run_id: uuid.UUID) -> None:
        self._visitor.post(self.web, reverse("wagtail_llm_actions:cancel_run", args=[run_id]), {})

    def poll(self, run_id: uuid.UUID) -> dict[str, Any]:
        url = reverse("wagtail_llm_actions:poll_run", args=[run_id])
        state: dict[str, Any] = self._visitor.get(self.web, url)
        return state

    def replace_ended(self) -> None:
        """Start a process in the place of each that is gone, as a process manager does."""
        if self.web.has_ended():
            self.web = self._start(WebProcess(self.settings))
        self.web.wait_until_ready()

    @abstractmethod
    def look(self, runs: Sequence[LLMRun]) -> set[uuid.UUID]:
        """Do what is done all the time in this site, and say which runs wait in its queue."""

    @abstractmethod
    def kill_one(self) -> None:
        """Kill a process that executes runs; ``replace_ended`` starts another."""

    @abstractmethod
    def executors(self) -> list[int]:
        """Return the ids of the processes that execute runs."""

    def _start(self, process: Any) -> Any:
        """Start a process that is ended with the site."""
        return self._stack.enter_context(process)

    def click_data(self, model: str, marker: str) -> dict[str, Any]:
        """Return what a browser sends to generate with a model."""
        if model not in self._actions:
            action = LLMActionFactory(source="title", model=model, prompt_template=self._template)
            self._actions[model] = action.pk
        return {
            "title": marker,
            "body-count": 0,
            "llm-actions-action": self._actions[model],
            "llm-actions-form-action": reverse("wagtailadmin_pages:edit", args=[self._page.pk]),
            "llm-actions-request-id": uuid.uuid4(),
        }


class ThreadSite(Site):
    """Runs are executed by threads of the web process; each has a browser that polls."""

    queue = "threads"

    def look(self, runs: Sequence[LLMRun]) -> set[uuid.UUID]:
        """Poll; a run that is polled while it is queued is handed to a thread."""
        for run in runs:
            self.poll(run.pk)
        return {run.pk for run in runs if run.status == LLMRun.Status.QUEUED}

    def kill_one(self) -> None:
        self.web.kill()

    def executors(self) -> list[int]:
        return [self.web.pid]


class WorkerSite(Site):
    """Runs are executed by workers; nobody polls, as when every editor has closed the tab.

    ``runs_at_once`` is by each of them.
    """

    queue = "RQ"

    def __init__(
        self, settings: Mapping[str, Any], *, runs_at_once: int, valkey: Valkey, workers: int
    ) -> None:
        super().__init__(settings, runs_at_once=runs_at_once * workers)
        self.valkey = valkey
        self._options = ("--concurrency", str(runs_at_once))
        self.workers = [self._start_worker() for _ in range(workers)]

    def replace_ended(self) -> None:
        super().replace_ended()
        for number, worker in enumerate(self.workers):
            if worker.has_ended():
                self.workers[number] = self._start_worker()
        for worker in self.workers:
            worker.wait_until_ready()

    def look(self, runs: Sequence[LLMRun]) -> set[uuid.UUID]:
        """Read what the queue server holds."""
        waiting = " ".join(
            job_id
            for priority in Priority
            for job_id in django_rq.get_queue(priority.value).job_ids
        )
        now = timezone.now()
        return {
            run.pk
            for run in runs
            if str(run.pk) in waiting or (run.retry_at is not None and run.retry_at > now)
        }

    def kill_one(self) -> None:
        random.choice(self.workers).kill()  # noqa: S311 - no secret

    def executors(self) -> list[int]:
        return [worker.pid for worker in self.workers]

    def _start_worker(self) -> WorkerProcess:
        worker: WorkerProcess = self._start(WorkerProcess(self.settings, *self._options))
        return worker
