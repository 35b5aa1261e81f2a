"""Everything that a benchmark needs, in processes of their own: Valkey, providers, web, workers.

The environment of this process names them, so that Django, here and in every process that is
started, finds the same servers and the same throw-away database.
"""

from __future__ import annotations

import json
import os
import socket
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any

import django
from redis import Redis
from rq import Queue, worker_registration

from benchmarks.pace import Pace
from benchmarks.processes import Process
from tests.parts.valkey import Valkey
from wagtail_llm_actions.conf import THREAD_QUEUE
from wagtail_llm_actions.queues.base import Priority

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HOST = "127.0.0.1"
OPENAI = "wagtail_llm_actions.providers.openai.OpenAIProvider"
PROVIDER_LIMIT = 20
"""Answers at once of the provider that has a limit."""
INSTANT = Pace(first_ms=0, pieces=20, each_ms=0)
FOUR_SECONDS = Pace(first_ms=200, pieces=20, each_ms=200)
FAST = Pace(first_ms=200, pieces=40, each_ms=20)
SLOW = Pace(first_ms=600, pieces=40, each_ms=20)
ONE_SECOND = Pace(first_ms=200, pieces=41, each_ms=20)
THREE_SECONDS = Pace(first_ms=200, pieces=57, each_ms=50)
THIRTY_SECONDS = Pace(first_ms=200, pieces=597, each_ms=50)
FORTY_SECONDS = Pace(first_ms=200, pieces=797, each_ms=50)


@dataclass(frozen=True, kw_only=True)
class Provider:
    """A server, and the name that the settings give to it."""

    process: Process
    port: int

    @property
    def base_url(self) -> str:
        """As the SDK wants it."""
        return f"http://{HOST}:{self.port}/v1"

    def peak(self) -> int:
        """Return how many answers were given at once, at most."""
        connection = HTTPConnection(HOST, self.port)
        connection.request("GET", "/stats")
        stats: dict[str, int] = json.load(connection.getresponse())
        connection.close()
        return stats["peak"]


@dataclass(frozen=True, kw_only=True)
class Web:
    """gunicorn, with 2 processes of 2 threads each unless said otherwise."""

    process: Process
    port: int

    @property
    def address(self) -> str:
        """Host and port."""
        return f"{HOST}:{self.port}"

    @property
    def url(self) -> str:
        """Without a path."""
        return f"http://{HOST}:{self.port}"


@dataclass(frozen=True, kw_only=True)
class Rig:
    """What runs for all benchmarks."""

    valkey: Redis
    open_provider: Provider
    limited_provider: Provider

    @contextmanager
    def web(self, niceness: int = 0, policy: int = os.SCHED_OTHER) -> Iterator[Web]:
        """Serve the site until the ``with`` block is left."""
        options = ("--workers", "2", "--threads", "2")
        with self._web(*options, niceness=niceness, policy=policy) as web:
            yield web

    @contextmanager
    def web_with_threads(self) -> Iterator[Web]:
        """Serve the site by one process that also executes the runs, as without a queue server."""
        before = os.environ["TEST_SETTINGS"]
        settings = json.loads(before)
        settings["WAGTAIL_LLM_ACTIONS"]["QUEUE"] = THREAD_QUEUE
        os.environ["TEST_SETTINGS"] = json.dumps(settings)
        try:
            with self._web("--workers", "1", "--threads", "4") as web:
                yield web
        finally:
            os.environ["TEST_SETTINGS"] = before

    @contextmanager
    def _web(self, *workers: str, niceness: int = 0, policy: int = os.SCHED_OTHER) -> Iterator[Web]:
        port = free_port()
        command = ["gunicorn", "benchmarks.site.wsgi", "--bind", f"{HOST}:{port}"]
        options = ["--worker-class", "gthread", "--no-control-socket"]
        process = Process(*command, *workers, *options, niceness=niceness, policy=policy)
        with process:
            process.wait_until(lambda: _answers(port, "/admin/login/"))
            yield Web(process=process, port=port)

    @contextmanager
    def workers(
        self, commands: Sequence[Sequence[str]], niceness: int = 0
    ) -> Iterator[list[Process]]:
        """Run management commands that are RQ workers until the ``with`` block is left."""
        self.valkey.flushall()
        with ExitStack() as stack:
            running = [
                stack.enter_context(Process("django", *command, niceness=niceness))
                for command in commands
            ]
            for process in running:
                process.wait_until(lambda: self._count_workers() >= len(running))
            yield running

    def database_pids(self) -> list[int]:
        """Return the database server's processes; none for SQLite."""
        from django.db import connection  # noqa: PLC0415 - Django is set up by now

        if connection.vendor != "postgresql":
            return []
        import psutil  # noqa: PLC0415

        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (backend,) = cursor.fetchone()
        return [psutil.Process(backend).ppid()]

    def valkey_pid(self) -> int:
        """Return the queue server's process."""
        return int(self.valkey.info("server")["process_id"])

    def _count_workers(self) -> int:
        return len(
            worker_registration.get_keys(Queue(Priority.INTERACTIVE, connection=self.valkey))
        )


@contextmanager
def running_rig() -> Iterator[Rig]:
    """Start the servers, set up Django on a new database, and put everything away at the end."""
    with ExitStack() as stack:
        valkey = stack.enter_context(Valkey())
        open_provider = stack.enter_context(_provider())
        limited_provider = stack.enter_context(_provider("--limit", str(PROVIDER_LIMIT)))
        os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.site.settings"
        os.environ["TEST_SETTINGS"] = json.dumps(
            {
                "RQ_QUEUES": valkey.rq_queues,
                "WAGTAIL_LLM_ACTIONS": _llm_settings(open_provider, limited_provider),
            }
        )
        django.setup()
        stack.enter_context(_database())
        url = valkey.rq_queues[Priority.INTERACTIVE]["URL"]
        yield Rig(
            valkey=stack.enter_context(Redis.from_url(url)),
            open_provider=open_provider,
            limited_provider=limited_provider,
        )


@contextmanager
def _provider(*options: str) -> Iterator[Provider]:
    port = free_port()
    with Process("benchmarks.provider", str(port), *options) as process:
        process.wait_until(lambda: _answers(port, "/stats"))
        yield Provider(process=process, port=port)


def _llm_settings(open_provider: Provider, limited_provider: Provider) -> dict[str, Any]:
    providers = {"open": open_provider, "limited": limited_provider}
    paces = (
        INSTANT,
        FOUR_SECONDS,
        FAST,
        SLOW,
        ONE_SECOND,
        THREE_SECONDS,
        THIRTY_SECONDS,
        FORTY_SECONDS,
    )
    return {
        "PROVIDERS": {
            alias: {"BACKEND": OPENAI, "BASE_URL": provider.base_url}
            for alias, provider in providers.items()
        },
        "MODELS": {
            model_key(pace, alias): {"PROVIDER": alias, "NAME": pace.model}
            for alias in providers
            for pace in paces
        },
        # More people than the defaults allow for.
        "LIMITS": {"SITE_CONCURRENT": None, "SITE_PER_MINUTE": None, "SITE_PER_DAY": None},
    }


def model_key(pace: Pace, provider: str = "open") -> str:
    """Return the key of ``MODELS`` under which the site knows a pace."""
    return f"{provider} {pace.model}"


@contextmanager
def _database() -> Iterator[None]:
    from django.db import connection, connections  # noqa: PLC0415 - Django is set up by now

    first_name = str(connection.settings_dict["NAME"])
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    os.environ["TEST_DATABASE_NAME"] = str(connection.settings_dict["NAME"])
    try:
        yield
    finally:
        connections.close_all()
        connection.creation.destroy_test_db(first_name, verbosity=0)


def free_port() -> int:
    """Return a port that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


def _answers(port: int, path: str) -> bool:
    connection = HTTPConnection(HOST, port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < 400  # noqa: PLR2004 - the first of the errors
    except OSError:
        return False
    finally:
        connection.close()
