"""Addresses of Ollama, as people write them into ``OLLAMA_HOST``."""

from __future__ import annotations

DEFAULT_PORT = "11434"
NAMES = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "[::]": "[::1]"}  # noqa: S104 - nothing is bound
"""``OLLAMA_HOST`` also tells a server where to listen, but nobody can connect to everywhere."""


def full_address(text: str | None) -> str:
    """Complete a host, a port after a colon, or both; leave a whole address as it is."""
    scheme, _, rest = (text or "").strip().rpartition("://")
    place, slash, path = rest.partition("/")
    name, colon, port = place.rpartition(":")
    if not colon or place.endswith("]"):
        name, port = place, ""
    if not port and not scheme:
        port = DEFAULT_PORT
    name = NAMES.get(name, name)
    return f"{scheme or 'http'}://{name}{':' if port else ''}{port}{slash}{path}"
