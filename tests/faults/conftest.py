"""Sites to break, and the report of what came of it.

``FAULTS_RUNS`` is the load of each test, ``FAULTS_LEASE_SECONDS`` the lease of all sites, and
``FAULTS_REPORT`` the file that the report is written to, in Markdown.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from tests.faults.load import Load
from tests.faults.provider import FaultyProvider
from tests.faults.report import report
from tests.faults.site import Site, ThreadSite, WorkerSite
from tests.parts.valkey import Valkey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from tests.faults.load import Row

    NewLoad = Callable[[Site], Load]
    Tell = Callable[[Row], None]

RUNS = int(os.environ.get("FAULTS_RUNS", "40"))
LEASE_SECONDS = float(os.environ.get("FAULTS_LEASE_SECONDS", "5"))
WORKERS = 2
RUNS_AT_ONCE = 2


@pytest.fixture(scope="session")
def provider() -> Iterator[FaultyProvider]:
    with FaultyProvider() as running:
        yield running


class OpenSite(Protocol):
    """Starts a site, with what the test changes in its settings."""

    def __call__(self, **changed: object) -> AbstractContextManager[Site]: ...


class OpenWorkers(Protocol):
    """Starts a site whose queue server keeps its data, or does not, when it ends."""

    def __call__(
        self, *, keeps_data: bool = True, **changed: object
    ) -> AbstractContextManager[WorkerSite]: ...


@pytest.fixture
def open_threads(transactional_db: None, provider: FaultyProvider, settings: Any) -> OpenSite:
    @contextmanager
    def opened(**changed: object) -> Iterator[ThreadSite]:
        ours = provider.settings() | {"LEASE_SECONDS": LEASE_SECONDS, "THREADS": 8} | changed
        settings.WAGTAIL_LLM_ACTIONS = ours
        with ThreadSite({"WAGTAIL_LLM_ACTIONS": ours}, runs_at_once=8) as site:
            yield site

    return opened


@pytest.fixture
def open_workers(transactional_db: None, provider: FaultyProvider, settings: Any) -> OpenWorkers:
    @contextmanager
    def opened(*, keeps_data: bool = True, **changed: object) -> Iterator[WorkerSite]:
        ours = provider.settings() | {"LEASE_SECONDS": LEASE_SECONDS} | changed
        settings.WAGTAIL_LLM_ACTIONS = ours
        with Valkey(keeps_data=keeps_data) as valkey:
            settings.RQ_QUEUES = valkey.rq_queues
            shared = {"WAGTAIL_LLM_ACTIONS": ours, "RQ_QUEUES": valkey.rq_queues}
            with WorkerSite(
                shared, runs_at_once=RUNS_AT_ONCE, valkey=valkey, workers=WORKERS
            ) as site:
                yield site

    return opened


@pytest.fixture(params=["workers", "threads"])
def open_site(request: pytest.FixtureRequest) -> OpenSite:
    """A test that takes this is made with RQ and with threads."""
    opened: OpenSite = request.getfixturevalue(f"open_{request.param}")
    return opened


@pytest.fixture
def workers(open_workers: OpenWorkers) -> Iterator[WorkerSite]:
    with open_workers() as site:
        yield site


@pytest.fixture
def site(open_site: OpenSite) -> Iterator[Site]:
    with open_site() as opened:
        yield opened


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
