"""Sites to break, and the report of what came of it.

``FAULTS_RUNS`` is the load of each test, ``FAULTS_LEASE_SECONDS`` the lease of all sites, and
``FAULTS_REPORT`` the file that the report is written to, in Markdown.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.load import Load
from tests.faults.provider import FaultyProvider
from tests.faults.report import report
from tests.faults.site import Site, ThreadSite, WorkerSite
from tests.parts.valkey import Valkey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.faults.load import Row

    NewLoad = Callable[[Site], Load]
    Tell = Callable[[Row], None]

RUNS = int(os.environ.get("FAULTS_RUNS", "40"))
LEASE_SECONDS = float(os.environ.get("FAULTS_LEASE_SECONDS", "5"))
WORKERS = 2
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
        "RUN_TIMEOUT": 30,
        "THREADS": RUNS_AT_ONCE,
        # One editor clicks for all.
        "LIMITS": {"USER_CONCURRENT": None, "USER_PER_MINUTE": None},
    }


@pytest.fixture(scope="session")
def thread_site(django_db_setup: None, llm_settings: dict[str, Any]) -> Iterator[ThreadSite]:
    ours = {"WAGTAIL_LLM_ACTIONS": llm_settings}
    with ThreadSite(ours, runs_at_once=RUNS_AT_ONCE) as site:
        yield site


@pytest.fixture(scope="session")
def worker_site(django_db_setup: None, llm_settings: dict[str, Any]) -> Iterator[WorkerSite]:
    with Valkey(keeps_data=True) as valkey:
        ours = {"WAGTAIL_LLM_ACTIONS": llm_settings, "RQ_QUEUES": valkey.rq_queues}
        with WorkerSite(ours, valkey=valkey, workers=WORKERS, runs_at_once=RUNS_AT_ONCE) as site:
            yield site


@pytest.fixture
def threads(transactional_db: None, thread_site: ThreadSite, settings: Any) -> ThreadSite:
    _share(thread_site, settings)
    return thread_site


@pytest.fixture
def workers(transactional_db: None, worker_site: WorkerSite, settings: Any) -> WorkerSite:
    _share(worker_site, settings)
    return worker_site


@pytest.fixture(params=["workers", "threads"])
def site(request: pytest.FixtureRequest) -> Site:
    """A test that takes this is made with RQ and with threads."""
    found: Site = request.getfixturevalue(request.param)
    return found


def _share(site: Site, settings: Any) -> None:
    """Give this process the site's settings, and the site a new beginning."""
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
