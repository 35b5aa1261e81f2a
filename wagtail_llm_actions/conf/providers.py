"""``PROVIDERS``: which adapter talks to which server with which key."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from wagtail_llm_actions.conf.entries import entry, mapping

ANTHROPIC_BACKEND = "wagtail_llm_actions.providers.anthropic.AnthropicProvider"
OLLAMA_BACKEND = "wagtail_llm_actions.providers.ollama.OllamaProvider"
OPENAI_BACKEND = "wagtail_llm_actions.providers.openai.OpenAIProvider"

VENDORS: Mapping[str, str] = {
    ANTHROPIC_BACKEND: "anthropic",
    OLLAMA_BACKEND: "ollama",
    OPENAI_BACKEND: "openai",
}
HOSTS: Mapping[str, str] = {"anthropic": "api.anthropic.com", "openai": "api.openai.com"}

KINDS: Mapping[str, tuple[type, ...]] = {
    "BACKEND": (str,),
    "API_KEY": (str,),
    "BASE_URL": (str,),
    "OPTIONS": (Mapping,),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ProviderSettings:
    """One entry of ``PROVIDERS``."""

    alias: str
    backend: str
    """Dotted path of a ``Provider`` subclass."""
    api_key: str | None = field(default=None, repr=False)
    base_url: str | None = None
    """``None`` is the vendor's own address."""
    options: Mapping[str, object] = field(default_factory=dict, repr=False)
    """Passed to the adapter as they are; may hold secrets too."""

    @property
    def vendor(self) -> str:
        """Whose protocol it speaks: ``openai``, ``anthropic``, ``ollama``; empty for a site's own."""
        return VENDORS.get(self.backend, "")

    @property
    def is_local(self) -> bool:
        """Whether models run on a machine of the site's, where each has the models it pulled."""
        return self.vendor == "ollama"

    @property
    def serves_vendors_models(self) -> bool:
        """Whether the models are the vendor's own; a compatible server has others."""
        if not self.base_url or self.is_local:
            return bool(self.vendor)
        own, host = HOSTS.get(self.vendor, ""), urlsplit(self.base_url).hostname or ""
        return bool(own) and (host == own or host.endswith(f".{own}"))


def read_providers(raw: Mapping[str, Any]) -> Mapping[str, ProviderSettings]:
    """Return the providers by alias; without the key, those of the environment.

    Raises:
        ImproperlyConfigured: An entry is wrong.
    """
    if "PROVIDERS" not in raw:
        return _from_environment()
    providers = {}
    for alias, value in mapping(raw, "PROVIDERS").items():
        found = entry(value, KINDS, {"BACKEND"}, f"['PROVIDERS'][{alias!r}]")
        providers[alias] = ProviderSettings(
            alias=alias,
            backend=found["BACKEND"],
            api_key=found.get("API_KEY"),
            base_url=found.get("BASE_URL"),
            options=found.get("OPTIONS", {}),
        )
    return providers


def _from_environment() -> Mapping[str, ProviderSettings]:
    """Read the variables that the vendors' own tools read."""
    vendors = {"openai": OPENAI_BACKEND, "anthropic": ANTHROPIC_BACKEND}
    providers = {
        alias: ProviderSettings(
            alias=alias,
            backend=backend,
            api_key=api_key,
            base_url=os.environ.get(f"{alias.upper()}_BASE_URL"),
        )
        for alias, backend in vendors.items()
        if (api_key := os.environ.get(f"{alias.upper()}_API_KEY"))
    }
    if host := os.environ.get("OLLAMA_HOST"):
        providers["ollama"] = ProviderSettings(
            alias="ollama", backend=OLLAMA_BACKEND, base_url=host
        )
    return providers
