"""``PROVIDERS``: which adapter talks to which server with which key."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.module_loading import import_string

from wagtail_llm_actions.conf.entries import Problems, entry, mapping
from wagtail_llm_actions.providers.base import Provider

if TYPE_CHECKING:
    from collections.abc import Iterable

OPENAI_BACKEND = "wagtail_llm_actions.providers.openai.OpenAIProvider"
ANTHROPIC_BACKEND = "wagtail_llm_actions.providers.anthropic.AnthropicProvider"
OLLAMA_BACKEND = "wagtail_llm_actions.providers.ollama.OllamaProvider"

BUILT_IN_BACKENDS = (OPENAI_BACKEND, ANTHROPIC_BACKEND, OLLAMA_BACKEND)
"""Enabled by environment variables where a site does not set ``PROVIDERS``."""

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
    """``None`` is the vendor's own server."""
    options: Mapping[str, object] = field(default_factory=dict, repr=False)
    """Passed to the adapter as they are; may hold secrets too."""

    @property
    def backend_class(self) -> type[Provider]:
        """The adapter's class, for the facts about its vendor.

        ``Provider`` itself, which knows no vendor, where ``backend`` cannot be imported; a system
        check reports that.
        """
        return _backend_class(self.backend)

    @property
    def vendor(self) -> str:
        """The vendor's id in the catalog and the price list; empty for an unknown vendor."""
        return self.backend_class.vendor

    @property
    def is_local(self) -> bool:
        """Whether the models run on the site's own machines, and only pulled ones are there."""
        return self.backend_class.is_local

    @property
    def serves_vendor_models(self) -> bool:
        """Whether this is the vendor's own server; a compatible server has other models."""
        return self.backend_class.serves_vendor_models(self.base_url)


def read_providers(raw: Mapping[str, Any], problems: Problems) -> Mapping[str, ProviderSettings]:
    """Return the providers by alias; without the key, those of the environment.

    Args:
        raw: The setting as the site wrote it.
        problems: Gets what is wrong with the entries that are left out.
    """
    if "PROVIDERS" not in raw:
        return _from_environment()
    providers: dict[str, ProviderSettings] = {}
    with problems.collect():
        for alias, value in mapping(raw, "PROVIDERS").items():
            found = entry(value, KINDS, {"BACKEND"}, f"['PROVIDERS'][{alias!r}]", problems)
            if "BACKEND" in found:
                providers[alias] = ProviderSettings(
                    alias=alias,
                    backend=found["BACKEND"],
                    api_key=found.get("API_KEY"),
                    base_url=found.get("BASE_URL"),
                    options=found.get("OPTIONS", {}),
                )
    return providers


def environment_variables() -> list[str]:
    """Return the variables that enable a provider each, for help texts."""
    return [enabling_variable(backend) for backend in built_in_backends().values()]


def built_in_backends() -> Mapping[str, type[Provider]]:
    """Return the adapters of the vendors by their dotted paths."""
    return {path: _backend_class(path) for path in BUILT_IN_BACKENDS}


def provider_packages(providers: Iterable[ProviderSettings]) -> list[str]:
    """Return the distributions that the built-in adapters, and those of a site, are built on."""
    backends = [*BUILT_IN_BACKENDS, *(provider.backend for provider in providers)]
    packages = (package for path in backends for package in _backend_class(path).packages)
    return list(dict.fromkeys(packages))


def _from_environment() -> Mapping[str, ProviderSettings]:
    """Read the variables that the vendors' own tools read."""
    providers = {}
    for path, found in built_in_backends().items():
        if os.environ.get(enabling_variable(found)):
            providers[found.vendor] = ProviderSettings(
                alias=found.vendor,
                backend=path,
                api_key=os.environ.get(found.api_key_variable),
                base_url=os.environ.get(found.base_url_variable),
            )
    return providers


def enabling_variable(backend: type[Provider]) -> str:
    """Return the variable whose presence enables an adapter."""
    return backend.api_key_variable or backend.base_url_variable


def _backend_class(path: str) -> type[Provider]:
    try:
        found = import_string(path)
    except ImportError:
        return Provider
    is_provider = isinstance(found, type) and issubclass(found, Provider)
    return found if is_provider else Provider
