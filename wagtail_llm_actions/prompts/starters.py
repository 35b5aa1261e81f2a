"""The starter templates that come with the package."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, kw_only=True, slots=True)
class Starter:
    """A prompt template that a site may begin with."""

    name: str
    description: str
    system_instructions: str
    text: str


def starters() -> list[Starter]:
    """Return the starter templates in the order in which they are shown."""
    data = tomllib.loads(files(__package__).joinpath("starters.toml").read_text())
    return [
        Starter(**{name: text.strip() for name, text in row.items()}) for row in data["templates"]
    ]
