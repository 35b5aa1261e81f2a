"""The paths at which servers speak OpenAI's protocol, for a hint about an incomplete address.

Source: the servers' own documentation, read in November 2026.
"""

from __future__ import annotations

from urllib.parse import urlsplit

USUAL_PATH = "/v1"
PATHS = {
    "api.fireworks.ai": "/inference/v1",
    "api.groq.com": "/openai/v1",
    "generativelanguage.googleapis.com": "/v1beta/openai",
    "openrouter.ai": "/api/v1",
}
"""Hosts whose path is another one than the usual."""
AZURE, AZURE_PATH = (".openai.azure.com", ".services.ai.azure.com"), "/openai/v1"
WITHOUT_PATH = frozenset({"api.deepseek.com", "api.perplexity.ai", "models.inference.ai.azure.com"})
"""Hosts that answer without any path."""


def missing_path(url: str) -> str:
    """Return the path that an address probably lacks; empty where it has one or needs none."""
    parts = urlsplit(url)
    host, path = parts.hostname or "", parts.path.rstrip("/")
    is_azure = host.endswith(AZURE)
    known = AZURE_PATH if is_azure else PATHS.get(host)
    others = ("/openai/deployments", "/v1") if is_azure else ()
    if known and not path.startswith((known, *others)):
        return known
    return "" if path or host in WITHOUT_PATH else known or USUAL_PATH
