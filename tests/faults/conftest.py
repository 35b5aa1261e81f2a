"""Sites to break, and the report of what came of it.

``FAULTS_RUNS`` is the load of each test, ``FAULTS_LEASE_SECONDS`` the lease of all sites, and
``FAULTS_REPORT`` the file that the report is written to, in Markdown.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.load import Load
from tests.faults.provider import FaultyProvider
from tests.faults.report import report
from tests.faults.site import Site, ThreadSite, WorkerSite
from tests.parts.valkey import Valkey
from wagtail_llm_actions.conf import Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.faults.load import Row

    NewLoad = Callable[[Site], Load]
    Tell = Callable[[Row], None]

RUNS = int(os.environ.get("FAULTS_RUNS", "40"))
LEASE_SECONDS = float(os.environ.get("FAULTS_LEASE_SECONDS", "5"))
WORKERS = 2
NO_LIMITS = dict.fromkeys(field.name.upper() for field in fields(Limits))
RUNS_AT_ONCE = 10
"""By each worker, and by the threads of a web process."""


@pytest.fixture(scope="session")
def provider() -> Iterator[FaultyProvider]:
    with FaultyProvider() as running:
        yield running


@pytest.fixture(scope="session")
def llm_settings(provider: FaultyProvider) -> dict[str, Any]:
    return provider.settings() | {
        "LEASE_SECONDS": LEASE_SECONDS,
        "FIRST_TOKEN_TIMEOUT": 10,
        # A run that is to be cancelled goes on until the clicks of a whole load are made.
        "RUN_TIMEOUT": max(30, 20 + RUNS // 4),
        "THREADS": RUNS_AT_ONCE,
        # One editor clicks for all.
        "LIMITS": NO_LIMITS,
    }


class Stage:
    """Holds one site at a time: each would take up what the other one has queued."""

    def __init__(self, llm_settings: dict[str, Any]) -> None:
        self._llm_settings = llm_settings
        self._site: Site | None = None
        self._stack = ExitStack()

    def threads(self) -> ThreadSite:
        if not isinstance(self._site, ThreadSite):
            self.clear()
            ours = {"WAGTAIL_LLM_ACTIONS": self._llm_settings}
            self._site = self._stack.enter_context(ThreadSite(ours, runs_at_once=RUNS_AT_ONCE))
        return self._site

    def workers(self) -> WorkerSite:
        if not isinstance(self._site, WorkerSite):
            self.clear()
            valkey = self._stack.enter_context(Valkey(keeps_data=True))
            ours = {"WAGTAIL_LLM_ACTIONS": self._llm_settings, "RQ_QUEUES": valkey.rq_queues}
            self._site = self._stack.enter_context(
                WorkerSite(ours, valkey=valkey, workers=WORKERS, runs_at_once=RUNS_AT_ONCE)
            )
        return self._site

    def clear(self) -> None:
        self._site = None
        self._stack.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of each kind of site behind each other, so that it is started once."""
    items.sort(key=lambda item: "faults" in item.keywords and "[threads" in item.name)


@pytest.fixture(scope="session")
def stage(django_db_setup: None, llm_settings: dict[str, Any]) -> Iterator[Stage]:
    stage = Stage(llm_settings)
    yield stage
    stage.clear()


@pytest.fixture
def threads(transactional_db: None, stage: Stage, settings: Any) -> ThreadSite:
    site = stage.threads()
    _share(site, settings)
    return site


@pytest.fixture
def workers(transactional_db: None, stage: Stage, settings: Any) -> WorkerSite:
    site = stage.workers()
    _share(site, settings)
    return site


@pytest.fixture(params=["workers", "threads"])
def site(request: pytest.FixtureRequest) -> Site:
    """A test that takes this is made with RQ and with threads."""
    found: Site = request.getfixturevalue(request.param)
    return found


def _share(site: Site, settings: Any) -> None:
    """Give this process the site's settings, and the site a new beginning."""
    settings.RQ_QUEUES = None
    for name, value in site.settings.items():
        setattr(settings, name, value)
    site.begin()


@pytest.fixture
def new_load(provider: FaultyProvider) -> NewLoad:
    """Return a load that nobody has clicked yet."""
    return lambda site: Load(site, provider)


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Tell:
    """Put a line into the report; a process of xdist hands it on."""
    return lambda row: record_property("fault", row)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    rows: list[Row] = [
        value
        for outcome in ("passed", "failed")
        for done in terminalreporter.getreports(outcome)
        for name, value in done.user_properties
        if name == "fault" and done.when == "call"
    ]
    if not rows:
        return
    terminalreporter.section("Faults")
    text = report(rows)
    terminalreporter.write_line(text)
    if path := os.environ.get("FAULTS_REPORT"):
        Path(path).write_text(text)
