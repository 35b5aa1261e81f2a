"""Real parts: a Valkey server, a worker in its own process, a provider's server.

What most tests share is started once. A test that ends a part starts its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import pytest

from tests.factories import (
    BlogIndexPageFactory,
    BlogPageFactory,
    LLMActionFactory,
)
from tests.parts.valkey import Valkey
from tests.parts.worker import WorkerProcess
from tests.providers.server import ProviderServer
from tests.runs.starting import start_run as click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wagtail_llm_actions.models import LLMRun


@pytest.fixture(scope="session")
def provider_server() -> Iterator[ProviderServer]:
    with ProviderServer() as running:
        yield running


@pytest.fixture
def server(provider_server: ProviderServer) -> ProviderServer:
    provider_server.forget()
    return provider_server


@pytest.fixture(scope="session")
def llm_settings(provider_server: ProviderServer) -> dict[str, Any]:
    """The models of all processes, and a lease that is over soon, but not on a busy machine."""
    backends = {
        "openai": "wagtail_llm_actions.providers.openai.OpenAIProvider",
        "reporting": "tests.parts.reporting.ReportingProvider",
    }
    return {
        "PROVIDERS": {
            alias: {"BACKEND": backend, "BASE_URL": f"{provider_server.url}/v1"}
            for alias, backend in backends.items()
        },
        "MODELS": {alias: {"PROVIDER": alias, "NAME": "owl-1"} for alias in backends},
        "LEASE_SECONDS": 5,
    }


class UseQueues(Protocol):
    """Makes this process queue runs, as a web process does; returns the settings for others."""

    def __call__(self, rq_queues: dict[str, Any] | None, **changed: object) -> dict[str, Any]: ...


@pytest.fixture
def use_queues(transactional_db: None, llm_settings: dict[str, Any], settings: Any) -> UseQueues:
    def use(rq_queues: dict[str, Any] | None, **changed: object) -> dict[str, Any]:
        settings.RQ_QUEUES = rq_queues
        settings.WAGTAIL_LLM_ACTIONS = llm_settings | changed
        return {"RQ_QUEUES": rq_queues, "WAGTAIL_LLM_ACTIONS": llm_settings | changed}

    return use


@pytest.fixture
def valkey(use_queues: UseQueues) -> Iterator[Valkey]:
    """A queue server that nobody works for, unless the test starts a worker."""
    with Valkey() as running:
        use_queues(running.rq_queues)
        yield running


@pytest.fixture(scope="session")
def shared_valkey() -> Iterator[Valkey]:
    with Valkey() as running:
        yield running


@pytest.fixture(scope="session")
def shared_worker(
    django_db_setup: None, shared_valkey: Valkey, llm_settings: dict[str, Any]
) -> Iterator[WorkerProcess]:
    # With a lease so long it never looks for lost runs: it would end, or put on its own queue,
    # those of tests that have nothing to do with it.
    own = llm_settings | {"LEASE_SECONDS": 3600}
    with WorkerProcess(
        {"RQ_QUEUES": shared_valkey.rq_queues, "WAGTAIL_LLM_ACTIONS": own}
    ) as running:
        running.wait_until_ready()
        yield running


@pytest.fixture
def worker(
    shared_worker: WorkerProcess, shared_valkey: Valkey, use_queues: UseQueues
) -> WorkerProcess:
    """A worker that takes what this process queues; it looks for no lost runs."""
    use_queues(shared_valkey.rq_queues)
    return shared_worker


class Start(Protocol):
    """Starts a run of a new action on a new page."""

    def __call__(self, model: str = "openai") -> LLMRun: ...


@pytest.fixture
def start_run(transactional_db: None) -> Start:
    journal = BlogIndexPageFactory()

    def start_one(model: str = "openai") -> LLMRun:
        llm_action, page = LLMActionFactory(model=model), BlogPageFactory(parent=journal)
        return click(llm_action, page)

    return start_one
