"""The example site's real language model, served in its own process."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from example_site.model_server import NAME, model_file

if TYPE_CHECKING:
    from collections.abc import Iterator

START_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelServer:
    """Where to find it."""

    url: str
    """Without a path: clients of OpenAI's protocol append ``/v1``."""
    api_key: str = field(default="sk-real-model-0123456789", repr=False)
    model: str = NAME


def is_installed() -> bool:
    return bool(find_spec("xllamacpp") and model_file())


@contextmanager
def running_model_server() -> Iterator[ModelServer]:
    """Start the server and wait until the model is loaded, which takes 1 to 10 s."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = ModelServer(url=f"http://127.0.0.1:{port}")
    with subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "example_site.model_server", str(port)],
        env={**os.environ, "LLM_API_KEY": server.api_key},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            _wait_until_ready(process, server.url)
            yield server
        finally:
            process.kill()


def _wait_until_ready(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urlopen(f"{url}/health", timeout=5):  # noqa: S310 - our own server
                return
        except HTTPError as still_loading:
            still_loading.close()
        except (URLError, ConnectionError):
            pass
        time.sleep(0.1)
    msg = f"The model server was not ready in {START_SECONDS} s; exit code {process.poll()}."
    raise RuntimeError(msg)
