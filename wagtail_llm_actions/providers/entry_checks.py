"""Check the address and the key of a provider for what people paste or write into environment files."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

ENDPOINTS = (
    "/chat/completions",
    "/completions",
    "/responses",
    "/messages",
    "/embeddings",
    "/models",
    "/api/chat",
    "/api/generate",
    "/api/tags",
)
"""Paths that client libraries append; vendors' documentation shows addresses with them."""
STRAY = re.compile(r"[\s\"'`\u2018-\u201f\ufeff\x00-\x1f\x7f]")
"""White space, control characters and quotation marks."""


def check_address(url: str, *, added_paths: tuple[str, ...] = ()) -> None:
    """Check a ``BASE_URL``.

    Args:
        url: As the site wrote it.
        added_paths: What the client library appends besides the endpoints.

    Raises:
        ValueError: It is not an address that paths can be added to.
    """
    # First: ``urlsplit`` drops line breaks without a word.
    if STRAY.search(url):
        msg = (
            "BASE_URL must be an address such as https://host/v1, without spaces, line breaks or "
            "quotation marks; look at the environment file that it is read from."
        )
        raise ValueError(msg)
    parts, shown = urlsplit(url), url.partition("?")[0]
    if "@" in parts.netloc:
        msg = (
            "BASE_URL must not hold a password, because HTTP libraries log addresses: use API_KEY."
        )
        raise ValueError(msg)
    # ``port`` itself raises ValueError when it is no port.
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.port == 0:
        msg = f"BASE_URL must be an address such as https://host/v1, not {shown!r}."
        raise ValueError(msg)
    path = parts.path.rstrip("/").lower()
    for added in (*ENDPOINTS, *added_paths):
        if path.endswith(added):
            msg = f"BASE_URL must end before {added}, because paths are added to it."
            raise ValueError(msg)


def check_key(key: str) -> None:
    """Check an ``API_KEY``, which is sent as a header.

    Raises:
        ValueError: It cannot be sent; the message does not quote it.
    """
    if STRAY.search(key):
        msg = (
            "API_KEY must not hold spaces, line breaks or quotation marks; look at the environment "
            "file that it is read from."
        )
        raise ValueError(msg)
    if not key.isascii():
        msg = "API_KEY must hold ASCII characters only; copy it once more."
        raise ValueError(msg)
