"""Models besides the demo's own: of vendors whose key is in the environment, and of a running Ollama."""

from __future__ import annotations

import json
import os
from http.client import HTTPConnection, HTTPException
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

BACKENDS = "wagtail_llm_actions.providers"
VENDORS = {
    "openai": ("OpenAI", "OPENAI_API_KEY", f"{BACKENDS}.openai.OpenAIProvider"),
    "anthropic": ("Anthropic", "ANTHROPIC_API_KEY", f"{BACKENDS}.anthropic.AnthropicProvider"),
}
"""By the name of their client library: label, variable and adapter."""
OLLAMA_URL, OLLAMA_MODELS = "OLLAMA_URL", "OLLAMA_MODELS"
"""The variables by which the demo tells the site of a running Ollama; names are separated by spaces."""
OLLAMA_PORT = 11434
ANSWER_SECONDS = 2


def running_ollama(host: str | None) -> dict[str, str]:
    """Return the site's variables for an Ollama that answers; empty where there is none.

    Args:
        host: The value of ``OLLAMA_HOST``, in any of the forms that Ollama takes.
    """
    host = host or "127.0.0.1"
    address = urlsplit(host if "://" in host else f"http://{host}")
    name = "127.0.0.1" if address.hostname in {None, "0.0.0.0"} else str(address.hostname)  # noqa: S104 - every address is also this one
    port = address.port or OLLAMA_PORT
    connection = HTTPConnection(name, port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", "/api/tags")
        models = json.load(connection.getresponse())["models"]
        names = [model["name"] for model in models if "embed" not in model["name"]]
    except (OSError, HTTPException, ValueError, KeyError, TypeError):
        return {}
    finally:
        connection.close()
    return {OLLAMA_URL: f"http://{name}:{port}", OLLAMA_MODELS: " ".join(names)} if names else {}


def providers(environment: Mapping[str, str] = os.environ) -> dict[str, dict[str, str]]:
    """Return entries of ``PROVIDERS``; the models of a vendor come with its provider."""
    entries = {
        library: {"BACKEND": backend, "API_KEY": environment[variable]}
        for library, (_label, variable, backend) in VENDORS.items()
        if environment.get(variable) and find_spec(library)
    }
    if url := environment.get(OLLAMA_URL):
        entries["ollama"] = {"BACKEND": f"{BACKENDS}.ollama.OllamaProvider", "BASE_URL": url}
    return entries


def models(environment: Mapping[str, str] = os.environ) -> dict[str, dict[str, Any]]:
    """Return entries of ``MODELS`` for those that Ollama has."""
    return {
        f"ollama-{name}": {"PROVIDER": "ollama", "NAME": name, "LABEL": f"{name} (Ollama)"}
        for name in environment.get(OLLAMA_MODELS, "").split()
    }


def sentence(environment: Mapping[str, str]) -> str:
    """Say what else can be chosen in an action; empty where nothing can."""
    offered = [
        f"those of {VENDORS[alias][0]}, as {VENDORS[alias][1]} is set"
        for alias in providers(environment)
        if alias in VENDORS
    ]
    if names := environment.get(OLLAMA_MODELS):
        offered.append(f"those of the Ollama on this machine ({', '.join(names.split())})")
    return f"Further models to choose in an action: {'; '.join(offered)}." if offered else ""
