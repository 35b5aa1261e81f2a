"""A browser, and sites to visit with it: with a queue server and a worker, or without."""

from __future__ import annotations

import os
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser.person import Person, Profile
from tests.browser.showcase import SETTINGS
from tests.chromium import ARGUMENTS, executable
from tests.parts.model_server import running_model_server
from tests.parts.valkey import Valkey
from tests.parts.web import WebProcess
from tests.parts.worker import WorkerProcess
from tests.providers.server import ProviderServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from playwright.sync_api import Browser

    from tests.parts.model_server import ModelServer

# Playwright's synchronous API keeps an event loop running, which Django takes for an async view.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

PATIENCE_MS = 30_000
SCRIPTED = "wagtail_llm_actions.providers.testing.ScriptedProvider"

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def model_server() -> Iterator[ModelServer]:
    with running_model_server() as server:
        yield server


@pytest.fixture(scope="session")
def provider_server() -> Iterator[ProviderServer]:
    with ProviderServer() as server:
        yield server


@pytest.fixture
def server(provider_server: ProviderServer) -> ProviderServer:
    """What the model "cloud" will answer."""
    provider_server.forget()
    return provider_server


@pytest.fixture(scope="session")
def llm_settings(model_server: ModelServer, provider_server: ProviderServer) -> dict[str, Any]:
    """A real model, two scripts (one takes its time, one never ends), and one told by the test."""
    return {
        "PROVIDERS": {
            "local": {
                "BACKEND": "wagtail_llm_actions.providers.openai.OpenAIProvider",
                "BASE_URL": f"{model_server.url}/v1",
                "API_KEY": model_server.api_key,
            },
            "cloud": {
                "BACKEND": "wagtail_llm_actions.providers.openai.OpenAIProvider",
                "BASE_URL": f"{provider_server.url}/v1",
            },
            "slow": {
                "BACKEND": SCRIPTED,
                "OPTIONS": {"script": ["The tide ", 2.0, "came in ", 2.0, "early."]},
            },
            "stuck": {"BACKEND": SCRIPTED, "OPTIONS": {"script": ["The tide ", 600.0]}},
        },
        "MODELS": {
            "real": {"PROVIDER": "local", "NAME": model_server.model, "LABEL": "SmolLM2"},
            "cloud": {"PROVIDER": "cloud", "NAME": "owl-1", "LABEL": "Cloud"},
            "slow": {"PROVIDER": "slow", "NAME": "slow", "LABEL": "Slow"},
            "stuck": {"PROVIDER": "stuck", "NAME": "stuck", "LABEL": "Stuck"},
        },
    }


@pytest.fixture(scope="session")
def queue_site(django_db_setup: None, llm_settings: Mapping[str, Any]) -> Iterator[str]:
    """The address of a site whose runs go through Valkey to a worker in its own process."""
    with Valkey() as valkey:
        settings = {
            "RQ_QUEUES": valkey.rq_queues,
            "CACHES": {"default": valkey.cache},
            "WAGTAIL_LLM_ACTIONS": llm_settings,
        }
        with WorkerProcess(settings) as worker, WebProcess(settings) as web:
            worker.wait_until_ready()
            web.wait_until_ready()
            yield f"http://{web.address}"


@pytest.fixture(scope="session")
def thread_site(django_db_setup: None, llm_settings: Mapping[str, Any]) -> Iterator[str]:
    """The address of a site without a queue server."""
    with WebProcess({"WAGTAIL_LLM_ACTIONS": llm_settings}) as web:
        web.wait_until_ready()
        yield f"http://{web.address}"


@pytest.fixture(scope="session")
def showcase_site(django_db_setup: None) -> Iterator[str]:
    """The address of a site that a `Showcase` fills, which needs no queue server and no model."""
    with WebProcess(SETTINGS) as web:
        web.wait_until_ready()
        yield f"http://{web.address}"


@pytest.fixture(scope="session")
def free_profiles() -> defaultdict[str, list[Profile]]:
    """The profiles of each site that nobody uses now."""
    return defaultdict(list)


@pytest.fixture
def visit(
    browser: Browser,
    free_profiles: defaultdict[str, list[Profile]],
    request: pytest.FixtureRequest,
) -> Iterator[Callable[..., Person]]:
    """Let somebody log in, in a window of their own: ``visit(user)``.

    Where a test names no site it is the one with a queue server, which is started only then.
    """
    people: list[Person] = []

    def enter(user: Any, site: str | None = None) -> Person:
        site = site or str(request.getfixturevalue("queue_site"))
        profile = free_profiles[site].pop() if free_profiles[site] else Profile(browser, site)
        person = Person(profile, user)
        people.append(person)
        return person

    yield enter
    for person in people:
        person.leave()
        free_profiles[person.site].append(person.profile)
