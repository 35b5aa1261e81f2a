"""The configured providers, by their aliases in the settings."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.utils.module_loading import import_string

from wagtail_llm_actions.conf import SETTING, get_settings
from wagtail_llm_actions.errors import ProviderError
from wagtail_llm_actions.providers.base import Provider
from wagtail_llm_actions.threads import built_once

if TYPE_CHECKING:
    from wagtail_llm_actions.conf import ProviderSettings

logger = logging.getLogger(__name__)


@built_once
def get_provider(alias: str) -> Provider:
    """Return the provider of an entry in ``PROVIDERS``; one instance per process.

    Raises:
        ImproperlyConfigured: The entry is missing, or no provider can be built from it.
    """
    entry = get_settings().providers.get(alias)
    if entry is None:
        msg = f"{SETTING}['PROVIDERS'][{alias!r}] names no provider: {alias!r}."
        raise ImproperlyConfigured(msg)
    return build_provider(entry)


def build_provider(entry: ProviderSettings) -> Provider:
    """Build a provider from its entry.

    Raises:
        ImproperlyConfigured: No provider can be built from it.
    """
    where = f"{SETTING}['PROVIDERS'][{entry.alias!r}]"
    try:
        backend = import_string(entry.backend)
    except ImportError as error:
        msg = f"{where} names no provider: {error}."
        raise ImproperlyConfigured(msg) from error
    if not (isinstance(backend, type) and issubclass(backend, Provider)):
        msg = f"{where}: {entry.backend} is not a subclass of Provider."
        raise ImproperlyConfigured(msg)
    try:
        return backend(
            alias=entry.alias,
            api_key=entry.api_key,
            base_url=entry.base_url,
            options=entry.options,
        )
    except (TypeError, ValueError) as error:
        msg = f"{where}: {error}"
        raise ImproperlyConfigured(msg) from error


def warm_up() -> None:
    """Load the client libraries of all providers; a worker does so before it takes runs.

    A missing library is logged, and the other providers still work.
    """
    for alias in get_settings().providers:
        try:
            get_provider(alias).warm_up()
        except ProviderError as error:
            logger.warning("The provider %s cannot be used: %s", alias, error)


def _forget(*, setting: str, **_kwargs: object) -> None:
    if setting == SETTING:
        get_provider.cache_clear()


setting_changed.connect(_forget, dispatch_uid="wagtail_llm_actions.provider_registry")
