"""The environment of every test; objects are built by factories, not here."""

from __future__ import annotations

import gc
import math
import socket
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, cast

import pytest
from django.core.cache import cache
from django.db import connection
from django.template import Template
from pytest_django.plugin import blocking_manager_key
from wagtail.admin.menu import Menu, admin_menu
from wagtail.admin.templatetags import wagtailadmin_tags

from tests.database_template import Rows, copied_database, read_rows, write_rows
from tests.factories import editors, journal
from tests.kept_queue import KeptQueue, QueueHere
from wagtail_llm_actions.provider_registry import get_provider
from wagtail_llm_actions.reporting.rollups import refresh_throttle
from wagtail_llm_actions.retention.tick import prune_throttle
from wagtail_llm_actions.runs.lifecycle.recovery import recovery_throttle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import DjangoDbBlocker, Settings

    from wagtail_llm_actions.providers.testing import ScriptedProvider

# Let shared assertions explain themselves like those of test modules.
pytest.register_assert_rewrite(
    "tests.faults.load",
    "tests.providers.contract",
    "tests.providers.wire_anthropic",
    "tests.providers.wire_ollama",
    "tests.providers.wire_openai",
)

TRANSACTIONAL = {"live_server", "transactional_db"}
COPIED = {"postgresql", "sqlite"}
"""The databases that the migrations build once for all processes."""
rows_key = pytest.StashKey[Rows]()
"""What is in the database before each test."""
emptied_key = pytest.StashKey[bool]()
"""Whether the test before has left the database empty."""
RENDER = Template._render  # type: ignore[attr-defined]
"""How templates render before Django's test environment makes them copy their context for the client."""


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Send what ``--reruns`` tells between processes at once.

    It writes twice before it reads, which costs each test the 40 ms of a delayed acknowledgment.
    """
    if hasattr(config, "workerinput"):
        database: Any = config.failures_db  # type: ignore[attr-defined]
        database.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what uses the database, and give each transactional test what the migrations put there.

    Wagtail's root page, locale and site are such rows. The flush after a transactional test
    deletes them.
    """
    # Without the rollback, Django's flush would look for permissions that are missing.
    keep = pytest.mark.django_db(transaction=True, serialized_rollback=True)
    for item in items:
        marker = item.get_closest_marker("django_db")
        fixtures = TRANSACTIONAL.union({"db"}).intersection(getattr(item, "fixturenames", ()))
        if marker or fixtures:
            item.add_marker("database")
        if fixtures - {"db"} or (marker and marker.kwargs.get("transaction")):
            item.add_marker(keep, append=False)


def pytest_collection_finish() -> None:
    """Spare the garbage collector what imports and the collection have made, which stays until the end."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    yield
    marker = item.get_closest_marker("django_db")
    if marker and marker.kwargs.get("serialized_rollback"):
        item.config.stash[emptied_key] = True


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Put them back for the next test, whichever it is: the same one where it is tried again."""
    if item.config.stash.get(emptied_key, False):
        item.config.stash[emptied_key] = False
        with item.config.stash[blocking_manager_key].unblock():
            write_rows(item.config.stash[rows_key])


@pytest.fixture(autouse=True, scope="session")
def uncopied_contexts(django_test_environment: None) -> None:
    """Let no template copy its context: a page of the admin has a hundred, and a tenth of the time went there.

    So ``response.context`` is empty; views return ``TemplateResponse``, whose ``context_data`` says it.
    """
    Template._render = RENDER  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Set up the test database that ``copied_database`` has put there."""
    return connection.vendor in COPIED


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_modify_db_settings: None,
    django_db_blocker: DjangoDbBlocker,
    request: pytest.FixtureRequest,
) -> Iterator[None]:
    """Let the migrations build a database once for all processes where it can be copied."""
    copied = (
        copied_database(request.config.rootpath / ".pytest_cache" / "databases")
        if connection.vendor in COPIED
        else nullcontext()
    )
    with django_db_blocker.unblock():
        with copied:
            request.getfixturevalue("django_db_setup")
        journal()
        editors()
        request.config.stash[rows_key] = read_rows()
        # They are there before each test: Django need not load them as well.
        connection._test_serialized_contents = "[]"  # type: ignore[attr-defined]
    yield
    if connection.vendor not in COPIED:
        return
    with django_db_blocker.unblock():
        if connection.vendor == "postgresql":
            # A thread that a test has left to itself would keep the database from being dropped.
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
        connection.creation.destroy_test_db(verbosity=0)


@pytest.fixture(autouse=True)
def no_recovery_by_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a poll look for lost runs only where a test asks for it: it does so now and then.

    So do reports with rollups.
    """
    monkeypatch.setattr(recovery_throttle, "seconds", math.inf)
    monkeypatch.setattr(refresh_throttle, "seconds", math.inf)


@pytest.fixture(autouse=True)
def no_pruning_by_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an open form prune the history only where a test asks for it: it does so now and then."""
    monkeypatch.setattr(prune_throttle, "seconds", math.inf)


@pytest.fixture(autouse=True)
def no_requests_before() -> None:
    """Forget how often users asked: a user of another test may have had the same key."""
    cache.clear()


@pytest.fixture(autouse=True)
def no_menu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave Wagtail's menu, up to a third of the time of a page, out where a test does not ask for it."""
    monkeypatch.setattr(wagtailadmin_tags, "admin_menu", Menu())


@pytest.fixture
def menu(no_menu: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pages of the admin have Wagtail's menu, for tests that look at it or count a page's queries."""
    monkeypatch.setattr(wagtailadmin_tags, "admin_menu", admin_menu)


@pytest.fixture
def recovery_by_polls(no_recovery_by_polls: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each poll of this process look for lost runs."""
    monkeypatch.setattr(recovery_throttle, "seconds", 0.0)


@pytest.fixture
def kept_queue(settings: Settings) -> Iterator[type[KeptQueue]]:
    """Keep started runs in a queue that nothing takes them from."""
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {
        "QUEUE": "tests.kept_queue.KeptQueue"
    }
    yield KeptQueue
    KeptQueue.waiting.clear()
    KeptQueue.cancelled.clear()
    KeptQueue.called.clear()


@pytest.fixture
def queue_here(kept_queue: type[KeptQueue], settings: Settings) -> type[QueueHere]:
    """Keep started runs, as a web process does whose threads are not ready."""
    settings.WAGTAIL_LLM_ACTIONS = settings.WAGTAIL_LLM_ACTIONS | {
        "QUEUE": "tests.kept_queue.QueueHere"
    }
    QueueHere.prepared = 0
    return QueueHere


@pytest.fixture
def provider(kept_queue: type[KeptQueue]) -> ScriptedProvider:
    """Return the scripted provider that the runs of this test will use."""
    return cast("ScriptedProvider", get_provider("test"))
