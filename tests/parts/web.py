"""A web server in its own process, and its visitors."""

from __future__ import annotations

import json
import re
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlencode

from django.conf import settings as django_settings
from django.test import Client

from tests.parts.processes import CommandProcess

if TYPE_CHECKING:
    from collections.abc import Mapping
    from http.client import HTTPResponse

CSRF_TOKEN = "c" * 32
ANSWER_SECONDS = 60.0


class WebServer(Protocol):
    """Listens at an address."""

    @property
    def address(self) -> str:
        """Host and port."""


class WebProcess(CommandProcess):
    """Django's own server, with a thread for each request."""

    def __init__(self, settings: Mapping[str, Any], *, database: str | None = None) -> None:
        command = ("runserver", "--noreload", "--insecure", "127.0.0.1:0")
        super().__init__(*command, settings=settings, database=database)

    def wait_until_ready(self) -> None:
        self.wait_until_printed("Quit the server")

    @property
    def address(self) -> str:
        """Host and port."""
        found = re.search(r"http://([\d.]+:\d+)/", self.log)
        assert found, self.log
        return found[1]


class Visitor:
    """A logged-in user; any web process on the test's database knows the session."""

    def __init__(self, user: Any) -> None:
        client = Client()
        client.force_login(user)
        session = client.cookies[django_settings.SESSION_COOKIE_NAME]
        self._headers = {
            "Cookie": f"{session.key}={session.value}; csrftoken={CSRF_TOKEN}",
            "X-CSRFToken": CSRF_TOKEN,
        }

    def get(self, web: WebServer, path: str) -> Any:
        """Return the JSON that a web process answers."""
        return self._ask(web, "GET", path, {})

    def post(self, web: WebServer, path: str, data: Mapping[str, Any]) -> Any:
        """Return the JSON that a web process answers."""
        return self._ask(web, "POST", path, data)

    def send(
        self, web: WebServer, method: str, path: str, data: Mapping[str, Any]
    ) -> tuple[HTTPResponse, bytes]:
        """Return a web process's response, and its body."""
        form = {"Content-Type": "application/x-www-form-urlencoded"} if data else {}
        connection = HTTPConnection(web.address, timeout=ANSWER_SECONDS)
        try:
            connection.request(method, path, urlencode(data), {**self._headers, **form})
            response = connection.getresponse()
            return response, response.read()
        finally:
            connection.close()

    def _ask(self, web: WebServer, method: str, path: str, data: Mapping[str, Any]) -> Any:
        response, content = self.send(web, method, path, data)
        assert response.getheader("Content-Type") == "application/json", content
        return json.loads(content)
