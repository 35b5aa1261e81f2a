"""Complete the addresses that people write into ``OLLAMA_HOST``.

Source: ``envconfig.Host`` in Ollama's ``envconfig/config.go``.
"""

from __future__ import annotations

DEFAULT_PORT = "11434"
LOOPBACK = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "[::]": "[::1]"}  # noqa: S104 - nothing is bound
"""``OLLAMA_HOST`` also tells a server where to listen; a client cannot connect to "everywhere"."""


def full_address(text: str | None) -> str:
    """Complete a host, a port after a colon, or both; leave a whole address as it is."""
    scheme, _, rest = (text or "").strip().rpartition("://")
    authority, slash, path = rest.partition("/")
    name, colon, port = authority.rpartition(":")
    if not colon or authority.endswith("]"):
        name, port = authority, ""
    if not port and not scheme:
        port = DEFAULT_PORT
    name = LOOPBACK.get(name, name)
    return f"{scheme or 'http'}://{name}{':' if port else ''}{port}{slash}{path}"
