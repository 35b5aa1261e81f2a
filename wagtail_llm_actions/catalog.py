"""The model catalog: the shipped, dated list in ``catalog.toml``.

Each entry names the sources of its data. Sites extend and correct the catalog by ``MODELS``.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from wagtail_llm_actions.threads import built_once

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from decimal import Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelCapabilities:
    """What a model accepts; ``None`` is unknown."""

    accepts_temperature: bool = True
    max_temperature: float = 2.0
    """Upper end of the model's scale; higher values are sent as this one."""
    reasoning_effort: str | None = None
    """The lowest effort that a reasoning model accepts, in the vendor's terms."""
    reasoning_tokens: int = 0
    """Tokens added to max tokens, where reasoning counts against the same limit."""
    accepts_images: bool | None = None
    image_tokens: int = 2_600
    """Upper estimate of the input tokens of an image as it is sent, within 1024 by 1024 pixels.

    The default covers OpenAI's patches, 1024 of 32 by 32 pixels times at most 2.46, and Anthropic's
    rule, pixels divided by 750, which is 1,399. Sources: "Images and vision" in OpenAI's guides,
    "Vision" in Anthropic's.
    """
    structured_output: bool | None = None
    """Whether the output can be constrained to a JSON schema."""
    context_tokens: int | None = None
    """Limit of prompt and output together."""
    max_output_tokens: int | None = None
    """Limit of the output alone."""
    begins_in_reasoning: bool | None = None
    """Whether answers begin with reasoning that no marker opens; ``None`` leaves it to what is found."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ListPrice:
    """US dollars per million tokens, and of a call by itself."""

    input: Decimal
    cached_input: Decimal
    """Of input tokens that the provider read from its cache."""
    output: Decimal
    cache_write: Decimal | None = None
    """Of input tokens that the provider wrote into its cache; ``None`` for no price of their own."""
    cache_write_1h: Decimal | None = None
    """Of those of them that are kept for an hour."""
    requests: Decimal | None = None
    """Of a thousand calls, beside their tokens; ``None`` for nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CatalogModel:
    """A catalog entry: a model, or an alias under a retired model's name that calls another one."""

    key: str
    """The model key, stored on actions and runs."""
    vendor: str
    """``Provider.vendor`` of the adapter that calls it."""
    name: str
    """The vendor's name for the model that is called."""
    label: str
    description: str
    """One line of advice for the person who chooses."""
    capabilities: ModelCapabilities
    deprecated_name: str = ""
    """The retired model that gave an alias its name; empty for a model."""
    retired_on: date | None = None
    """When the vendor shut down ``deprecated_name``."""
    retires_on: date | None = None
    """When the vendor will shut down ``name``, if that is announced."""
    sources: tuple[str, ...] = ()
    """Web addresses of the vendor's pages that were read."""


@built_once
def catalog() -> Mapping[str, CatalogModel]:
    """Return the entries by key, in the order of the file."""
    text = files(__package__).joinpath("catalog.toml").read_text()
    rows: dict[str, dict[str, Any]] = tomllib.loads(text)["models"]
    return {key: _model(key, row, rows) for key, row in rows.items()}


@built_once
def known_names(vendor: str) -> Mapping[str, CatalogModel]:
    """Return a vendor's models by the vendor's names, without aliases."""
    models = catalog().values()
    return {
        model.name: model
        for model in models
        if model.vendor == vendor and not model.deprecated_name
    }


def _model(key: str, row: dict[str, Any], rows: Mapping[str, dict[str, Any]]) -> CatalogModel:
    target = rows[row["alias_of"]] if "alias_of" in row else row
    return CatalogModel(
        key=key,
        vendor=row["vendor"],
        name=target["name"],
        label=row["label"],
        description=row["description"],
        capabilities=ModelCapabilities(
            **{name: target[name] for name in _CAPABILITIES if name in target}
        ),
        deprecated_name=row.get("deprecated_name", ""),
        retired_on=row.get("retired_on"),
        retires_on=target.get("retires_on"),
        sources=tuple(row["sources"]),
    )


_CAPABILITIES = [field.name for field in fields(ModelCapabilities)]
