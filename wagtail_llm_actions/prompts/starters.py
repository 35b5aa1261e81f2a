"""Starters: the prompt templates that the package ships."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, kw_only=True, slots=True)
class Starter:
    """One entry of ``starters.toml``, with the fields of a prompt template."""

    name: str
    description: str
    system_instructions: str
    text: str
    needs_images: bool = False
    """Whether it is of no use without a model that sees images."""


def starters() -> list[Starter]:
    """Return all starters, in the order of the file."""
    data = tomllib.loads(files(__package__).joinpath("starters.toml").read_text())
    return [Starter(**{**row, "text": row["text"].strip()}) for row in data["templates"]]
