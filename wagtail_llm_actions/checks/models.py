"""Checks of providers and models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from wagtail_llm_actions.conf import SETTING
from wagtail_llm_actions.conf.providers import OPENAI_BACKEND, environment_variables
from wagtail_llm_actions.documentation import documentation
from wagtail_llm_actions.provider_registry import build_provider
from wagtail_llm_actions.providers.entry_checks import is_readable_on_the_way

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wagtail_llm_actions.conf import Settings


LEAST, MOST = Decimal("0.001"), Decimal(5_000)
"""US dollars per million tokens that a model may cost."""


def providers(settings: Settings) -> Iterator[checks.CheckMessage]:
    """Check that each provider can be made, and that what it needs is installed."""
    for entry in settings.providers.values():
        try:
            provider = build_provider(entry)
        except ImproperlyConfigured as error:
            yield checks.Error(
                str(error),
                hint="Set BACKEND to the dotted path of a Provider subclass, such as "
                f"{OPENAI_BACKEND!r}. {documentation('settings.md')} lists the other keys.",
                id="wagtail_llm_actions.E002",
            )
            continue
        if not provider.is_installed():
            yield checks.Warning(
                f"The client library of the provider {entry.alias!r} is not installed, so none of its "
                "models can be used.",
                hint=f'pip install "{provider.requirement}"',
                id="wagtail_llm_actions.W008",
            )


def addresses(settings: Settings) -> Iterator[checks.CheckMessage]:
    """Look for addresses that probably lack their end."""
    for alias, provider in settings.providers.items():
        # A query may hold a key.
        url = (provider.base_url or "").partition("?")[0]
        if url and (path := provider.backend_class.missing_path(url)):
            yield checks.Warning(
                f"{SETTING}['PROVIDERS'][{alias!r}]: BASE_URL {url!r} has probably to go on with {path}.",
                hint="Servers with OpenAI's protocol usually answer below /v1. If this one does not, "
                "silence this warning by SILENCED_SYSTEM_CHECKS.",
                id="wagtail_llm_actions.W004",
            )


def transport(settings: Settings) -> Iterator[checks.CheckMessage]:
    """Look for keys that are sent unencrypted over the internet."""
    for alias, provider in settings.providers.items():
        url = (provider.base_url or "").partition("?")[0]
        if provider.api_key and is_readable_on_the_way(url):
            yield checks.Warning(
                f"{SETTING}['PROVIDERS'][{alias!r}]: BASE_URL {url!r} is not encrypted, so that others can "
                "read the key and the texts on their way.",
                hint="Use https. If the name is one of your own network, silence this warning by "
                "SILENCED_SYSTEM_CHECKS.",
                id="wagtail_llm_actions.W012",
            )


def prices(settings: Settings) -> Iterator[checks.CheckMessage]:
    """Look for prices in another unit than US dollars per million tokens."""
    for model in settings.models.values():
        if model.price is None:
            continue
        listed = {name.upper(): amount for name, amount in asdict(model.price).items() if amount}
        listed.pop("REQUESTS", None)
        name = next((name for name, amount in listed.items() if not LEAST <= amount <= MOST), None)
        if name:
            yield checks.Warning(
                f"{SETTING}['MODELS'][{model.key!r}]['PRICE'][{name!r}] is {listed[name]:f}, but prices are "
                "US dollars per million tokens.",
                hint="No model that is sold has such a price: is it that of one token, or of a thousand? "
                "If it is right, silence this warning by SILENCED_SYSTEM_CHECKS.",
                id="wagtail_llm_actions.W013",
            )


def models(settings: Settings, raw: Mapping[str, Any]) -> Iterator[checks.CheckMessage]:
    """Check that each model has a provider, and what it is said to accept."""
    # An entry that is wrong is named by itself.
    given = raw.get("PROVIDERS")
    named = settings.providers.keys() | (given.keys() if isinstance(given, Mapping) else set())
    for model in settings.models.values():
        if model.provider and model.provider not in named:
            known = ", ".join(sorted(settings.providers)) or "none is configured"
            yield checks.Error(
                f"{SETTING}['MODELS'][{model.key!r}]['PROVIDER'] is {model.provider!r}, which is "
                "not in PROVIDERS.",
                hint=f"Use one of these providers: {known}.",
                id="wagtail_llm_actions.E003",
            )
    for model in settings.models.values():
        provider = settings.providers.get(model.provider)
        is_given = model.capabilities.accepts_images and model.key in (raw.get("MODELS") or {})
        if is_given and provider and not provider.backend_class.sends_images:
            yield checks.Warning(
                f"{SETTING}['MODELS'][{model.key!r}]: ACCEPTS_IMAGES is True, but the adapter of the "
                f"provider {provider.alias!r} sends no images.",
                hint="Leave ACCEPTS_IMAGES out, or set sends_images in the Provider subclass if its "
                f"stream() sends them; see {documentation('extending/provider.md')}.",
                id="wagtail_llm_actions.W009",
            )
    if not settings.models and not raw.get("MODELS"):
        yield checks.Warning(
            "No model is configured, so no action can run.",
            hint=_missing_models(settings),
            id="wagtail_llm_actions.W002",
        )


def _missing_models(settings: Settings) -> str:
    page = documentation("settings.md")
    alias = next(iter(settings.providers), None)
    if alias is None:
        variables = " or ".join(environment_variables())
        return (
            f"Set {variables} in the environment, or add {SETTING} = {{'PROVIDERS': …, 'MODELS': …}}; "
            f"see {page}."
        )
    return (
        f"Add {SETTING} = {{'MODELS': {{'my-model': {{'PROVIDER': {alias!r}, 'NAME': …}}}}}}: the "
        f"provider {alias!r} is set up, and only MODELS is missing, because nobody but you knows which "
        f"models its server has; see {page}."
    )
