"""Check the address and the key of a provider for what people paste or write into environment files."""

from __future__ import annotations

import re
from ipaddress import ip_address
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
PRIVATE_NAMES = (
    *(".localhost", ".local", ".internal", ".intranet", ".lan", ".home.arpa", ".test", ".example"),
    *(".svc", ".docker"),
)
"""Ends of names that no public server has."""
STRAY = re.compile(r"[\s\"'`\u2018-\u201f\ufeff\x00-\x1f\x7f]")
"""White space, control characters and quotation marks."""
UNFILLED = re.compile(
    r"<[^>]*>|\$\{|\{\{|\{[A-Z_a-z-]+\}|\*{3}|\.{3}|^\$[A-Za-z_]+$|^%\w+%$|^env[:.]|^os\.environ"
    r"|(?-i:^[A-Z]+_(?:[A-Z]+_)*KEY$)|\byour[-_](?:\w+[-_])*(?:key|token|resource|instance|endpoint|project)\b",
    re.IGNORECASE | re.ASCII,
)
"""What documentation and examples write where a value has to be filled in, and masked values."""
DOUBLED = re.compile(r"//|(/v\d+)\1(?:/|$)")


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
    if UNFILLED.search(shown):
        msg = f"BASE_URL is {shown!r}, in which something was not filled in."
        raise ValueError(msg)
    if "@" in parts.netloc:
        msg = (
            "BASE_URL must not hold a password, because HTTP libraries log addresses: use API_KEY."
        )
        raise ValueError(msg)
    # ``port`` itself raises ValueError when it is no port.
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.port == 0:
        msg = f"BASE_URL must be an address such as https://host/v1, not {shown!r}."
        raise ValueError(msg)
    if parts.fragment or DOUBLED.search(parts.path):
        msg = f"BASE_URL must not hold a #, or // or /v1/v1 in its path, as {shown!r} does."
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
    if UNFILLED.search(key):
        msg = (
            "API_KEY holds no key, but what stands for one in documentation, an environment file or "
            "a masked list."
        )
        raise ValueError(msg)
    if not key.isascii():
        msg = "API_KEY must hold ASCII characters only; copy it once more."
        raise ValueError(msg)


def is_readable_on_the_way(url: str) -> bool:
    """Return whether a key that is sent to an address can be read by others: HTTP over the internet."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "http" or host.endswith(PRIVATE_NAMES):
        return False
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host.strip(".")
