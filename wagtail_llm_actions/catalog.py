"""What is known of models: the shipped, dated list in ``catalog.toml``.

A row says where its facts come from. Sites extend and correct the list by ``MODELS``.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from decimal import Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelCapabilities:
    """What a model accepts; ``None`` where it is not known."""

    accepts_temperature: bool = True
    max_temperature: float = 2.0
    reasoning_effort: str | None = None
    """The lowest effort that a reasoning model takes, in the vendor's word."""
    reasoning_tokens: int = 0
    """Added to max tokens where reasoning counts against the same limit."""
    accepts_images: bool | None = None
    structured_output: bool | None = None
    """Whether the answer can be bound to a JSON schema."""
    context_tokens: int | None = None
    """Prompt and answer together."""
    max_output_tokens: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ListPrice:
    """US dollars per million tokens."""

    input: Decimal
    cached_input: Decimal
    """For input tokens that the provider read from its cache."""
    output: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class CatalogModel:
    """One row of the list, or a family of the guide, which stands on a row."""

    key: str
    vendor: str
    """``openai``, ``anthropic`` or ``ollama``."""
    name: str
    """The vendor's own name of the model that is called."""
    label: str
    description: str
    """One line of advice for the person who chooses."""
    facts: ModelCapabilities
    deprecated_name: str = ""
    """The model that gave a family its name."""
    retired_on: date | None = None
    retires_on: date | None = None
    """Announced by the vendor."""
    sources: tuple[str, ...] = ()


@cache
def catalog() -> Mapping[str, CatalogModel]:
    """Return the shipped models by key, in the order of the file."""
    text = files(__package__).joinpath("catalog.toml").read_text()
    rows: dict[str, dict[str, Any]] = tomllib.loads(text)["models"]
    return {key: _model(key, row, rows) for key, row in rows.items()}


@cache
def known_names(vendor: str) -> Mapping[str, CatalogModel]:
    """Return a vendor's models by the vendor's names; families are left out."""
    models = catalog().values()
    return {
        model.name: model
        for model in models
        if model.vendor == vendor and not model.deprecated_name
    }


def _model(key: str, row: dict[str, Any], rows: Mapping[str, dict[str, Any]]) -> CatalogModel:
    today = rows[row["alias_of"]] if "alias_of" in row else row
    return CatalogModel(
        key=key,
        vendor=row["vendor"],
        name=today["name"],
        label=row["label"],
        description=row["description"],
        facts=ModelCapabilities(**{name: today[name] for name in _FACTS if name in today}),
        deprecated_name=row.get("deprecated_name", ""),
        retired_on=row.get("retired_on"),
        retires_on=today.get("retires_on"),
        sources=tuple(row["sources"]),
    )


_FACTS = [field.name for field in fields(ModelCapabilities)]
