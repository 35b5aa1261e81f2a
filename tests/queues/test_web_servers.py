"""The thread queue in the web servers that Django's documentation names, with each way to serve.

Run by hand before a release for those that the tests do not start::

    WEB_SERVERS=all pytest tests/queues/test_web_servers.py
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from contextlib import contextmanager
from tempfile import TemporaryFile
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.urls import reverse

from tests.factories import AdminFactory
from tests.parts.processes import ROOT
from tests.parts.waiting import eventually
from tests.parts.web import Visitor
from tests.providers.server import whole
from tests.queues.runs import answer, click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.providers.server import ProviderServer

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]

WSGI = "django.core.wsgi:get_wsgi_application()"
SERVERS = {
    "gevent": ("gunicorn", "--worker-class=gevent", WSGI),
    "gthread": ("gunicorn", "--threads=4", WSGI),
    "sync": ("gunicorn", WSGI),
    "uvicorn": ("uvicorn", "--factory", "django.core.asgi:get_asgi_application"),
}
TESTED = tuple(SERVERS) if os.environ.get("WEB_SERVERS") == "all" else ("gevent",)


class Server:
    """A running web server."""

    def __init__(self, address: str, process: subprocess.Popen[bytes], log: Any) -> None:
        self.address = address
        self._process = process
        self._log = log

    @property
    def log(self) -> str:
        return os.pread(self._log.fileno(), 1_000_000, 0).decode()

    def is_listening(self) -> bool:
        assert self._process.poll() is None, self.log
        host, port = self.address.split(":")
        with socket.socket() as probe:
            return probe.connect_ex((host, int(port))) == 0


@contextmanager
def serving(name: str, settings: dict[str, Any]) -> Iterator[Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program, *options = SERVERS[name]
    place = ["--port", str(port)] if program == "uvicorn" else ["--bind", f"127.0.0.1:{port}"]
    environment = {
        "TEST_DATABASE_NAME": str(connection.settings_dict["NAME"]),
        "TEST_SETTINGS": json.dumps(settings),
    }
    with (
        TemporaryFile() as log,
        subprocess.Popen(  # noqa: S603 - the servers named above
            [sys.executable, "-m", program, *options, *place],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=log,
            stderr=log,
        ) as process,
    ):
        server = Server(f"127.0.0.1:{port}", process, log)
        try:
            eventually(server.is_listening)
            yield server
        finally:
            process.terminate()


@pytest.mark.parametrize("name", TESTED)
def test_pages_are_served_while_a_text_is_written_and_models_are_checked(
    name: str, server: ProviderServer, llm_settings: dict[str, Any]
) -> None:
    visitor, gate = Visitor(AdminFactory()), Event()
    listed = {"object": "list", "data": [{"id": "owl-1", "object": "model"}]}
    settings = {"WAGTAIL_LLM_ACTIONS": llm_settings}
    with serving(name, settings) as web:
        server.play(answer("The tide ", gate, "came early."))
        run = visitor.post(web, reverse("wagtail_llm_actions:start_run"), click())

        def polled() -> dict[str, Any]:
            state: dict[str, Any] = visitor.get(web, run["poll_url"])
            return state

        # Each poll is a page that asks the database.
        eventually(lambda: polled()["text"] == "The tide ")
        gate.set()
        eventually(lambda: polled()["status"] == "succeeded")
        assert polled()["output"] == "The tide came early."
        server.play(whole(200, json.dumps(listed).encode()))
        url = reverse("wagtail_llm_actions:check_models")
        response, _ = visitor.send(web, "POST", url, {"model": "openai"})
        assert response.status == 302
        assert polled()["status"] == "succeeded"
