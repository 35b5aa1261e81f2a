"""``MODELS``: what admins may choose in an action; extends and corrects the catalog."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from wagtail_llm_actions.catalog import ListPrice, ModelCapabilities, catalog, known_names
from wagtail_llm_actions.conf.entries import (
    SETTING,
    TEXT,
    InvalidSettings,
    Problems,
    entry,
    mapping,
    positive,
)
from wagtail_llm_actions.providers.options import merged_options

if TYPE_CHECKING:
    from datetime import date

    from wagtail_llm_actions.catalog import CatalogModel
    from wagtail_llm_actions.conf.providers import ProviderSettings

CAPABILITIES: Mapping[str, tuple[type, ...]] = {
    "ACCEPTS_TEMPERATURE": (bool,),
    "MAX_TEMPERATURE": (int, float),
    "REASONING_EFFORT": (str,),
    "REASONING_TOKENS": (int,),
    "ACCEPTS_IMAGES": (bool,),
    "IMAGE_TOKENS": (int,),
    "STRUCTURED_OUTPUT": (bool,),
    "CONTEXT_TOKENS": (int,),
    "MAX_OUTPUT_TOKENS": (int,),
    "BEGINS_IN_REASONING": (bool,),
}
KINDS: Mapping[str, tuple[type, ...]] = {
    "PROVIDER": (str,),
    "NAME": (str,),
    "LABEL": TEXT,
    "DESCRIPTION": TEXT,
    "PRICE": (Mapping,),
    "OPTIONS": (Mapping,),
    "FIRST_TOKEN_TIMEOUT": (int, float),
    **CAPABILITIES,
}
LIMITS = frozenset(
    {
        "FIRST_TOKEN_TIMEOUT",
        "MAX_TEMPERATURE",
        "IMAGE_TOKENS",
        "CONTEXT_TOKENS",
        "MAX_OUTPUT_TOKENS",
    }
)
"""Numbers that must be above 0."""
PRICE: Mapping[str, tuple[type, ...]] = dict.fromkeys(
    ("INPUT", "CACHED_INPUT", "CACHE_WRITE", "CACHE_WRITE_1H", "OUTPUT", "REQUESTS"),
    (int, float, str, Decimal),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelSettings:
    """A model that admins may choose in an action."""

    key: str
    """Stored on actions and runs; never shown to the provider."""
    provider: str
    """Alias of the entry in ``PROVIDERS``."""
    name: str
    """The vendor's name for the model."""
    label: str
    description: str = ""
    """One line of advice for the person who chooses."""
    capabilities: ModelCapabilities = field(default_factory=ModelCapabilities)
    price: ListPrice | None = None
    """The site's own price; ``None`` means that of the price list."""
    options: Mapping[str, object] = field(default_factory=dict, repr=False)
    """Those of the provider's ``OPTIONS`` that are others for this model; may hold secrets."""
    first_token_timeout_seconds: float | None = None
    """The model's own limit of each call; ``None`` means that of the site."""
    deprecated_name: str = ""
    """The retired model that gave an alias its name; ``name`` is called in its place."""
    retired_on: date | None = None
    """When the vendor shut down ``deprecated_name``."""
    retires_on: date | None = None
    """When the vendor will shut down ``name``, if that is announced."""


def read_models(
    raw: Mapping[str, Any], providers: Mapping[str, ProviderSettings], problems: Problems
) -> Mapping[str, ModelSettings]:
    """Return the models by key: the catalog's of the configured vendors, then the site's.

    Args:
        raw: The setting as the site wrote it.
        providers: By alias.
        problems: Gets what is wrong with the entries that are left out.
    """
    models = {
        model.key: from_catalog(model, alias)
        for model in catalog().values()
        if (alias := _serving_alias(model.vendor, providers))
    }
    with problems.collect():
        for key, value in mapping(raw, "MODELS").items():
            if value is None:
                models.pop(key, None)
            else:
                models[key] = _read_entry(key, value, models.get(key), providers, problems)
    return models


def _serving_alias(vendor: str, providers: Mapping[str, ProviderSettings]) -> str | None:
    return next(
        (
            provider.alias
            for provider in providers.values()
            if provider.vendor == vendor and provider.serves_vendor_models
        ),
        None,
    )


def from_catalog(model: CatalogModel, alias: str) -> ModelSettings:
    """Return a model of the catalog, as the provider with this alias serves it."""
    return ModelSettings(
        key=model.key,
        provider=alias,
        name=model.name,
        label=model.label,
        description=model.description,
        capabilities=model.capabilities,
        deprecated_name=model.deprecated_name,
        retired_on=model.retired_on,
        retires_on=model.retires_on,
    )


def _read_entry(
    key: str,
    value: object,
    shipped: ModelSettings | None,
    providers: Mapping[str, ProviderSettings],
    problems: Problems,
) -> ModelSettings:
    where = f"['MODELS'][{key!r}]"
    given = entry(value, KINDS, set() if shipped else {"PROVIDER", "NAME"}, where, problems)
    model = shipped or ModelSettings(key=key, provider="", name="", label=key)
    renamed = "NAME" in given and given["NAME"] != model.name
    model = replace(
        model,
        provider=given.get("PROVIDER", model.provider),
        name=given.get("NAME", model.name),
        label=given.get("LABEL", model.label),
        description=given.get("DESCRIPTION", model.description),
        price=_price(given["PRICE"], where, problems) if "PRICE" in given else None,
        options=given.get("OPTIONS", {}),
    )
    if model.name != model.name.strip():
        problems.append(f"{SETTING}{where}['NAME'] must not begin or end with white space.")
    for name in LIMITS & given.keys():
        with problems.collect():
            positive(given[name], float, f"{where}[{name!r}]")
            if name == "FIRST_TOKEN_TIMEOUT":
                model = replace(model, first_token_timeout_seconds=given[name])
    with problems.collect():
        _check_options(model, providers, where)
    if renamed:
        model = _with_known_capabilities(model, providers)
    corrected = {name.lower(): given[name] for name in CAPABILITIES if name in given}
    return replace(model, capabilities=replace(model.capabilities, **corrected))


def _check_options(
    model: ModelSettings, providers: Mapping[str, ProviderSettings], where: str
) -> None:
    """Read the options as the adapter will, where its class says how.

    Raises:
        InvalidSettings: One is unknown or wrong.
    """
    provider = providers.get(model.provider)
    kind = getattr(provider.backend_class, "options_class", None) if provider else None
    if not model.options or kind is None or provider is None:
        return
    try:
        merged_options(kind, provider.options, model.options)
    except (TypeError, ValueError) as error:
        msg = f"{SETTING}{where}: {error}"
        raise InvalidSettings(msg) from error


def _with_known_capabilities(
    model: ModelSettings, providers: Mapping[str, ProviderSettings]
) -> ModelSettings:
    provider = providers.get(model.provider)
    known = known_names(provider.vendor).get(model.name) if provider else None
    # The vendors' new models reject a request with a temperature; other servers accept one.
    is_new = provider is not None and provider.serves_vendor_models and not provider.is_local
    return replace(
        model,
        capabilities=known.capabilities
        if known
        else ModelCapabilities(accepts_temperature=not is_new),
        deprecated_name="",
        retired_on=None,
        retires_on=known.retires_on if known else None,
    )


def _price(value: Mapping[str, Any], where: str, problems: Problems) -> ListPrice | None:
    given = entry(value, PRICE, set(), f"{where}['PRICE']", problems)
    listed = {key: found for key, amount in given.items() if (found := _amount(amount)) is not None}
    problems += [
        f"{SETTING}{where}['PRICE'][{key!r}] must be US dollars per {_unit(key)}, such as 1.5, not {given[key]!r}."
        for key in given.keys() - listed.keys()
    ]
    needed = {"INPUT", "OUTPUT"}
    if not needed <= given.keys():
        problems.append(
            f"{SETTING}{where}['PRICE'] needs 'INPUT' and 'OUTPUT', in US dollars per million "
            "tokens."
        )
    if not needed <= listed.keys():
        return None
    return ListPrice(
        input=listed["INPUT"],
        cached_input=listed.get("CACHED_INPUT", listed["INPUT"]),
        output=listed["OUTPUT"],
        cache_write=listed.get("CACHE_WRITE"),
        cache_write_1h=listed.get("CACHE_WRITE_1H"),
        requests=listed.get("REQUESTS"),
    )


def _unit(key: str) -> str:
    return "thousand requests" if key == "REQUESTS" else "million tokens"


def _amount(value: object) -> Decimal | None:
    """Return a price; ``None`` for what is none, such as ``1,5``."""
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount >= 0 else None
